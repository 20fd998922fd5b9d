#include "queue/metrics.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 64, TAGS_BYTES = 512 };

void fl_metrics_init(struct fl_metrics *metrics, const struct fl_settings *settings,
                     struct fl_statsd statsd)
{
    *metrics = (struct fl_metrics){.prefix = settings->options.wire == FL_WIRE_8 ? "sidekiq." : ""};
    if (settings->options.job_metrics) metrics->statsd = statsd;
}

/* What would end a tag, or the metric, is not its value's affair. */
static void add_tag(char tags[TAGS_BYTES], const char *name, const char *value)
{
    size_t length = strlen(tags);
    if (!value) return;
    snprintf(tags + length, TAGS_BYTES - length, "%s%s:%s", length ? "," : "", name, value);
    for (size_t i = length + (length > 0) + strlen(name) + 1; i < strlen(tags); i++)
        if (strchr(",|\n#", tags[i])) tags[i] = '_';
}

static void send(const struct fl_metrics *metrics, enum fl_metric_kind kind, const char *name,
                 int64_t value, const struct fl_metrics_of *of)
{
    char full[NAME_BYTES], tags[TAGS_BYTES] = "";
    if (!metrics || !metrics->statsd.ops) return;
    snprintf(full, sizeof full, "%s%s", metrics->prefix, name);
    add_tag(tags, "worker", of->worker);
    add_tag(tags, "queue", of->queue);
    add_tag(tags, "error_type", of->error_class);
    fl_statsd_send(metrics->statsd,
                   &(struct fl_metric){
                       .kind = kind, .name = full, .value = value, .tags = *tags ? tags : NULL});
}

void fl_metrics_count(const struct fl_metrics *metrics, const char *name, int64_t count,
                      const struct fl_metrics_of *of)
{
    send(metrics, FL_METRIC_COUNT, name, count, of);
}

void fl_metrics_timing(const struct fl_metrics *metrics, const char *name, int64_t us,
                       const struct fl_metrics_of *of)
{
    send(metrics, FL_METRIC_TIMING_MS, name, (us + 500) / 1000, of);
}
