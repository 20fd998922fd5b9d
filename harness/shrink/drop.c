/* harness/shrink/drop.c - edits that leave out whole lines.
 *
 * Of a list of n, proposal 0 drops all, the next ones each half, then each quarter, down to single
 * lines: what matters little goes in a few steps. */
#include <stddef.h>
#include <string.h>

#include "harness/shrink/edits.h"

struct chunk { /* what to leave out */
    uint32_t from, length;
};

static enum edit find_chunk(uint32_t count, uint32_t number, struct chunk *ret_chunk)
{
    for (uint32_t size = count; size > 0; size = size > 1 ? (size + 1) / 2 : 0) {
        uint32_t chunks = (count + size - 1) / size;
        if (number < chunks) {
            uint32_t from = number * size;
            *ret_chunk = (struct chunk){from, count - from < size ? count - from : size};
            return EDIT_MADE;
        }
        number -= chunks;
    }
    return EDIT_PAST_END;
}

/* The list without that chunk, in the arena; *count is what is left. */
static enum edit without(const void **items, uint32_t *count, size_t item_bytes, uint32_t number,
                         struct fl_arena *arena)
{
    struct chunk chunk;
    enum edit found = find_chunk(*count, number, &chunk);
    if (found != EDIT_MADE) return found;
    uint32_t behind = chunk.from + chunk.length, left = *count - chunk.length;
    char *copy = fl_arena_alloc_array(arena, left + 1, item_bytes);
    if (!copy) return EDIT_NO_MEMORY;
    memcpy(copy, *items, chunk.from * item_bytes);
    memcpy(copy + chunk.from * item_bytes, (const char *)*items + behind * item_bytes,
           (*count - behind) * item_bytes);
    *items = copy;
    *count = left;
    return EDIT_MADE;
}

/* Where a plan keeps a list whose items are lines of their own. */
struct list {
    size_t items_at, count_at, item_bytes;
};
#define LIST(items, count)                                                                         \
    offsetof(struct plan, items), offsetof(struct plan, count), sizeof *((struct plan *)0)->items

static enum edit drop(struct plan *plan, const struct list *list, uint32_t number,
                      struct fl_arena *arena)
{
    uint32_t *count = (uint32_t *)(void *)((char *)plan + list->count_at);
    void *at = (char *)plan + list->items_at; /* a pointer to any type: copied as bytes */
    const void *items;
    memcpy(&items, at, sizeof items);
    enum edit edit = without(&items, count, list->item_bytes, number, arena);
    memcpy(at, &items, sizeof items);
    return edit;
}

enum edit edit_drop_choices(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(choices, choice_count)}, number, arena);
}

enum edit edit_drop_expects(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(expects, expect_count)}, number, arena);
}

enum edit edit_drop_faults(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(faults, fault_count)}, number, arena);
}

enum edit edit_drop_jobs(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(jobs, job_count)}, number, arena);
}

enum edit edit_drop_crons(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(crons, cron_count)}, number, arena);
}

enum edit edit_drop_processes(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(processes, processes_count)}, number, arena);
}

enum edit edit_drop_rows(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(rows, row_count)}, number, arena);
}

enum edit edit_drop_commands(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(commands, command_count)}, number, arena);
}

enum edit edit_drop_https(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(https, http_count)}, number, arena);
}

enum edit edit_drop_files(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(files, file_count)}, number, arena);
}

enum edit edit_drop_volatiles(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    return drop(plan, &(struct list){LIST(volatiles, volatile_count)}, number, arena);
}

/* Lines that stand once; only those that are there are proposed. */
enum edit edit_drop_whole(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    (void)arena;
    switch (number) {
    case 0:
        if (plan->fifo || plan->seed_first == 1) return EDIT_VOID; /* no line is best */
        if (plan->instant || plan->choice_count) return EDIT_VOID; /* nothing is drawn */
        plan->fifo = true;
        plan->seed_first = plan->seed_last = 1;
        return EDIT_MADE;
    case 1:
        if (plan->seed_first == 1 && plan->seed_last == 1) return EDIT_VOID;
        plan->seed_first = plan->seed_last = 1;
        return EDIT_MADE;
    case 2:
        if (!plan->fifo) return EDIT_VOID;
        plan->fifo = false;
        return EDIT_MADE;
    case 3:
        if (plan->start_us == PLAN_START_DEFAULT_US) return EDIT_VOID;
        plan->start_us = PLAN_START_DEFAULT_US;
        return EDIT_MADE;
    case 4:
        if (plan->horizon_us == PLAN_HORIZON_DEFAULT_US) return EDIT_VOID;
        plan->horizon_us = PLAN_HORIZON_DEFAULT_US;
        return EDIT_MADE;
    case 5:
        if (plan->fold_idle) return EDIT_VOID;
        plan->fold_idle = true;
        return EDIT_MADE;
    case 6:
        if (plan->heal_us == -1 && !plan->heal_after_fault && !plan->heal_when) return EDIT_VOID;
        plan->heal_us = -1;
        plan->heal_after_fault = NULL;
        plan->heal_when = NULL;
        return EDIT_MADE;
    case 7:
        if (!plan->instant || plan->choice_count) return EDIT_VOID;
        plan->instant = false;
        return EDIT_MADE;
    case 8:
        if (!plan->tolerates) return EDIT_VOID;
        plan->tolerates = false;
        return EDIT_MADE;
    default: return EDIT_PAST_END;
    }
}
