/* harness/shrink/when.h - from which of its choices on a run could not but fail.
 *
 * A run is its choices. The first k of them are kept and the rest is drawn anew, `draws` times: how
 * many of these fail in the same way? The least k from which on all do is found by bisection, which
 * takes for granted that a failure that has become inevitable stays so. */
#ifndef HARNESS_SHRINK_WHEN_H
#define HARNESS_SHRINK_WHEN_H

#include <stdint.h>

#include "core/buf.h"
#include "harness/cli/replay_file.h"
#include "harness/pool/pool.h"

enum { WHEN_DRAWS_MAX = 64, WHEN_ROWS_MAX = 32, WHEN_EFFECT_BYTES = 256 };

struct when_row {
    uint32_t kept;   /* choices */
    uint32_t failed; /* of the draws */
    /* The last effect that the kept choices had begun, as an address: imp-1#2 the 1st "redis
     * LREM"; empty: none. */
    char effect[WHEN_EFFECT_BYTES];
};

struct when {
    bool fails;                          /* the run itself does; else nothing below is set */
    uint32_t choices;                    /* that it makes */
    struct when_row rows[WHEN_ROWS_MAX]; /* by `kept` */
    uint32_t row_count;
    uint32_t inevitable; /* index of the first row in which all draws fail */
    uint64_t runs;
};

/* FL_ENOMEM, FL_EPARSE and its kin for the scenario (told in *message), or what the pool says. */
FL_CHECKED enum fl_error when_find(struct pool *pool, const struct replay *replay, uint32_t draws,
                                   struct when *ret_when, struct fl_buf *message);

#endif
