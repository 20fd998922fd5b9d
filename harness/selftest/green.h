/* harness/selftest/green.h - what must be green without any bug: whatever finds one, and handlers
 * that are known to be good, under everything there is. */
#ifndef HARNESS_SELFTEST_GREEN_H
#define HARNESS_SELFTEST_GREEN_H

#include "harness/selftest/trial.h"

/* A command and whose it is: a bug's, or a handler's. */
struct green {
    const char *handler;   /* its scenario, without folder and suffix; NULL: it finds bugs */
    struct mutant command; /* of which only `words` and `test` count */
};

/* Copied between processes: no pointers. */
struct green_report {
    bool fault; /* it could not be run */
    int status;
    char why[TRIAL_WHY_BYTES];
};

struct greens {
    struct green *items; /* owned */
    uint32_t count, capacity;
};
void greens_release(struct greens *greens);

/* What finds this bug, unless it is there already. */
FL_CHECKED enum fl_error greens_add_finder(struct greens *greens, const struct mutant *mutant);
/* Everything that a good handler's scenario must pass: it as it stands, with its claim on the
 * class, which is the matrix; each strategy; every allocation. Borrows both. */
FL_CHECKED enum fl_error greens_add_handler(struct greens *greens, const char *handler,
                                            const char *scenario);
/* Whether this is the command that finds the bug. */
bool green_finds(const struct green *green, const struct mutant *mutant);

void green_run(const struct tree *tree, const struct green *green, struct green_report *ret_report);
bool green_is_green(const struct green_report *report);

#endif
