/* src/queue/processor.h - a job thread: runs one delivery after the other and sees each to its end.
 *
 * A delivery ends with one atomic move (moves.h). While Redis does not let that move happen the
 * thread keeps the delivery and repeats the move, at most FL_SETTLE_WAIT_MAX_US apart: nothing is
 * lost, and a process that cannot store outcomes takes no further work. */
#ifndef FL_QUEUE_PROCESSOR_H
#define FL_QUEUE_PROCESSOR_H

#include "ports/ports.h"
#include "queue/control.h"
#include "queue/handoff.h"
#include "queue/job.h"
#include "queue/moves.h"
#include "queue/settings.h"
#include "queue/stats.h"

enum {
    FL_SETTLE_WAIT_MAX_US = 5 * 1000 * 1000,
    FL_MEMORY_ATTEMPTS_MAX = 5, /* then the process ends with FL_EXIT_SYSTEM */
    FL_EXIT_SYSTEM = 70,
};

struct fl_processor {
    int thread; /* from 0 */
    const struct fl_ports *ports;
    const struct fl_settings *settings;
    const struct fl_job_world *world;
    const struct fl_moves *moves;
    struct fl_handoff *handoff;
    struct fl_control *control;
    struct fl_stats *stats;
};

/* The task's main; ends when the handoff is closed. The processor is borrowed. */
void fl_processor_run(void *processor);

#endif
