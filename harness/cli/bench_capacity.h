/* harness/cli/bench_capacity.h - how long a scenario's jobs wait and take in virtual time: what so
 * many processes and threads are enough for. */
#ifndef HARNESS_CLI_BENCH_CAPACITY_H
#define HARNESS_CLI_BENCH_CAPACITY_H

#include "core/buf.h"
#include "harness/bench/sample.h"
#include "harness/cli/bench_sim.h"

struct bench_capacity_result { /* microseconds, one value a seed */
    struct sample wait_median, wait_p99, total_median, total_p99;
    struct sample service_median, service_p99, retry_median, retry_p99;
    uint32_t jobs, others, again; /* of all seeds; runs that were not their job's first */
};

/* A seed a round. FL_EINVAL: a run did not pass, and `problem` says how. */
FL_CHECKED enum fl_error bench_capacity(const struct bench_sim_order *order,
                                        struct bench_capacity_result *ret_result,
                                        struct fl_buf *problem);

#endif
