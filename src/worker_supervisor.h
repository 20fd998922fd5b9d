/* src/worker_supervisor.h - runs several worker processes: starts this program again for each, and
 * does with them what posix/crew.h decides. */
#ifndef FL_WORKER_SUPERVISOR_H
#define FL_WORKER_SUPERVISOR_H

#include "core/error.h"
#include "posix/notify.h"

/* Holds in a worker that a supervisor has started: "fd:place", the socket on which it says that it
 * is ready and lives, and its place from 0. */
#define WORKER_SUPERVISED "FAULTLINE_SUPERVISED"

struct worker_supervisor_options {
    char *const *argv; /* of the worker, which is this program's own */
    int processes;
    int memory_max_mib; /* 0: any */
    int timeout_s;      /* the workers' grace; 0: 25 */
    struct fl_notify notify;
};

/* Until it is stopped; the exit status. What it does is said on standard error. */
int worker_supervisor_run(const struct worker_supervisor_options *options);

#endif
