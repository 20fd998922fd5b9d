/* harness/cli/small_worlds.h - every small world that a scenario describes: a few of its jobs, on a
 * few processes, without its faults.
 *
 * Jobs that differ in name and arguments only count as alike: a world has the first few of them.
 * Claims on jobs and processes that a world does not have are left out of it; where none is left,
 * no job may be lost. */
#ifndef HARNESS_CLI_SMALL_WORLDS_H
#define HARNESS_CLI_SMALL_WORLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/scenario/plan.h"

enum {
    SMALL_JOBS_MAX = 8,
    SMALL_PROCESSES_MAX = 8,
    SMALL_KINDS_MAX = 64, /* of jobs */
    SMALL_WORLDS_MAX = 10 * 1000,
};

struct small_worlds; /* opaque: layout in small_worlds.c */

/* Borrows the plan. FL_EBOUND: more kinds of jobs or more worlds than there may be; FL_ENOMEM. */
FL_CHECKED enum fl_error small_worlds_new(const struct plan *plan, uint32_t jobs_max,
                                          uint32_t processes_max, struct small_worlds **ret_worlds);
void small_worlds_free(struct small_worlds *worlds); /* NULL is fine */
uint32_t small_worlds_count(const struct small_worlds *worlds);

struct small_world {
    uint32_t jobs, processes;
};
/* Those with fewer jobs first, and of them those with fewer processes. Its scenario is appended to
 * `out`. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error small_worlds_write(const struct small_worlds *worlds, uint32_t index,
                                            struct small_world *ret_world, struct fl_buf *out);

#endif
