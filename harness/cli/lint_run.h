/* harness/cli/lint_run.h - keys that tell a repeat, and die while one can still come.
 *
 * Each key with a time to live that a handler leaves is tried: the job is pushed once more while
 * the key lives, and once more a second after it has died. If the first changes nothing and the
 * second does, the key is what kept repeats away, and it does not live long enough. */
#ifndef HARNESS_CLI_LINT_RUN_H
#define HARNESS_CLI_LINT_RUN_H

#include "harness/cli/matrix_subject.h"
#include "harness/run/facts.h"

enum { LINT_STORY_BYTES = 4096, LINT_LINE_BYTES = 512 };

enum lint_verdict {
    LINT_LASTS,    /* it lives as long as a repeat can come */
    LINT_NEEDLESS, /* no repeat does harm, with it or without it */
    LINT_NO_GUARD, /* a repeat does harm even while it lives */
    LINT_DIES_EARLY,
};

struct lint_finding {
    const struct run_guard *guard; /* of the undisturbed run's facts */
    enum lint_verdict verdict;
    unsigned cells;             /* of the repeat after its end, as matrix/classes.h names them */
    char line[LINT_LINE_BYTES]; /* the fault that shows it: "fault duplicate a at +1d1s" */
    struct fl_buf story;        /* what differs */
};

struct lint_result {
    enum matrix_trouble trouble;
    struct fl_buf message;
    struct run_answer undisturbed;
    struct lint_finding *findings;
    uint32_t count;
};

/* Whatever goes wrong is told in the result, to be released in any case. */
void lint_run(const struct matrix_order *order, struct lint_result *ret_result);
void lint_result_release(struct lint_result *result);

#endif
