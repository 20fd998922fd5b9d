/* src/queue/process.h - one worker process: fetcher, job threads, poller, heartbeat, and its stop.
 *
 * Written once against ports: faultline-worker composes it with src/posix, the harness with fakes.
 */
#ifndef FL_QUEUE_PROCESS_H
#define FL_QUEUE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/zone.h"
#include "faultline/middleware.h"
#include "faultline/worker.h"
#include "ports/ports.h"

enum {
    FL_QUEUES_MAX = 64,   /* of all capsules */
    FL_CAPSULES_MAX = 16, /* beside the default one */
    FL_CAPSULE_NAME_BYTES = 64,
    FL_CONCURRENCY_MAX = 256,
    FL_QUEUE_WEIGHT_MAX = 1000,
    FL_QUEUE_NAME_BYTES = 128,
    FL_IDENTITY_BYTES = 384,
    FL_WORKERS_MAX = 1024,
    FL_PERIODIC_MAX = 256,
    FL_PERIODIC_NAME_BYTES = 256,
};

enum fl_fetch { FL_FETCH_RELIABLE, FL_FETCH_BASIC };
/* Which Sidekiq line's key names, units and formulas are written; all are read. */
enum fl_wire { FL_WIRE_6 = 6, FL_WIRE_7 = 7, FL_WIRE_8 = 8 };

struct fl_queue_option {
    const char *name;
    int weight; /* 0: unweighted. All 0: strict order; any above 0: weighted, unweighted ones count
                   1 */
};

/* Job threads of their own for some queues, beside the default capsule, which the options describe
 * themselves. A queue may stand in several. */
struct fl_capsule_option {
    const char *name;                     /* unique, and not "default" */
    const struct fl_queue_option *queues; /* none: "default" */
    size_t queue_count;
    int concurrency; /* 0: 5; 1: no two of its jobs run at a time in this process */
};

/* A job that the clock enqueues (queue/periodic.h says when exactly). */
struct fl_periodic {
    const char *cron;           /* queue/cron.h; required */
    const struct fl_zone *zone; /* whose wall clocks are meant; NULL: UTC */
    const char *worker;         /* required */
    struct fl_span args;        /* a JSON array as text; empty: [] */
    const char *queue;          /* NULL: the worker's own, or "default" */
    const char *name;           /* tells it from the others in Redis; NULL: the worker's name */
};

/* When the leader calls somebody (queue/alerts.h). A limit of 0: that alert is not wanted. */
struct fl_alert_options {
    int failure_percent;  /* of the jobs that ran within the window have failed ... */
    int failure_jobs;     /* ... which were at least so many; 0: 20 */
    int latency_s;        /* has the next job of a queue waited */
    int dead_growth;      /* jobs have died within the window */
    int silent_processes; /* are without their heartbeat */
    int processes_min;    /* fewer than that beat */
    int window_s;         /* 0: 300; up to 3600 */
    const char *webhook;  /* http or https URL; NULL: log lines and metrics alone */
};

/* A command object replaced by a test (fl_job_command). */
struct fl_command_override {
    const char *name;
    const void *ops;
};

struct fl_keyring;

/* Read-only after fl_process_new; borrowed, with all it points to, for the process's life. */
struct fl_process_options {
    const struct fl_queue_option *queues; /* none: "default" */
    size_t queue_count;
    int concurrency; /* job threads; 0: 5, Sidekiq 7's default. Of all capsules at most 256 */
    const struct fl_capsule_option *capsules;
    size_t capsule_count;
    int64_t timeout_us; /* grace at stop; 0: 25 s */
    enum fl_fetch fetch;
    enum fl_wire wire;       /* 0: FL_WIRE_7 */
    int max_retries;         /* for `retry: true`; 0: 25 */
    int max_recoveries;      /* of a job whose process died, in 72 hours; 0: 3 */
    bool metrics;            /* of classes, for Sidekiq's pages (queue/tally.h) */
    int reliable_push;       /* pushes of handlers that may wait for Redis; 0: none does */
    bool drops_oldest_push;  /* when one more comes; else that is refused */
    int64_t dead_max_jobs;   /* 0: 10,000 */
    int64_t dead_timeout_us; /* 0: 180 days */
    int64_t average_poll_us; /* average_scheduled_poll_interval, of all processes; 0: 5 s */
    int64_t own_poll_us; /* poll_interval_average: this process's, whatever others do; 0: none */
    const char *tag;
    const struct fl_periodic *periodic; /* names are unique */
    size_t periodic_count;
    const struct fl_alert_options *alerts; /* NULL: none */
    const char *const *labels;             /* for the process list */
    size_t label_count;
    const struct fl_worker *const *tables; /* each ended by a NULL name; a later table wins */
    size_t table_count;
    bool job_metrics; /* each job is told to the StatsD port (queue/metrics.h) */
    bool embedded;    /* in a program of its own purpose: operators' signals are not obeyed, and run
                         returns although job threads have outlived the grace period */
    const struct fl_setup *const *setups; /* of the modules that have one, in their order */
    size_t setup_count;
    const struct fl_command_override *overrides;
    size_t override_count;
    const struct fl_keyring *keyring; /* core/keyring.h; NULL: no key */
};

struct fl_process; /* opaque: layout in process.c */
struct fl_health;  /* queue/health.h */

/* Borrows `options` and `ports`. FL_EINVAL: an option is out of its range (logged with its name);
 * FL_ENOMEM. Touches nothing outside. */
FL_CHECKED enum fl_error fl_process_new(const struct fl_process_options *options,
                                        const struct fl_ports *ports,
                                        struct fl_process **ret_process);
/* Runs in the calling task until stopped. Returns the exit status: 0 after a stop, 70 after a
 * system failure, 1 when it could not start (logged). When job threads outlive the grace period it
 * does not return: it gives their jobs back, deregisters and calls the process port's exit.
 * Embedded it returns FL_PROCESS_ABANDONED then: its threads still run, nothing of it may be freed,
 * and all that they bring about is void. */
enum { FL_PROCESS_ABANDONED = 71 };
int fl_process_run(struct fl_process *process);
/* From any task (the signal task of a program): idempotent, returns at once. */
void fl_process_quiet(struct fl_process *process); /* TSTP: finish, take no more */
void fl_process_stop(struct fl_process *process);  /* TERM */
/* USR2: as quiet, and stops once its jobs have ended, however long they take. */
void fl_process_retire(struct fl_process *process);
void fl_process_dump(struct fl_process *process); /* TTIN: log what each thread is doing */
/* From any task, at any time before the free. */
void fl_process_health(struct fl_process *process, struct fl_health *ret_health);
/* "host:pid:nonce"; valid once run has begun. */
const char *fl_process_identity(const struct fl_process *process);
/* After run has returned. */
void fl_process_free(struct fl_process *process);

#endif
