/* src/queue/heartbeat.h - shows in Redis that this process lives, what it does and how much it has
 * done; hears the signals that operators send through Redis.
 *
 * Counts are written with the beat and forgotten once it was answered. When the answer is lost they
 * are forgotten too: a job may then be missing from the statistics, none is ever counted twice. */
#ifndef FL_QUEUE_HEARTBEAT_H
#define FL_QUEUE_HEARTBEAT_H

#include "core/buf.h"
#include "ports/ports.h"
#include "queue/capsules.h"
#include "queue/control.h"
#include "queue/events.h"
#include "queue/settings.h"
#include "queue/stats.h"

enum {
    FL_HEARTBEAT_TTL_S = 60,
    FL_STAT_DAYS_TTL_S = 157680000,
};

struct fl_push_buffer;
struct fl_tally;

struct fl_heartbeat {
    const struct fl_ports *ports;
    const struct fl_settings *settings;
    const char *identity;
    const struct fl_capsules *capsules;
    struct fl_control *control;
    struct fl_stats *stats;
    const struct fl_events *events; /* NULL: nobody is told */
    struct fl_tally *tally;         /* written down with each beat; or NULL */
    struct fl_push_buffer *pushes;  /* what waits for Redis is pushed with each beat; or NULL */
    struct fl_process *process;     /* for the signals */
    struct fl_buf info, queues;     /* JSON, made once */
    int slow_beats;
    /* Read by others: monotonic, 0 before the first. */
    _Atomic int64_t turned_us; /* the task came round */
    _Atomic int64_t beaten_us; /* Redis took a beat */
    _Atomic int64_t rtt_us;
    struct fl_busy busy[FL_CONCURRENCY_MAX];
};

/* Makes what the info tells; `started_us` is wall time. The rest of the struct is set by the
 * caller before. */
FL_CHECKED enum fl_error fl_heartbeat_init(struct fl_heartbeat *heartbeat, int64_t started_us);
void fl_heartbeat_release(struct fl_heartbeat *heartbeat);
/* One beat; also renews the lease. */
FL_CHECKED enum fl_error fl_heartbeat_beat(struct fl_heartbeat *heartbeat);
/* The task's main: beats until the process has ended. */
void fl_heartbeat_run(void *heartbeat);
/* The last counts, and out of the list of processes. */
FL_CHECKED enum fl_error fl_heartbeat_deregister(struct fl_heartbeat *heartbeat);
/* "thread 3 of process 4711" as Sidekiq's short lower-case word. */
void fl_heartbeat_tid(const struct fl_heartbeat *heartbeat, int thread, char ret_tid[16]);

#endif
