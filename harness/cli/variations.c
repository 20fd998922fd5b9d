/* What is varied may depend on the variant, so the file is read again with each choice made. */
#include "harness/cli/variations.h"

#include <string.h>

#include "core/buf.h"
#include "harness/cli/request.h"

enum { ID_BYTES_MAX = 64 * 1024, MESSAGE_BYTES_MAX = 64 * 1024 };

static bool is_set(const struct variation *at, const char *name)
{
    for (uint32_t i = 0; i < at->setting_count; i++)
        if (strcmp(at->settings[i].name, name) == 0) return true;
    return false;
}

static enum fl_error keep(struct variations *variations, const struct variation *variation)
{
    if (variations->count == VARIATIONS_MAX) return FL_EBOUND;
    if (variations->count == variations->capacity) {
        uint32_t capacity = variations->capacity ? 2 * variations->capacity : 64;
        struct variation *items = fl_arena_alloc_array(variations->arena, capacity, sizeof *items);
        if (!items) return FL_ENOMEM;
        if (variations->count) memcpy(items, variations->items, variations->count * sizeof *items);
        variations->items = items;
        variations->capacity = capacity;
    }
    variations->items[variations->count++] = *variation;
    return FL_OK;
}

/* "a/b" and a choice: "a/b[choice]"; one more: "a/b[choice,more]". */
static const char *longer_id(struct fl_arena *arena, const struct variation *at, bool first,
                             const char *name, const char *value)
{
    struct fl_buf id = FL_BUF_INIT(ID_BYTES_MAX);
    struct fl_span before = fl_span_from(at->id);
    if (!first) before.length--; /* the bracket */
    enum fl_error err = fl_buf_append_span(&id, before);
    if (!err) err = fl_buf_append_char(&id, first ? '[' : ',');
    if (!err && name) err = fl_buf_printf(&id, "%s=", name);
    if (!err) err = fl_buf_printf(&id, "%s]", value);
    const char *copy = err ? NULL : fl_arena_copy(arena, fl_buf_span(&id));
    fl_buf_release(&id);
    return copy;
}

/* `at` with one more setting. */
static enum fl_error choose(struct variations *variations, const struct variation *at, bool first,
                            const char *name, const char *value, struct variation *ret_chosen)
{
    struct fl_arena *arena = variations->arena;
    bool is_variant = strcmp(name, "variant") == 0;
    if (at->setting_count == REQUEST_SETTINGS_MAX) return FL_EBOUND;
    struct scenario_setting *settings =
        fl_arena_alloc_array(arena, at->setting_count + 1, sizeof *settings);
    char *kept_name = fl_arena_copy(arena, fl_span_from(name));
    char *kept_value = fl_arena_copy(arena, fl_span_from(value));
    const char *id = longer_id(arena, at, first, is_variant ? NULL : name, value);
    if (!settings || !kept_name || !kept_value || !id) return FL_ENOMEM;
    if (at->setting_count) memcpy(settings, at->settings, at->setting_count * sizeof *settings);
    settings[at->setting_count] = (struct scenario_setting){kept_name, kept_value};
    *ret_chosen = (struct variation){
        .path = at->path, .id = id, .settings = settings, .setting_count = at->setting_count + 1};
    return FL_OK;
}

/* The next choice that is open: a name and its values. */
static bool next_choice(const struct plan *plan, const struct variation *at,
                        struct plan_varied *ret_choice)
{
    if (plan->variant_count && !is_set(at, "variant")) {
        *ret_choice = (struct plan_varied){"variant", plan->variants, plan->variant_count};
        return true;
    }
    for (uint32_t i = 0; i < plan->varied_count; i++) {
        *ret_choice = plan->varied[i];
        if (!is_set(at, ret_choice->name)) return true;
    }
    return false;
}

/* As deep as there are lines `vary`, which are few. */
static enum fl_error add(struct variations *variations, const struct variation *at, bool first)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    struct plan_varied choice;
    enum fl_error err = scenario_read(at->path, at->settings, at->setting_count, &plan, &message);
    bool open = !err && next_choice(plan, at, &choice);
    if (!open) {
        err = err == FL_ENOMEM ? err : keep(variations, at);
    } else {
        for (uint32_t i = 0; i < choice.count && !err; i++) {
            struct variation chosen;
            err = choose(variations, at, first, choice.name, choice.values[i], &chosen);
            if (!err) err = add(variations, &chosen, false);
        }
    }
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err;
}

enum fl_error variations_add(struct variations *variations, const struct discovered_file *file,
                             const struct scenario_setting *settings, uint32_t count)
{
    const struct variation whole = {
        .path = file->path, .id = file->id, .settings = settings, .setting_count = count};
    return add(variations, &whole, true);
}
