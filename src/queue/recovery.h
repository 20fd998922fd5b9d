/* src/queue/recovery.h - gives the jobs of dead processes back to their queues.
 *
 * A process is dead once its heartbeat has expired, or, of this host, when its pid is gone. Whether
 * it still beats is asked inside the move itself. A process that was only paused goes on;
 * what it has in hand is then run twice, and its acknowledgements find nothing.
 *
 * A job that was in hand of too many processes that died is a poison pill: it goes to the dead set
 * (with `dead` false it is gone). Its hooks are not run, since they may be what kills. Which of the
 * jobs in hand took its process down nobody knows, so those that are recovered a second time are
 * put off by a minute, two minutes, ...: the next time each runs without the others. Recoveries are
 * counted for 72 hours from a job's first one. */
#ifndef FL_QUEUE_RECOVERY_H
#define FL_QUEUE_RECOVERY_H

#include "ports/ports.h"
#include "queue/control.h"
#include "queue/keys.h"
#include "queue/metrics.h"
#include "queue/settings.h"

enum { FL_RECOVERY_PERIOD_S = 60, FL_RECOVERY_COUNT_S = 72 * 3600, FL_RECOVERY_APART_S = 60 };

struct fl_recovery {
    const struct fl_ports *ports;
    const char *identity; /* this process's */
    struct fl_control *control;
    const struct fl_settings *settings;
    const struct fl_metrics *metrics; /* NULL: none */
};

/* The task's main: at once, then every minute, until the process is quiet. */
void fl_recovery_run(void *recovery);

/* Moves everything in the private lists of `identity` back, whether it lives or not, and with
 * FL_RECOVERY_FORGET its entry too. `queues` is a JSON array of names. */
enum fl_recovery_end { FL_RECOVERY_KEEP, FL_RECOVERY_FORGET };
FL_CHECKED enum fl_error fl_recovery_force(const struct fl_ports *ports, const char *identity,
                                           struct fl_span queues, enum fl_recovery_end end,
                                           int64_t *ret_moved);

#endif
