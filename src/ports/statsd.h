/* src/ports/statsd.h - one metric, sent and forgotten: it can neither fail nor block its caller. */
#ifndef FL_PORTS_STATSD_H
#define FL_PORTS_STATSD_H

#include <stdint.h>

enum fl_metric_kind { FL_METRIC_COUNT, FL_METRIC_GAUGE, FL_METRIC_TIMING_MS };

struct fl_metric {
    enum fl_metric_kind kind;
    const char *name; /* "import.success" */
    int64_t value;
    const char *tags; /* "worker:Import,queue:default" or NULL */
};

struct fl_statsd_ops {
    void (*send)(void *self, const struct fl_metric *metric);
};

struct fl_statsd {
    const struct fl_statsd_ops *ops; /* NULL: metrics are dropped */
    void *self;
};

static inline void fl_statsd_send(struct fl_statsd statsd, const struct fl_metric *metric)
{
    if (statsd.ops) statsd.ops->send(statsd.self, metric);
}

#endif
