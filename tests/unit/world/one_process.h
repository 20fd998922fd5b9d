/* tests/unit/world/one_process.h - runs a function as the main task of a simulated process. */
#ifndef TESTS_UNIT_WORLD_ONE_PROCESS_H
#define TESTS_UNIT_WORLD_ONE_PROCESS_H

#include "core/assert.h"
#include "harness/world/world.h"

#define ONE_PROCESS_START_US (INT64_C(1000000000) * 1000000) /* 2001-09-09T01:46:40Z */

struct one_process {
    struct sim_choices *choices;
    struct sim_world *world;
    struct sim_process *process;
};

static inline void one_process_start(struct one_process *one, fl_task_main *main, void *argument)
{
    enum fl_error err = sim_choices_from_seed(1, &one->choices);
    fl_assert(!err);
    const struct sim_world_options options = {.choices = one->choices,
                                              .start_wall_us = ONE_PROCESS_START_US};
    err = sim_world_new(&options, &one->world);
    fl_assert(!err);
    const struct sim_process_options process = {
        .name = "p1", .hostname = "host-1", .main = main, .argument = argument};
    err = sim_process_start(one->world, &process, &one->process);
    fl_assert(!err);
}

static inline void one_process_play(struct one_process *one)
{
    enum sim_step step;
    do {
        step = sim_world_step(one->world, FL_NEVER_US);
    } while (step == SIM_STEP_RAN);
}

static inline void one_process_end(struct one_process *one)
{
    sim_world_free(one->world);
    sim_choices_free(one->choices);
}

#endif
