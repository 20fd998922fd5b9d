/* A list is found by its text. */
#include "harness/explore/shapes.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/buf.h"
#include "harness/choice/steps.h"
#include "harness/explore/room.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

void shapes_release(struct shapes *shapes)
{
    sim_names_release(&shapes->task_names);
    sim_names_release(&shapes->actor_names);
    sim_names_release(&shapes->access_texts);
    sim_names_release(&shapes->option_texts);
    free(shapes->accesses);
    free(shapes->options);
    fl_arena_release(&shapes->arena);
}

enum fl_error shapes_task(struct shapes *shapes, const char *name, uint32_t *ret_task)
{
    char actor[SIM_STEP_NAME_BYTES];
    size_t length = sim_steps_actor_length(name);
    if (length >= sizeof actor) return FL_EBOUND;
    memcpy(actor, name, length);
    actor[length] = '\0';
    uint32_t number;
    enum fl_error err = sim_names_put(&shapes->actor_names, actor, &number);
    if (!err && number >= SHAPES_ACTORS_MAX) err = FL_EBOUND;
    if (!err) err = sim_names_put(&shapes->task_names, name, ret_task);
    if (!err && *ret_task >= SHAPES_TASKS_MAX) err = FL_EBOUND;
    if (!err) shapes->actor_of[*ret_task] = number;
    return err;
}

static enum fl_error keep_options(struct shapes *shapes, const uint32_t *tasks, uint32_t count,
                                  struct shape_options *ret_options)
{
    uint32_t *copy = fl_arena_alloc_array(&shapes->arena, count + 1, sizeof *copy);
    if (!copy) return FL_ENOMEM;
    *ret_options = (struct shape_options){.tasks = copy, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = tasks[i];
        ret_options->actors |= UINT64_C(1) << shapes->actor_of[tasks[i]];
    }
    return FL_OK;
}

enum fl_error shapes_options(struct shapes *shapes, const uint32_t *tasks, uint32_t count,
                             uint32_t *ret_shape)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t had = shapes->option_texts.count;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < count && !err; i++)
        err = fl_buf_printf(&text, "%u,", tasks[i]);
    if (!err) err = sim_names_put(&shapes->option_texts, text.bytes, ret_shape);
    fl_buf_release(&text);
    if (err || *ret_shape < had) return err;
    struct shape_options *grown =
        room_for(shapes->options, &shapes->option_capacity, had + 1, sizeof *grown);
    if (!grown) return FL_ENOMEM;
    shapes->options = grown;
    return keep_options(shapes, tasks, count, &shapes->options[*ret_shape]);
}

static bool take_access(const char **text, struct sim_access *ret_access)
{
    static const char letters[] = "raw";
    const char *letter = **text ? strchr(letters, **text) : NULL;
    char *end;
    if (!letter) return false;
    ret_access->touch = (enum sim_touch)(letter - letters);
    ret_access->object = strtoull(*text + 1, &end, 16);
    if (end == *text + 1 || (*end && *end != ' ')) return false;
    *text = *end ? end + 1 : end;
    return true;
}

static enum fl_error keep_accesses(struct shapes *shapes, const char *text,
                                   struct shape_accesses *ret_accesses)
{
    uint32_t count = 0, room = *text ? 1 : 0;
    for (const char *at = text; *at; at++)
        room += *at == ' ';
    struct sim_access *items = fl_arena_alloc_array(&shapes->arena, room + 1, sizeof *items);
    if (!items) return FL_ENOMEM;
    while (*text)
        if (!take_access(&text, &items[count++])) return FL_EPARSE;
    *ret_accesses = (struct shape_accesses){items, count};
    return FL_OK;
}

enum fl_error shapes_accesses(struct shapes *shapes, struct fl_span text, uint32_t *ret_shape)
{
    struct fl_buf copy = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t had = shapes->access_texts.count;
    enum fl_error err = fl_buf_append_span(&copy, text);
    if (!err) err = sim_names_put(&shapes->access_texts, copy.length ? copy.bytes : "", ret_shape);
    if (!err && *ret_shape == had) {
        struct shape_accesses *grown =
            room_for(shapes->accesses, &shapes->access_capacity, had + 1, sizeof *grown);
        if (grown) shapes->accesses = grown;
        err = grown ? FL_OK : FL_ENOMEM;
        if (!err)
            err = keep_accesses(shapes, shapes->access_texts.texts[had], &shapes->accesses[had]);
    }
    fl_buf_release(&copy);
    return err;
}

bool shapes_conflict(const struct shapes *shapes, uint32_t a, uint32_t b)
{
    const struct shape_accesses *left = &shapes->accesses[a], *right = &shapes->accesses[b];
    return sim_accesses_conflict(left->items, left->count, right->items, right->count);
}

uint32_t shapes_task_of(const struct shapes *shapes, uint32_t options, uint32_t actor)
{
    const struct shape_options *list = &shapes->options[options];
    uint32_t at = 0;
    while (shapes->actor_of[list->tasks[at]] != actor) {
        at++;
        fl_assert(at < list->count);
    }
    return list->tasks[at];
}
