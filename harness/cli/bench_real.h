/* harness/cli/bench_real.h - the arrivals of a scenario on a real Redis, with a real worker: what
 * its simulated times are held against. */
#ifndef HARNESS_CLI_BENCH_REAL_H
#define HARNESS_CLI_BENCH_REAL_H

#include "core/buf.h"
#include "harness/bench/live/arrivals.h"
#include "harness/cli/bench_sim.h"

/* FL_EINVAL: the scenario says what only a simulation can play (faults, several processes, jobs
 * that are scheduled), and `problem` tells. In real time: a round takes as long as its arrivals. */
FL_CHECKED enum fl_error bench_real(const struct bench_sim_order *order, const char *redis_url,
                                    struct arrivals_result *ret_result,
                                    char problem[LIVE_PROBLEM_BYTES]);

#endif
