/* harness/cli/minimal.h - writes the minimal scenario of a failure beside its replay. */
#ifndef HARNESS_CLI_MINIMAL_H
#define HARNESS_CLI_MINIMAL_H

#include "harness/cli/coordinator.h"
#include "harness/shrink/shrink.h"

enum { MINIMAL_HANG_US = 2 * 1000 * 1000 }; /* a proposal without an effect for so long is none */

/* The run workers that shrink, beside those that play: started with the first failure. */
struct minimal { /* zeroed, but for its settings, is ready */
    int workers;
    int64_t real_us_max; /* for one failure; 0: SHRINK_REAL_US_MAX */
    struct pool *pool;
};

/* FL_OK: the file stands at order->to, or *ret_shrunk has no text and says why; the caller releases
 * it. FL_EIO: it cannot be written; else what the pool says. `order` needs no pool. */
FL_CHECKED enum fl_error minimal_write(struct minimal *minimal, struct shrink_order *order,
                                       struct shrunk *ret_shrunk);
/* Whether the failure has a minimal scenario now, at `path` in a folder that exists; and its lines.
 * One that hangs has none, for every proposal would do so. `choices` are those of its run, needed
 * where the seed does not say all. */
bool minimal_of_failure(struct minimal *minimal, const struct coordinator_scenario *scenario,
                        const struct course_failure *failure, struct fl_span choices,
                        const char *path, uint32_t *ret_lines);
void minimal_release(struct minimal *minimal);

#endif
