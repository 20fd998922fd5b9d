/* A task's first priority is a hash of its name and the seed, so that nothing need be kept for it;
 * only those that have fallen are remembered, at most one for each change point. */
#include "harness/choice/priorities.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/choice/names.h"

/* splitmix64's last step */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

void sim_priorities_init(struct sim_priorities *priorities, uint64_t seed, uint32_t depth,
                         uint64_t horizon)
{
    fl_assert(depth >= 1);
    fl_assert(depth <= SIM_PRIORITIES_DEPTH_MAX);
    *priorities = (struct sim_priorities){.seed = mix(seed + UINT64_C(0x9e3779b97f4a7c15))};
    for (uint32_t i = 0; i + 1 < depth && horizon > 0; i++)
        priorities->changes[priorities->change_count++] =
            mix(priorities->seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15)) % horizon;
}

/* Those that fell run after all others, the latest last. */
static uint64_t priority_of(const struct sim_priorities *priorities, const char *name)
{
    for (uint32_t i = priorities->fallen_count; i-- > 0;)
        if (strncmp(priorities->fallen[i].name, name, SIM_PRIORITIES_NAME_BYTES - 1) == 0)
            return SIM_PRIORITIES_DEPTH_MAX - i;
    return mix(priorities->seed ^ sim_names_hash(name)) | UINT64_C(1) << 63;
}

static size_t highest(const struct sim_priorities *priorities, const char *const *names,
                      size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (priority_of(priorities, names[i]) > priority_of(priorities, names[best])) best = i;
    return best;
}

static bool is_change(const struct sim_priorities *priorities, uint64_t number)
{
    for (uint32_t i = 0; i < priorities->change_count; i++)
        if (priorities->changes[i] == number) return true;
    return false;
}

size_t sim_priorities_pick(struct sim_priorities *priorities, uint64_t number,
                           const char *const *names, size_t count)
{
    fl_assert(count > 0);
    size_t best = highest(priorities, names, count);
    if (!is_change(priorities, number)) return best;
    fl_assert(priorities->fallen_count < SIM_PRIORITIES_DEPTH_MAX);
    struct sim_fallen *fallen = &priorities->fallen[priorities->fallen_count++];
    snprintf(fallen->name, sizeof fallen->name, "%s", names[best]);
    return highest(priorities, names, count);
}
