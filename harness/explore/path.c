#include "harness/explore/path.h"

#include <stdlib.h>
#include <string.h>

#include "harness/explore/room.h"

enum { LINE_TASKS_MAX = SHAPES_ACTORS_MAX, NAME_BYTES_MAX = 256 };

void path_release(struct path *path)
{
    free(path->steps);
    free(path->before);
    *path = (struct path){0};
}

struct told {                         /* on the way through the text */
    uint32_t tasks[SHAPES_TASKS_MAX]; /* by the run's own numbers */
    uint32_t task_count;
    bool later;
    uint64_t before;
};

static enum fl_error take_name(struct shapes *shapes, struct told *told, struct fl_span name)
{
    char text[NAME_BYTES_MAX];
    if (told->task_count == SHAPES_TASKS_MAX || name.length >= sizeof text) return FL_EBOUND;
    memcpy(text, name.bytes, name.length);
    text[name.length] = '\0';
    return shapes_task(shapes, text, &told->tasks[told->task_count++]);
}

static bool take_number(struct fl_span *rest, int base, uint64_t *ret_number)
{
    size_t digits = 0;
    uint64_t number = 0;
    for (; digits < rest->length; digits++) {
        char c = rest->bytes[digits];
        unsigned digit = c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');
        if (c < '0' || digit >= (unsigned)base) break;
        number = number * (unsigned)base + digit;
    }
    *rest = (struct fl_span){rest->bytes + digits, rest->length - digits};
    *ret_number = number;
    return digits > 0;
}

static bool take_char(struct fl_span *rest, char want)
{
    if (!rest->length || rest->bytes[0] != want) return false;
    *rest = (struct fl_span){rest->bytes + 1, rest->length - 1};
    return true;
}

/* "17 0,3 r1f w20", or with "-" in front. */
static enum fl_error take_step(struct shapes *shapes, const struct told *told, struct fl_span rest,
                               struct path_step *ret_step)
{
    uint64_t number = PATH_NO_CHOICE;
    uint32_t tasks[LINE_TASKS_MAX], count = 0;
    if (!take_char(&rest, '-') && !take_number(&rest, 10, &number)) return FL_EPARSE;
    if (number > PATH_NO_CHOICE || !take_char(&rest, ' ')) return FL_EPARSE;
    *ret_step = (struct path_step){.choice = (uint32_t)number, .later = told->later};
    do {
        if (!take_number(&rest, 10, &number) || number >= told->task_count) return FL_EPARSE;
        if (count == LINE_TASKS_MAX) return FL_EBOUND;
        tasks[count++] = told->tasks[number];
    } while (take_char(&rest, ','));
    if (rest.length && !take_char(&rest, ' ')) return FL_EPARSE;
    enum fl_error err = shapes_options(shapes, tasks, count, &ret_step->options);
    return err ? err : shapes_accesses(shapes, rest, &ret_step->accesses);
}

static enum fl_error add_to_path(struct path *path, struct path_step step, uint64_t before)
{
    if (path->count == PATH_STEPS_MAX) return FL_EBOUND;
    uint64_t *all = room_for(path->before, &path->before_capacity, path->count + 1, sizeof *all);
    if (all) path->before = all;
    struct path_step *steps =
        room_for(path->steps, &path->capacity, path->count + 1, sizeof *steps);
    if (steps) path->steps = steps;
    if (!all || !steps) return FL_ENOMEM;
    path->before[path->count] = before;
    path->steps[path->count++] = step;
    return FL_OK;
}

static bool take_word(struct fl_span *rest, const char *word)
{
    struct fl_span want = fl_span_from(word);
    if (!fl_span_starts(*rest, want)) return false;
    *rest = (struct fl_span){rest->bytes + want.length, rest->length - want.length};
    return true;
}

static enum fl_error take_line(struct path *path, struct shapes *shapes, struct told *told,
                               struct fl_span line, bool *ret_whole)
{
    struct path_step step;
    if (take_word(&line, "name ")) return take_name(shapes, told, line);
    if (fl_span_is(line, "asleep")) {
        *ret_whole = false;
        return FL_OK;
    }
    if (take_word(&line, "time ")) {
        told->later = true;
        return take_number(&line, 16, &told->before) ? FL_OK : FL_EPARSE;
    }
    if (!take_word(&line, "step ")) return FL_EPARSE;
    enum fl_error err = take_step(shapes, told, line, &step);
    if (!err) err = add_to_path(path, step, told->before);
    told->later = false;
    return err;
}

enum fl_error path_read(struct path *path, struct shapes *shapes, struct fl_span text,
                        bool *ret_whole)
{
    struct told *told = calloc(1, sizeof *told);
    enum fl_error err = told ? FL_OK : FL_ENOMEM;
    path->count = 0;
    *ret_whole = true;
    while (text.length && !err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        size_t length = end ? (size_t)(end - text.bytes) : text.length;
        err = take_line(path, shapes, told, (struct fl_span){text.bytes, length}, ret_whole);
        size_t used = length + (end ? 1 : 0);
        text = (struct fl_span){text.bytes + used, text.length - used};
    }
    free(told);
    return err;
}
