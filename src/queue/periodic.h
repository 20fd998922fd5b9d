/* src/queue/periodic.h - enqueues jobs by the clock: once for each tick, from one of the processes.
 *
 * Only the leader enqueues. A tick that it finds is enqueued together with a record of it, in one
 * step that looks at that record first: the same tick again, by a process that was paused, whose
 * answer was lost or whose clock is behind, changes nothing. The job's jid follows from its name
 * and the tick.
 *
 * A tick may be up to FL_PERIODIC_LATE_US late (its leader has died, Redis was away); older ones
 * are not made up for, and of several the last alone is enqueued. A process that becomes leader
 * first notes for each job that it knows of it, so that what is deployed a minute after its time
 * waits for the next. */
#ifndef FL_QUEUE_PERIODIC_H
#define FL_QUEUE_PERIODIC_H

#include "core/time_text.h"
#include "queue/control.h"
#include "queue/cron.h"
#include "queue/leader.h"
#include "queue/process.h"
#include "queue/registry.h"

#define FL_PERIODIC_LATE_US (3 * FL_MINUTE_US)

enum {
    FL_PERIODIC_KEEP_S = 400 * 24 * 3600, /* the record: longer than a year */
    FL_PERIODIC_PROBLEM_BYTES = 512,
};

struct fl_periodic_job {
    const struct fl_periodic *option;
    const char *name;
    struct fl_cron cron;
    int64_t done_us; /* the last tick that is known to be enqueued; 0: none */
    int64_t seen_us; /* when ticks were last looked for; 0: never */
};

struct fl_periodics {
    const struct fl_ports *ports;
    const struct fl_registry *registry;
    struct fl_control *control;
    enum fl_wire wire;
    const struct fl_keyring *keyring; /* NULL: no key */
    struct fl_leader leader;
    struct fl_periodic_job *jobs; /* owned */
    size_t count;
};

/* Reads and checks the options, which are borrowed. FL_EINVAL: ret_problem says which; FL_ENOMEM.
 * The caller fills in the other fields, and releases in every case. */
FL_CHECKED enum fl_error fl_periodics_init(struct fl_periodics *periodics,
                                           const struct fl_periodic *options, size_t count,
                                           char ret_problem[FL_PERIODIC_PROBLEM_BYTES]);
void fl_periodics_release(struct fl_periodics *periodics); /* a zeroed one is fine */
/* The task's main; ends, and leads no more, once the process is quiet. */
void fl_periodics_run(void *periodics);

#endif
