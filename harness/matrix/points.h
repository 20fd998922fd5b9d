/* harness/matrix/points.h - at which effects of a run a job is disturbed. */
#ifndef HARNESS_MATRIX_POINTS_H
#define HARNESS_MATRIX_POINTS_H

#include <stdint.h>

#include "harness/run/facts.h"

enum { MATRIX_POINTS_MAX = 4096 };

/* The effects of the job's deliveries, and those of the queue that moved it: the fetch that began
 * each delivery and what the poller and the recovery of orphans did. From the effect `first` on, in
 * their order; writes indices and returns how many, at most MATRIX_POINTS_MAX. */
uint32_t matrix_points(const struct run_facts *facts, uint32_t first, struct fl_span job,
                       uint32_t points[MATRIX_POINTS_MAX]);

#endif
