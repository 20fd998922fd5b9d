/* src/queue/metrics.h - what a process sends to StatsD of its jobs, under the names and tags of
 * Sidekiq Pro; with wire 8 behind "sidekiq.", as there. */
#ifndef FL_QUEUE_METRICS_H
#define FL_QUEUE_METRICS_H

#include <stdint.h>

#include "ports/statsd.h"
#include "queue/settings.h"

struct fl_metrics {
    struct fl_statsd statsd; /* `ops` NULL: nothing is sent */
    const char *prefix;
};

/* What a metric is of. NULL: not told. */
struct fl_metrics_of {
    const char *worker, *queue, *error_class;
};

void fl_metrics_init(struct fl_metrics *metrics, const struct fl_settings *settings,
                     struct fl_statsd statsd);
/* `name` without the prefix: "jobs.success". NULL metrics are fine. */
void fl_metrics_count(const struct fl_metrics *metrics, const char *name, int64_t count,
                      const struct fl_metrics_of *of);
void fl_metrics_timing(const struct fl_metrics *metrics, const char *name, int64_t us,
                       const struct fl_metrics_of *of);

#endif
