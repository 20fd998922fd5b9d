/* harness/world/running.h - the world whose fiber is on the CPU: the one process-wide variable of
 * the world. What libc's interposed functions and signal handlers are about cannot be passed to
 * them. */
#ifndef HARNESS_WORLD_RUNNING_H
#define HARNESS_WORLD_RUNNING_H

struct sim_world;
struct sim_process;

/* NULL outside of every fiber. */
struct sim_world *sim_running_world(void);
void sim_running_set(struct sim_world *world);
/* The simulated process whose fiber runs; NULL outside, and in the harness's own fibers. */
struct sim_process *sim_running_process(void);

#endif
