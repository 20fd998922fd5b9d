/* harness/cli/coordinator.h - plays scenarios on run workers, each run on two of them, and
 * compares.
 *
 * Scenarios are finished in their order whatever the number of workers. */
#ifndef HARNESS_CLI_COORDINATOR_H
#define HARNESS_CLI_COORDINATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/cli/course.h"
#include "harness/cli/request.h"
#include "harness/pool/pool.h"

enum { COORDINATOR_BATCH_US = 30 * 1000 }; /* of real time that a batch should take */

struct coordinator_scenario {
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed_first, seed_last;
    bool sweeps;
    bool pairs;   /* a `sweep pairs` */
    bool partial; /* of its runs: nothing is said of what must happen sometimes */
    bool single;  /* only the run of seed_first and `sweep` */
    int32_t sweep;
    uint64_t elsewhere;          /* other runs of it, that were played before, */
    struct fl_span never;        /* and what they never had; empty: nothing is said of it */
    enum request_choices source; /* other than REQUEST_SEEDED: for a single run, as are these */
    struct fl_span choices;
    uint32_t depth;
    uint64_t horizon;
};

enum coordinator_plays { COORDINATOR_ONCE = 1, COORDINATOR_TWICE = 2 };

struct coordinator_options {
    enum coordinator_plays plays;
    unsigned record_wants; /* bits of enum run_wants: what the shown run tells besides */
    bool record_all;       /* the trace of the last run of every scenario, not only of failures */
};

/* The run that is shown: a failure's, or with record_all any. Borrowed during the call. */
struct coordinator_record {
    struct fl_span trace, choices;
    struct fl_span recording; /* with RUN_WANTS_RECORDING */
    uint64_t misses;
};

struct coordinator_sink {
    void *context;
    /* In the order of the scenarios, once each. */
    void (*finished)(void *context, uint32_t index, const struct course *course,
                     const struct coordinator_record *record);
    /* Often: runs played so far. */
    void (*progress)(void *context, uint32_t index, uint64_t runs);
};

/* FL_ENOMEM, or what the pool returns: the harness's own failure. */
FL_CHECKED enum fl_error coordinator_run(struct pool *pool,
                                         const struct coordinator_options *options,
                                         const struct coordinator_scenario *scenarios,
                                         uint32_t count, const struct coordinator_sink *sink);

#endif
