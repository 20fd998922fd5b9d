/* harness/cli/bench_sim.h - how fast a scenario is played: runs and effects a second of processor
 * time, on one run worker, each run once. */
#ifndef HARNESS_CLI_BENCH_SIM_H
#define HARNESS_CLI_BENCH_SIM_H

#include <stdbool.h>

#include "core/buf.h"
#include "harness/bench/sample.h"
#include "harness/cli/request.h"

struct bench_sim_order {
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed_first;
    bool sweeps; /* its points are played in turn, again and again */
    uint32_t rounds;
    int64_t round_us; /* of processor time */
};

struct bench_sim_result {
    struct sample runs, effects; /* a second of processor time, one value a round */
    uint64_t effects_a_run;
};

/* FL_EINVAL: a run did not pass, and `problem` says how; or what the pool returns. */
FL_CHECKED enum fl_error bench_sim(const struct bench_sim_order *order,
                                   struct bench_sim_result *ret_result, struct fl_buf *problem);

#endif
