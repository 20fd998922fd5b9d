/* src/queue/stop.h - ends a process within its grace period: clean when the jobs end in time, else
 * with the unfinished ones given back.
 *
 * No thread can be killed in C. At the deadline each unfinished delivery is marked, so that what
 * its thread still brings about is void, and one script moves what is in the private lists back to
 * the tails of the queues, original bytes. The caller then leaves without joining anybody. A job
 * that ends in that window runs twice, never zero times. */
#ifndef FL_QUEUE_STOP_H
#define FL_QUEUE_STOP_H

#include "ports/ports.h"
#include "queue/capsules.h"
#include "queue/control.h"
#include "queue/heartbeat.h"
#include "queue/moves.h"
#include "queue/settings.h"

enum fl_stop_end { FL_STOP_CLEAN, FL_STOP_ABANDONED };

struct fl_stop {
    const struct fl_ports *ports;
    const struct fl_settings *settings;
    const struct fl_moves *moves;
    struct fl_capsules *capsules;
    struct fl_control *control;
    struct fl_heartbeat *heartbeat;
};

/* Waits for the tasks that hold jobs, at most the grace period. The handoff is closed. */
enum fl_stop_end fl_stop_wait(const struct fl_stop *stop);
/* Gives back what is left, writes the last counts, leaves the list of processes. What Redis does
 * not take is logged; others recover it once the heartbeat has expired. */
void fl_stop_leave(const struct fl_stop *stop, enum fl_stop_end end);

#endif
