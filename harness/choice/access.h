/* harness/choice/access.h - what a step of a run touches, and when two steps may not change places.
 */
#ifndef HARNESS_CHOICE_ACCESS_H
#define HARNESS_CHOICE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_touch {
    SIM_READS,
    SIM_ADDS, /* leaves the same, and answers the same, in whatever order others add */
    SIM_WRITES,
};

#define SIM_EVERYTHING UINT64_C(0) /* an object that all others are part of */

struct sim_access {
    uint64_t object; /* a digest of its name: a key, a database, a receiver */
    enum sim_touch touch;
};

/* They cannot change places without somebody noticing. */
static inline bool sim_access_conflicts(struct sim_access a, struct sim_access b)
{
    if (a.object == SIM_EVERYTHING || b.object == SIM_EVERYTHING) return true;
    return a.object == b.object && (a.touch != b.touch || a.touch == SIM_WRITES);
}

static inline bool sim_accesses_conflict(const struct sim_access *a, size_t a_count,
                                         const struct sim_access *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (sim_access_conflicts(a[i], b[k])) return true;
    return false;
}

#endif
