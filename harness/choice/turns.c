#include "harness/choice/turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { LINE_BYTES_MAX = 256 };

/* A task's name may have blanks. */
enum fl_error sim_turns_read(struct sim_turns *turns, struct fl_span line)
{
    char text[LINE_BYTES_MAX];
    unsigned count;
    int used = 0;
    uint32_t number;
    if (line.length >= sizeof text) return FL_EPARSE;
    memcpy(text, line.bytes, line.length);
    text[line.length] = '\0';
    if (sscanf(text, "turns %u %n", &count, &used) != 1 || !used || !text[used]) return FL_EPARSE;
    if (count > SIM_TURNS_MAX) return FL_EPARSE;
    enum fl_error err = sim_names_put(&turns->tasks, text + used, &number);
    if (!err && number >= SIM_TURNS_TASKS_MAX) err = FL_EBOUND;
    if (!err) turns->left[number] = count;
    return err;
}

/* NULL: not known. (A name that is new costs a place, which there may not be: then it counts as
 * unknown as well.) */
static uint32_t *left_of(struct sim_turns *turns, const char *name)
{
    uint32_t number;
    if (sim_names_put(&turns->tasks, name, &number) || number >= SIM_TURNS_TASKS_MAX) return NULL;
    return &turns->left[number];
}

static uint64_t weight_of(struct sim_turns *turns, const char *name)
{
    const uint32_t *left = left_of(turns, name);
    return left && *left ? *left : 1;
}

uint64_t sim_turns_sum(struct sim_turns *turns, const char *const *names, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weight_of(turns, names[i]);
    return sum;
}

size_t sim_turns_pick(struct sim_turns *turns, const char *const *names, size_t count,
                      uint64_t drawn)
{
    fl_assert(count > 0);
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t weight = weight_of(turns, names[i]);
        if (drawn < weight) return i;
        drawn -= weight;
    }
    return count - 1;
}

void sim_turns_take(struct sim_turns *turns, const char *name)
{
    uint32_t *left = left_of(turns, name);
    if (left && *left) --*left;
}

void sim_turns_free(struct sim_turns *turns)
{
    if (!turns) return;
    sim_names_release(&turns->tasks);
    free(turns);
}
