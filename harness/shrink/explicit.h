/* harness/shrink/explicit.h - faults of chance and of sweeps as faults that name their effect. */
#ifndef HARNESS_SHRINK_EXPLICIT_H
#define HARNESS_SHRINK_EXPLICIT_H

#include "harness/run/facts.h"
#include "harness/scenario/plan.h"

bool explicit_needed(const struct plan *plan);

/* Instead of each fault that is random or a sweep: one for each time that it struck. `point` is the
 * sweep's. False: no memory. */
bool explicit_faults(struct plan *plan, int32_t point, const struct run_facts *facts,
                     struct fl_arena *arena);

/* The effect as the place at which the fault on that line might have struck: for runs that told
 * nothing, because their worker died. False: no memory. */
bool explicit_strike(const struct run_effect *effect, struct plan_where where, bool after,
                     struct fl_arena *arena, struct run_strike *ret_strike);

#endif
