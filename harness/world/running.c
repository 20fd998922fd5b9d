#include "harness/world/running.h"

#include <stddef.h>

#include "harness/world/world.h"

/* There is one OS thread, and so one fiber at most that runs. */
static struct sim_world *running;

struct sim_world *sim_running_world(void)
{
    return running;
}

void sim_running_set(struct sim_world *world)
{
    running = world;
}

struct sim_process *sim_running_process(void)
{
    return running ? sim_fiber_process(sim_fiber_current(running)) : NULL;
}
