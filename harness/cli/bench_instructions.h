/* harness/cli/bench_instructions.h - how many instructions a run of a scenario takes, counted by
 * Valgrind's Callgrind: a figure that no busy machine disturbs. */
#ifndef HARNESS_CLI_BENCH_INSTRUCTIONS_H
#define HARNESS_CLI_BENCH_INSTRUCTIONS_H

#include "core/error.h"
#include "harness/cli/bench_sim.h"

enum { BENCH_PROBLEM_BYTES = 256 };

/* Of a scenario that does not sweep. On anything but FL_OK `problem` says why. */
FL_CHECKED enum fl_error bench_instructions(const struct bench_sim_order *order,
                                            double *ret_instructions_a_run,
                                            char problem[BENCH_PROBLEM_BYTES]);

#endif
