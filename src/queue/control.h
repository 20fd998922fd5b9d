/* src/queue/control.h - how far the end of a process has come; its tasks sleep here, so that a stop
 * wakes them. */
#ifndef FL_QUEUE_CONTROL_H
#define FL_QUEUE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/task.h"
#include "queue/fetch_order.h"

/* A process that finds no memory so often in a row ends, with this status, for its supervisor to
 * start a fresh one. */
enum { FL_MEMORY_ATTEMPTS_MAX = 5, FL_EXIT_SYSTEM = 70 };

enum { FL_LEASE_S = 30 }; /* how long after a beat jobs are taken; well within the TTL */

enum fl_phase {
    FL_PHASE_RUNNING,
    FL_PHASE_QUIET,    /* takes no more jobs, finishes those that run */
    FL_PHASE_STOPPING, /* quiet, and ends when they have finished or the grace period is over */
    FL_PHASE_ENDED,    /* the jobs are done with; heartbeat and recovery end too */
};

struct fl_control {
    struct fl_tasks tasks;
    struct fl_clock clock;
    struct fl_monitor *monitor; /* guards what follows */
    enum fl_phase phase;
    int status;  /* of the process's exit */
    int workers; /* tasks that still may hold a job */
    bool retiring;
    int64_t lease_until_us;
    fl_queue_set paused;
};

FL_CHECKED enum fl_error fl_control_init(struct fl_control *control, struct fl_tasks tasks,
                                         struct fl_clock clock);
void fl_control_release(struct fl_control *control); /* a zeroed one is fine */

/* Never goes back; a later phase includes the earlier. */
void fl_control_raise(struct fl_control *control, enum fl_phase phase);
/* As a stop, with another status than 0; the first one stays. */
void fl_control_fail(struct fl_control *control, int status);
/* Quiet now, stopping once no task holds a job, however long that takes. */
void fl_control_retire(struct fl_control *control);
enum fl_phase fl_control_phase(const struct fl_control *control);
int fl_control_status(const struct fl_control *control);
/* Sleeps until the monotonic instant or until `phase` is reached, whichever is first; returns the
 * phase reached. */
enum fl_phase fl_control_sleep(struct fl_control *control, int64_t until_us, enum fl_phase phase);

/* The lease is this process's right to take jobs: its heartbeat is known to stand in Redis, so that
 * nobody takes it for dead. The heartbeat renews it; the fetcher takes nothing without it. */
void fl_control_renew_lease(struct fl_control *control, int64_t until_us);
bool fl_control_has_lease(const struct fl_control *control);
/* False: the process is quiet. */
FL_CHECKED bool fl_control_wait_lease(struct fl_control *control);

/* The queues from which nothing is taken now. */
void fl_control_pause(struct fl_control *control, fl_queue_set queues);
fl_queue_set fl_control_paused(const struct fl_control *control);

/* Tasks that hold jobs count themselves out; the stop waits for the last. */
void fl_control_worker_began(struct fl_control *control);
void fl_control_worker_ended(struct fl_control *control);
/* How many there still are at the deadline; returns early with 0. */
int fl_control_wait_workers(struct fl_control *control, int64_t deadline_us);

#endif
