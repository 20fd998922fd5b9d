/* harness/run/run.h - one run of one plan: build the world, play it, judge it. */
#ifndef HARNESS_RUN_RUN_H
#define HARNESS_RUN_RUN_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "harness/choice/choices.h"
#include "harness/run/facts.h"
#include "harness/scenario/plan.h"

enum { RUN_NEVER_BYTES_MAX = 1024 * 1024, RUN_ALLOCATIONS_BYTES_MAX = 16 * 1024 * 1024 };

enum run_verdict {
    RUN_PASSED,
    RUN_FAILED,        /* an expectation or an invariant does not hold: exit code 1 */
    RUN_STUCK,         /* healed, and yet not drained: exit code 4 */
    RUN_CRASHED,       /* a handler crashed, hung or called what it must not: exit code 6 */
    RUN_BAD_INPUT,     /* the plan cannot be played (no such table, class, module): exit code 2 */
    RUN_HARNESS_FAULT, /* our own failure: exit code 5 */
    RUN_SWEPT,         /* this sweep index lies beyond the last effect: the sweep is complete */
};

/* What all runs of one run worker share: the fake server with its compiled scripts, stacks, loaded
 * modules, the database's template, and what was learnt of each plan's undisturbed state. */
struct run_house;
FL_CHECKED enum fl_error run_house_new(struct run_house **ret_house);
void run_house_free(struct run_house *house); /* NULL is fine */

struct run_watcher; /* watcher.h */

struct run_order {
    struct run_house *house; /* borrowed; NULL: one is made for this run alone, which is slow */
    const struct plan *plan;
    struct sim_choices *choices; /* borrowed */
    int32_t sweep;   /* which point of the plan's sweep, from 0; -1: none (the undisturbed run) */
    bool want_trace; /* keep the whole trace as text, not only the last events */
    unsigned wants;  /* bits of enum run_wants */
    const uint64_t *same_as;           /* when it ends with this digest, what is wanted is not told,
                                          but that it does; NULL: always told */
    uint64_t effects_max;              /* past so many it has failed; 0: no matter how many */
    const struct run_watcher *watcher; /* of its server, but not in the runs of a reference; NULL:
                                          nobody */
};

struct run_result {
    enum run_verdict verdict;
    uint64_t trace_hash[2];
    uint64_t effects;
    int64_t virtual_us;
    struct fl_buf
        text; /* for a person: what must hold, what was found, the timeline of last events */
    struct fl_buf
        swept_at;        /* "kill p1 before imp-1#1.4 db COMMIT": what the sweep did in this run */
    struct fl_buf state; /* canonical final state, for `same-as reference` and RUN_WANTS_STATE */
    struct fl_buf trace; /* with want_trace: one event a line */
    struct fl_buf allocations; /* RUN_WANTS_ALLOCATIONS: "p1 57 j#1.2 mail\n" for each effect */
    struct fl_buf recording;   /* RUN_WANTS_RECORDING: lines of JSON, as picture/recording.h says */
    struct fl_buf never; /* what the plan claims `sometimes` and this run has not: "LINE CLAIM\n" */
    bool
        indeterminate; /* it has passed, but for jobs of which nobody can know: `text` says which */
    uint32_t failed_line; /* of the first expectation that failed; 0 */
    struct run_facts facts;
};

/* Never fails for lack of anything: what goes wrong is the verdict. Release the buffers with
 * run_result_release. */
void run_play(const struct run_order *order, struct run_result *ret_result);
void run_result_release(struct run_result *result);

#endif
