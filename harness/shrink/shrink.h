/* harness/shrink/shrink.h - makes of a failing run the smallest scenario that fails in the same
 * way.
 *
 * Proposals of edits.h are tried in turn; each that still fails with the same fingerprint is kept,
 * until none does, or a bound is met. What comes out does not depend on the number of run workers,
 * unless time ends it. */
#ifndef HARNESS_SHRINK_SHRINK_H
#define HARNESS_SHRINK_SHRINK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "harness/pool/pool.h"
#include "harness/scenario/parse.h"

enum {
    SHRINK_RUNS_MAX = 5000,
    SHRINK_TEXT_BYTES_MAX = 16 * 1024 * 1024,
    SHRINK_LINES_MAX = 256,    /* of a minimal file, that are tried one by one */
    SHRINK_SECONDS_MAX = 3600, /* that one may ask for */
};
#define SHRINK_REAL_US_MAX INT64_C(5000000) /* for one failure */

struct shrink_order { /* borrowed */
    struct pool *pool;
    const char *path; /* the scenario that failed */
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed;
    int32_t sweep;          /* -1: none */
    struct fl_span choices; /* that it made, as a record; empty: its seed says all */
    const char *to;         /* where the minimal file will stand; its folder exists */
    uint32_t runs_max;
    int64_t real_us_max;
};

enum shrink_end {
    SHRINK_MINIMAL,     /* nothing more can be left out */
    SHRINK_OUT_OF_RUNS, /* it fails in the same way, but might be smaller */
    SHRINK_OUT_OF_TIME,
    SHRINK_NOT_ALIKE, /* the failure needs more than its scenario and its seed: nothing was made */
    SHRINK_UNREADABLE,
};

/* What happens without one line. */
enum shrink_need {
    SHRINK_PASSES,
    SHRINK_FAILS_OTHERWISE,
    SHRINK_MEANS_NOTHING, /* other lines need it */
    SHRINK_NOT_NEEDED,    /* it fails as before; only where a bound was met */
    SHRINK_NOT_TRIED,
};

struct shrunk {
    enum shrink_end end;
    struct fl_buf text;    /* the file, with its comments; empty when nothing was made */
    uint32_t lines_before; /* of the scenario with all its ranges written out */
    uint32_t line_count;   /* of the minimal one, without comments */
    enum shrink_need needs[SHRINK_LINES_MAX]; /* by line; of the first, which names it, none */
    uint64_t runs;
    int64_t took_us; /* of real time */
};

/* FL_ENOMEM, or what the pool says. On FL_OK the caller releases the result. That the text fails in
 * the same way has been proved by playing it at its place, on two run workers. */
FL_CHECKED enum fl_error shrink(const struct shrink_order *order, struct shrunk *ret_shrunk);
void shrunk_release(struct shrunk *shrunk);

/* "passes", "fails in another way" */
const char *shrink_need_text(enum shrink_need need);

#endif
