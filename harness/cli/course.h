/* harness/cli/course.h - the runs of one scenario: which come next, and what they amount to.
 *
 * Decides only: it hands out batches of runs (seeds, or points of a sweep) and takes the answers in
 * any order. What it reports does not depend on that order, nor on the sizes of the batches. */
#ifndef HARNESS_CLI_COURSE_H
#define HARNESS_CLI_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/cli/never.h"
#include "harness/cli/request.h"

enum {
    COURSE_DEATHS_MAX = 3,                /* after so many crashed runs the rest is not run */
    COURSE_HANG_DEATHS = 3,               /* a hung run has taken long enough to end it at once */
    COURSE_POINTS_MAX = 10 * 1000 * 1000, /* of one sweep */
    COURSE_PAIR_ROWS_MAX = 16 * 1000,
    COURSE_TEXT_BYTES_MAX = 1024 * 1024,
    COURSE_RETRIES_MAX = 16, /* batches that died and are tried run by run */
};

/* In the order in which one hides another: the gravest is the scenario's outcome. */
enum course_outcome {
    COURSE_PASSED,
    COURSE_INDETERMINATE, /* no failure: of some runs nobody can say how they ended */
    COURSE_FAILED,
    COURSE_STUCK,
    COURSE_CRASHED,
    COURSE_BAD_INPUT,
    COURSE_NONDETERMINISM,
    COURSE_HARNESS_FAULT,
};

struct course_batch {
    uint64_t seed;
    uint32_t seeds;
    int32_t sweep; /* -1: no sweep */
    uint32_t points;
};

struct course_failure { /* the first run of the gravest kind; of COURSE_INDETERMINATE it is none */
    enum course_outcome outcome;
    uint64_t seed;
    int32_t sweep;
    uint64_t trace_hash[2];
    uint32_t failed_line;
    struct fl_buf text, swept_at; /* owned */
};

struct course {
    uint64_t seed_first, seed_last;
    bool sweeps;
    bool pairs;          /* of the sweep's places: PLAN_PAIR_COLUMNS says how they are numbered */
    uint32_t batch_size; /* runs in the next batch; the caller may change it at any time */
    /* what comes next */
    uint64_t next_seed;
    int64_t next_point;
    bool exhausted;                                  /* nothing new will be handed out */
    bool sweep_ended;                                /* of next_seed: its last point is known */
    struct course_batch retries[COURSE_RETRIES_MAX]; /* handed out run by run */
    uint32_t retry_count;
    uint32_t outstanding; /* batches */
    /* what came */
    uint64_t runs, failed, indeterminate, effects;
    int64_t virtual_us;
    int64_t real_us; /* that one worker took; told by the coordinator */
    uint64_t trace_hash[2];
    uint32_t deaths;
    bool partial; /* not all runs of a scenario: they show what happens, not what never does */
    struct never never; /* what no run so far has had of what must happen sometimes */
    uint64_t elsewhere; /* runs that were played before */
    enum fl_error err;  /* memory for the first failure's texts; sticks */
    struct course_failure failure;
};

/* Seeds first..last of a scenario; with `sweeps`, every point of its sweep for each. */
void course_init(struct course *course, uint64_t seed_first, uint64_t seed_last, bool sweeps);
/* Only this one run; a point that the sweep does not have is bad input. */
void course_init_single(struct course *course, uint64_t seed, int32_t sweep);
void course_release(struct course *course);

/* The next batch to send; false: none now (perhaps after another answer). */
bool course_next(struct course *course, struct course_batch *ret_batch);
/* The results of a batch, each played twice alike. */
void course_take(struct course *course, const struct course_batch *batch,
                 const struct run_item *items, uint32_t count);
/* The batch died: alone, it is this failure (`text` says how) and counts for `deaths`; of several,
 * each is tried alone. */
void course_take_death(struct course *course, const struct course_batch *batch,
                       enum course_outcome outcome, uint32_t deaths, const char *text);
/* Two plays of one run differ. */
void course_take_difference(struct course *course, const struct course_batch *batch,
                            const struct run_item *item, const char *text);
/* Not all was run, because too many runs died. */
bool course_stopped(const struct course *course);
/* Other runs of the scenario, with which these are all: what they never had of what must happen
 * sometimes. */
void course_add_elsewhere(struct course *course, uint64_t runs, struct fl_span never);
/* Nothing is outstanding and nothing will come. */
bool course_done(const struct course *course);
/* A sweep that met no effect proves nothing, nor does a scenario in which what must happen
 * sometimes never did: turned into a failure once all is done. */
void course_finish(struct course *course);
enum course_outcome course_outcome(const struct course *course);

#endif
