/* harness/cli/matrix_trials.h - the runs of a matrix: sent to run workers in batches, and each
 * judged by the undisturbed run when its answer comes. */
#ifndef HARNESS_CLI_MATRIX_TRIALS_H
#define HARNESS_CLI_MATRIX_TRIALS_H

#include "core/arena.h"
#include "harness/cli/matrix_run.h"
#include "harness/matrix/compare.h"

struct matrix_trial {
    struct fl_span lines;
    uint32_t point; /* of the first fault, in the result */
    enum matrix_mode mode;
    uint32_t parts; /* faults that strike in it */
    bool is_pair;
    bool is_check; /* of a pair that another has answered for: it counts for nothing */
    bool has_hash, is_answered, settled;
    unsigned cells;              /* once it is settled, */
    uint64_t end;                /* a digest of where it came to; 0: not to an end */
    const uint64_t *overwritten; /* keys that differ in vain, in the trials' arena */
    uint32_t overwritten_count;
    bool tells_wake;              /* it is asked for, and then there is, */
    const struct run_facts *wake; /* of the first pause that ended, only what belongs to it; NULL */
    uint64_t hash[2];
    const char *name;
    const struct run_item *item; /* kept for the pairs; NULL */
};

struct matrix_trials {
    const struct matrix_order *order;
    struct matrix_result *result;
    struct fl_arena arena;
    struct matrix_trial *trials;
    uint32_t trial_count, trial_capacity;
    struct matrix_flight *flights; /* batches under way */
    uint32_t flight_count, flight_capacity, outstanding;
    struct run_answer *kept; /* answers that items of trials stand in */
    uint32_t kept_count, kept_capacity;
    struct matrix_end undisturbed;
    struct run_answer renewed_answer; /* owned */
    struct matrix_end renewed;        /* the run of the new module alone; no facts: not asked for */
};

/* A deploy with a kill strikes as two. */
static inline uint32_t matrix_trial_parts(enum matrix_mode mode)
{
    return matrix_mode_renews(mode) ? 2 : 1;
}
/* The first trouble is the one that is told. */
void matrix_trials_trouble(struct matrix_trials *x, enum matrix_trouble kind, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));
/* One more, with copies of its lines and its name; valid until the next is added. NULL: no memory,
 * or too many, which is the result's trouble. */
struct matrix_trial *matrix_trials_add(struct matrix_trials *x, const struct fl_buf *lines,
                                       const char *name);
/* Plays all from the `first` on, each `plays` times on different run workers. */
FL_CHECKED enum fl_error matrix_trials_play(struct matrix_trials *x, uint32_t first,
                                            uint32_t plays);
void matrix_trials_release(struct matrix_trials *x);

#endif
