/* src/queue/processor.h - a job thread: runs one delivery after the other and decides its outcome.
 */
#ifndef FL_QUEUE_PROCESSOR_H
#define FL_QUEUE_PROCESSOR_H

#include "queue/job.h"
#include "queue/metrics.h"
#include "queue/settings.h"
#include "queue/settle.h"
#include "queue/stats.h"
#include "queue/tally.h"

struct fl_processor {
    int thread; /* from 0 */
    const struct fl_settings *settings;
    const struct fl_job_world *world;
    struct fl_stats *stats;
    const struct fl_metrics *metrics; /* NULL: none */
    struct fl_tally *tally;           /* NULL: none are kept */
    struct fl_settler settler;
};

/* The task's main; ends when the handoff is closed. The processor is borrowed. */
void fl_processor_run(void *processor);

#endif
