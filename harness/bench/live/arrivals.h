/* harness/bench/live/arrivals.h - jobs that arrive at given times on a real Redis, and how long
 * each waits and takes there. */
#ifndef HARNESS_BENCH_LIVE_ARRIVALS_H
#define HARNESS_BENCH_LIVE_ARRIVALS_H

#include "core/buf.h"
#include "core/span.h"
#include "harness/bench/live/live_worker.h"
#include "harness/bench/sample.h"

enum { ARRIVALS_MAX = 100 * 1000 };

struct arrival {
    int64_t at_us; /* since the first */
    const char *worker;
    struct fl_span args; /* a JSON array */
};

struct arrivals_order {    /* all borrowed */
    const char *redis_url; /* NULL: a server of its own */
    struct live_program program;
    const struct arrival *arrivals; /* in the order of their times */
    uint32_t count;
    uint32_t rounds;
};

struct arrivals_result { /* microseconds, one value a round */
    struct sample wait_median, wait_p99, total_median, total_p99;
};

/* From the instant at which a job is due to be pushed to the log's line "start", and to its line
 * "done". FL_ETIMEDOUT: some job has failed, or has not ended in time. */
FL_CHECKED enum fl_error arrivals_measure(const struct arrivals_order *order,
                                          struct arrivals_result *ret_result,
                                          char problem[LIVE_PROBLEM_BYTES]);

#endif
