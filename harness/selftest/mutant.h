/* harness/selftest/mutant.h - a planted bug: what the head of its patch says.
 *
 *   Bug: a job is acknowledged before its handler has run
 *   Run: scenarios/fetch/sigkill-in-hand.scenario --seeds 1..10
 *   Expect: before its work began
 *   Budget: 10
 *
 * Then an empty line and the patch, of one file. `Run` has the arguments of `faultline run`; behind
 * `matrix` or `oom` those of these commands. `Test` names a test program of the build instead, and
 * its arguments.
 * Without a budget the first run must be red. `Explore` names the scenario in which random
 * strategies look for the bug. `Expect: nothing` is said of a change that is no bug, and must not
 * be found. */
#ifndef HARNESS_SELFTEST_MUTANT_H
#define HARNESS_SELFTEST_MUTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { MUTANT_WORDS_MAX = 32, MUTANT_BUDGET_MAX = 100 * 1000, MUTANT_BYTES_MAX = 256 * 1024 };

struct mutant {
    const char *name; /* of the patch's file, without folder and suffix */
    const char *bug;
    const char *file;                    /* which the patch changes */
    const char *words[MUTANT_WORDS_MAX]; /* the command and its arguments; a test's arguments */
    uint32_t word_count;
    const char *test; /* "tests/unit/fakes/test_fakes_disk", below the build folder; or NULL */
    const char *expect;
    const char *explore; /* NULL: the scenario of `Run`, unless it is a sweep */
    uint32_t budget;     /* runs until it is found; 1 when nothing is said */
    bool is_none;        /* `Expect: nothing` */
};

/* Texts are copied into the arena. FL_EINVAL: `problem` says what is wrong, in words that follow
 * the file's name; FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error mutant_read(const char *path, struct fl_span text, struct fl_arena *arena,
                                     struct mutant *ret_mutant, struct fl_buf *problem);
/* The first of its words that names a scenario; NULL: none. */
const char *mutant_scenario(const struct mutant *mutant);

#endif
