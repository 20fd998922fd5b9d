/* harness/fault/fault.h - which of the plan's faults strike at this effect, or at this time.
 *
 * It decides only; who carries a strike out is told by harness/run and the effect wrappers. Each
 * fault counts the effects that its address means ("the 2nd ..."), strikes at most as often as it
 * may, and never after the run has healed. A sweep strikes at exactly one point of one run. */
#ifndef HARNESS_FAULT_FAULT_H
#define HARNESS_FAULT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "harness/choice/choices.h"
#include "harness/effect/identity.h"
#include "harness/scenario/plan.h"

enum { FAULT_STRIKES_MAX = 8, FAULTS_MAX = 4096 };

struct fault_strike {
    const struct plan_fault *fault; /* its oom_nth is the sweep's own in an OOM sweep */
    enum plan_moment moment;        /* PLAN_BEFORE or PLAN_AFTER */
};

struct fault_strikes {
    struct fault_strike items[FAULT_STRIKES_MAX]; /* in the plan's order */
    uint32_t count;
};

struct fault_set; /* opaque: layout in fault.c */

/* Borrows all but the result. `sweep` as in struct run_order: -1 leaves the sweeps out. FL_EINVAL:
 * more than one sweep in the plan, or FAULTS_MAX exceeded; FL_ENOMEM. */
FL_CHECKED enum fl_error fault_set_new(const struct plan *plan, int32_t sweep,
                                       struct sim_choices *choices, struct fault_set **ret_set);
void fault_set_free(struct fault_set *set); /* NULL is fine */

/* Whom to ask whether a state of Redis or the database holds, and how many processes are dead or
 * stand still; without it none does, and none is. */
struct fault_gauges {
    bool (*holds)(void *self, const struct plan_gauge *gauge);
    uint32_t (*down)(void *self);
    void *self;
};
void fault_set_ask(struct fault_set *set, struct fault_gauges gauges);

/* An effect begins: counts it and says which faults strike around it. Those that are returned have
 * been counted as fired. */
void fault_set_at_effect(struct fault_set *set, struct effect_identities *identities,
                         struct effect_context *context, const struct effect_label *label,
                         struct fl_span detail, int64_t now_us, struct fault_strikes *ret_strikes);

/* Asked right before a strike at an effect is carried out: with it more processes would be down
 * than the plan tolerates. What is planned, not by chance and a number of times, is the plan's
 * matter. */
bool fault_set_spares(const struct fault_set *set, const struct plan_fault *fault);

/* Faults that strike by time alone. The next one: its instant, or FL_NEVER_US. */
int64_t fault_set_next_us(const struct fault_set *set, int64_t now_us);
/* The due one (counted as fired); NULL: none is due. */
const struct plan_fault *fault_set_take_due(struct fault_set *set, int64_t now_us);

/* Grows when an effect has been counted that a fault's address means. */
uint64_t fault_set_counted(const struct fault_set *set);

void fault_set_heal(struct fault_set *set);
/* Every fault that may strike a limited number of times has done so, and what strikes until a time
 * is past it. True when there is none. */
bool fault_set_spent(const struct fault_set *set, int64_t now_us);
/* Something may still strike that neither a number of times nor `until` is sure to end: always, or
 * by chance. */
bool fault_set_unlimited(const struct fault_set *set);
/* The first end of a fault that lies behind; FL_NEVER_US: none. */
int64_t fault_set_next_end_us(const struct fault_set *set, int64_t now_us);
/* When the fault of this name struck for the last time that it may; FL_NEVER_US: not yet. */
int64_t fault_set_spent_us(const struct fault_set *set, const char *name);
/* A fault has struck after which one job may rightly stand in two places. */
bool fault_set_permits_copies(const struct fault_set *set);
/* The first fault, sweeps and random ones aside, that never struck; NULL: none. */
const struct plan_fault *fault_set_never_fired(const struct fault_set *set);
/* The sweep has struck in this run, with all that this run is to have of it; false also when there
 * is no sweep. */
bool fault_set_swept(const struct fault_set *set);
/* The sweep counts the bytes of a reply, or the changes of an operation: it is over once all of
 * them come. */
bool fault_set_counts_to_the_end(const struct fault_set *set);

/* OOM faults without an address are armed when a process starts and strike inside its memory: the
 * set hands them out by index (NULL: past the last), and is told when one has come true. */
const struct plan_fault *fault_set_oom(const struct fault_set *set, uint32_t index);
void fault_set_oom_fired(struct fault_set *set, uint32_t index, int64_t now_us);
bool fault_set_oom_has_fired(const struct fault_set *set, uint32_t index);

const char *fault_verb_text(enum plan_verb verb);

#endif
