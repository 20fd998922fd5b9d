/* harness/selftest/trial.h - one bug: planted in a copy, built, looked for, taken out again. */
#ifndef HARNESS_SELFTEST_TRIAL_H
#define HARNESS_SELFTEST_TRIAL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/selftest/crew.h"
#include "harness/selftest/mutant.h"
#include "harness/selftest/sight.h"
#include "harness/selftest/tree.h"

enum { TRIAL_WHY_BYTES = 2048, TRIAL_RUNS_MAX = 200 }; /* of a campaign */

enum trial_strategy { TRIAL_RANDOM, TRIAL_PCT, TRIAL_GUIDED, TRIAL_STRATEGIES };
const char *trial_strategy_word(enum trial_strategy strategy);

enum trial_end {
    TRIAL_SEEN,        /* `sight` says how */
    TRIAL_NOT_APPLIED, /* the patch does not fit the sources any more */
    TRIAL_NOT_BUILT,
    TRIAL_RED_ANYWAY, /* what should find it is red without it */
    TRIAL_FAULT,      /* of the machine or of ours */
};

/* Copied between processes: no pointers. */
struct trial_report {
    enum trial_end end;
    enum sight sight;
    uint64_t runs;
    int64_t real_us;
    uint32_t campaigns; /* by each strategy; 0: none was tried, or one took too long */
    struct {
        uint32_t found;
        uint64_t runs; /* of those that found it */
    } strategies[TRIAL_STRATEGIES];
    char why[TRIAL_WHY_BYTES];
};
static_assert(sizeof(struct trial_report) <= CREW_RESULT_BYTES, "it comes through a pipe");

/* `patch`: its absolute path. `campaigns`: of each strategy, with the seeds 1, 2, ... */
void trial_run(const struct tree *tree, const struct mutant *mutant, const char *patch,
               uint32_t campaigns, struct trial_report *ret_report);
/* As was to be. */
bool trial_is_good(const struct mutant *mutant, const struct trial_report *report);

/* As many of a text's first or last lines as there is room for. */
void trial_note_first(char why[TRIAL_WHY_BYTES], struct fl_span text);
void trial_note_last(char why[TRIAL_WHY_BYTES], struct fl_span text);

/* A command of faultline, or a test, in a folder whose build has this name. What it prints goes
 * into `output`, and the lines of JSON of `faultline run` into `report`. `sight_runs` wants both.
 */
FL_CHECKED enum fl_error trial_command(const char *folder, const char *build,
                                       const struct mutant *mutant, struct fl_buf *output,
                                       struct fl_buf *report, int *ret_status);

#endif
