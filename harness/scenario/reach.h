/* harness/scenario/reach.h - which effects a fault's address means, as far as that depends on who
 * does what; the order of effects, times and chances are the run's. */
#ifndef HARNESS_SCENARIO_REACH_H
#define HARNESS_SCENARIO_REACH_H

#include <stdbool.h>

#include "core/span.h"
#include "harness/scenario/plan.h"

struct reach_actor {
    struct fl_span job; /* empty: a process's own doing */
    uint32_t delivery;
    struct fl_span process, role;
};

/* False: it strikes by time alone. */
bool reach_needs_effect(const struct plan_fault *fault);
/* The glob on the effect: the address's own, or what the verb is about; NULL: every effect. */
const char *reach_pattern(const struct plan_fault *fault);
bool reach_means_actor(const struct plan_address *address, const struct reach_actor *actor);
/* Whether the verb can do anything to such an effect; the pattern is not asked. */
bool reach_means_label(const struct plan_fault *fault, struct fl_span label);
/* A glob on the label, or on the label and its detail; NULL means every effect. */
bool reach_pattern_means(const char *pattern, struct fl_span label, struct fl_span detail);

#endif
