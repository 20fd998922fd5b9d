/* src/worker_watch.h - what goes on beside a worker process while it runs: signals are obeyed, the
 * service manager is told how it is, probes and scrapers are answered. */
#ifndef FL_WORKER_WATCH_H
#define FL_WORKER_WATCH_H

#include <stdbool.h>

#include "core/error.h"
#include "ports/ports.h"
#include "posix/notify.h"
#include "posix/signals.h"
#include "posix/status_server.h"
#include "queue/process.h"

struct worker_watch {
    struct fl_signals signals;
    struct fl_notify notify;
    struct fl_process *process;
    bool supervised;            /* the port may still be its predecessor's */
    bool ready_told, stop_told; /* to the service manager */
    bool serves;                /* probes and scrapers */
    struct fl_status_server server;
};

/* Runs the process until it is stopped; its exit status in *ret_status. The fields above are set,
 * but for what was told and the server. `status_port` 0: nothing is served. FL_EEXIST: the port is
 * taken, and nothing has run. */
FL_CHECKED enum fl_error worker_watch_run(struct worker_watch *watch, const struct fl_ports *ports,
                                          int status_port, int *ret_status);

#endif
