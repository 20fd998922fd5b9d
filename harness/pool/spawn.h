/* harness/pool/spawn.h - one run worker as an operating-system process. */
#ifndef HARNESS_POOL_SPAWN_H
#define HARNESS_POOL_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "harness/pool/pool.h"

#define POOL_WORKER_FLAG "--run-worker"
/* Tells a worker that hangs to note where, and to die of it. */
#define POOL_SIGNAL_HUNG SIGQUIT

struct pool_child {
    pid_t pid;
    int fd; /* requests go out, answers come back */
    struct pool_note *note;
};

/* The child runs this program with POOL_WORKER_FLAG and its parameters. `variety` (another one for
 * each start) sets its environment's size, stack offset and poison byte. FL_ENOMEM, FL_EIO. */
FL_CHECKED enum fl_error pool_child_start(int variety, struct pool_child *ret_child);
/* Gives one that hangs a moment for its last words. */
void pool_child_ask_where(const struct pool_child *child);
/* Reaps it. With `kill` whatever it does; else it ends by itself, since its requests do. Returns
 * the status of waitpid. */
enum pool_stop { POOL_STOP_AT_END, POOL_STOP_NOW };
int pool_child_stop(struct pool_child *child, enum pool_stop how);

/* The child's side: the parameters that came by argv. */
struct pool_parameters {
    int fd, note_fd, variety;
};

#endif
