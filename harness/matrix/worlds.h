/* harness/matrix/worlds.h - whether two faults strike worlds that are alike, so that what comes
 * after one of them comes after the other. */
#ifndef HARNESS_MATRIX_WORLDS_H
#define HARNESS_MATRIX_WORLDS_H

#include "harness/matrix/modes.h"
#include "harness/run/facts.h"

struct matrix_world {
    uint64_t number; /* of all but the application's keys, and of the fault; 0: not known */
    const struct run_facts *facts; /* borrowed: whose changes of keys, */
    uint32_t changes;              /* the first so many */
};

/* Of a fault of this mode at an effect of a run that has told its moments. */
struct matrix_world matrix_world_of(enum matrix_mode mode, const struct run_facts *facts,
                                    const struct run_effect *effect);
/* The same without what paused processes remember: until one of them wakes, it makes no difference.
 */
struct matrix_world matrix_world_aside(enum matrix_mode mode, const struct run_facts *facts,
                                       const struct run_effect *effect);
/* When the first paused process wakes, without what it remembers. */
struct matrix_world matrix_world_at_wake(const struct run_facts *facts);
/* The keys that differ are among those which the run from `known` on wrote over unseen. Both have
 * the same number. */
bool matrix_worlds_alike(const struct matrix_world *known, const uint64_t *overwritten,
                         uint32_t count, const struct matrix_world *asked);

#endif
