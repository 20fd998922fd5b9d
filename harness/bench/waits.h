/* harness/bench/waits.h - how long the jobs of a run waited and took, in virtual time, by its
 * trace.
 */
#ifndef HARNESS_BENCH_WAITS_H
#define HARNESS_BENCH_WAITS_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

enum { WAITS_JOBS_MAX = 1024 * 1024, WAITS_RUNS_MAX = 4 * 1024 * 1024 };

/* Of the jobs that a client pushed to be run at once and that came to an end: the microseconds that
 * so many of a thousand do not exceed. */
struct waits {
    uint32_t jobs;
    uint32_t
        others; /* jobs that ran, but whose push the trace does not show, or that never ended */
    int64_t wait_median_us, wait_p99_us;   /* from the push to the first run's beginning */
    int64_t total_median_us, total_p99_us; /* to the last run's end: retries are in it */
    uint32_t runs, again;                  /* that ended; that began after another of their job */
    int64_t service_median_us, service_p99_us; /* of a run, from its beginning to its end */
    int64_t retry_median_us, retry_p99_us;     /* from a run's end to the next one's beginning */
};

/* FL_EPARSE: a line of the trace cannot be read; FL_EBOUND: more than WAITS_JOBS_MAX jobs, or
 * WAITS_RUNS_MAX runs. */
FL_CHECKED enum fl_error waits_of_trace(struct fl_span trace, struct waits *ret_waits);

#endif
