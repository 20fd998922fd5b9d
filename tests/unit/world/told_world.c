#include "tests/unit/world/told_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void tell(struct told_world *f, const char *what)
{
    size_t length = strlen(f->story);
    snprintf(f->story + length, sizeof(f->story) - length, "%s@%" PRId64 " ", what,
             sim_world_now_us(f->world));
}

int told_world_open(void **state)
{
    struct told_world *f = calloc(1, sizeof(*f));
    *state = f;
    assert_non_null(f);
    assert_int_equal(sim_choices_simplest(&f->choices), FL_OK);
    const struct sim_world_options options = {.choices = f->choices,
                                              .start_wall_us = 1000 * INT64_C(1000000)};
    assert_int_equal(sim_world_new(&options, &f->world), FL_OK);
    return 0;
}

int told_world_close(void **state)
{
    struct told_world *f = *state;
    sim_world_free(f->world);
    sim_choices_free(f->choices);
    free(f);
    return 0;
}

void spawn(struct told_world *f, const char *role, fl_task_main *main)
{
    assert_int_equal(sim_fiber_spawn(f->world, NULL, role, main, f, NULL), FL_OK);
}

struct sim_process *start(struct told_world *f, const char *name, fl_task_main *main)
{
    struct sim_process *process;
    const struct sim_process_options options = {.name = name, .main = main, .argument = f};
    assert_int_equal(sim_process_start(f->world, &options, &process), FL_OK);
    return process;
}

enum sim_step play(struct told_world *f, int64_t until_us)
{
    enum sim_step step;
    do {
        step = sim_world_step(f->world, until_us);
    } while (step == SIM_STEP_RAN);
    return step;
}
