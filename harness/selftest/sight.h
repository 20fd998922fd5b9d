/* harness/selftest/sight.h - whether a command has seen the bug, and in which run: decided on what
 * the command has left. */
#ifndef HARNESS_SELFTEST_SIGHT_H
#define HARNESS_SELFTEST_SIGHT_H

#include <stdint.h>

#include "core/span.h"
#include "harness/selftest/mutant.h"

enum sight {
    SIGHT_FOUND,
    SIGHT_NOTHING,   /* all is green */
    SIGHT_OTHERWISE, /* red, but without the expected words */
    SIGHT_LATE,      /* past its budget */
    SIGHT_BROKEN,    /* the command itself failed: its input, or the harness */
};

/* `status`: of the command; `runs`: sight_runs. */
enum sight sight_of(const struct mutant *mutant, int status, struct fl_span output, uint64_t runs);

/* How many runs it took to see it. `report`: the lines of JSON of `faultline run`; else the sum
 * that `matrix` and `oom` print in their output. 0: it cannot be told. */
uint64_t sight_runs(const struct mutant *mutant, struct fl_span report, struct fl_span output);
/* The first run of a campaign that failed, in what `run --explore` has printed; 0: none. */
uint64_t sight_first_run(struct fl_span output);

#endif
