/* tests/unit/world/told_world.h - a world whose fibers tell what they do, with the time. */
#ifndef TESTS_UNIT_WORLD_TOLD_WORLD_H
#define TESTS_UNIT_WORLD_TOLD_WORLD_H

#include "harness/world/world.h"

enum { STORY_BYTES = 4096 };

struct told_world {
    struct sim_choices *choices;
    struct sim_world *world;
    struct sim_process *process, *other;
    struct fl_ports ports;
    struct sim_waiters waiters;
    struct fl_monitor *monitor;
    int count;
    char story[STORY_BYTES];
};

/* Setup and teardown: *state is a struct told_world. */
int told_world_open(void **state);
int told_world_close(void **state);
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, told_world_open, told_world_close)

/* Appends "what@time " to the story. */
void tell(struct told_world *f, const char *what);
/* A fiber of the world itself, and a process; their argument is the told world. */
void spawn(struct told_world *f, const char *role, fl_task_main *main);
struct sim_process *start(struct told_world *f, const char *name, fl_task_main *main);
/* Until the instant, or until nothing can run. */
enum sim_step play(struct told_world *f, int64_t until_us);

#endif
