#include "fakes/statsd/fake_statsd.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"

struct fake_statsd {
    struct fake_scope scope;
    struct fl_metric *metrics;
    size_t count, capacity, dropped;
    struct fl_arena texts; /* what the metrics point to */
};

enum fl_error fake_statsd_new(struct fake_scope scope, struct fake_statsd **ret_statsd)
{
    struct fake_statsd *statsd = calloc(1, sizeof *statsd);
    if (!statsd) return FL_ENOMEM;
    statsd->scope = scope;
    *ret_statsd = statsd;
    return FL_OK;
}

void fake_statsd_free(struct fake_statsd *statsd)
{
    if (!statsd) return;
    fl_arena_release(&statsd->texts);
    free(statsd->metrics);
    free(statsd);
}

static enum fl_error reserve(struct fake_statsd *statsd)
{
    size_t capacity = statsd->capacity ? 2 * statsd->capacity : 16;
    struct fl_metric *metrics;
    if (statsd->count < statsd->capacity) return FL_OK;
    if (statsd->count >= FAKE_STATSD_METRICS_MAX) return FL_EBOUND;
    metrics = realloc(statsd->metrics, capacity * sizeof *metrics);
    if (!metrics) return FL_ENOMEM;
    statsd->metrics = metrics;
    statsd->capacity = capacity;
    return FL_OK;
}

static enum fl_error keep(struct fake_statsd *statsd, const struct fl_metric *metric)
{
    struct fl_metric kept = *metric;
    enum fl_error err = reserve(statsd);
    if (err) return err;
    kept.name = fl_arena_copy(&statsd->texts, fl_span_from(metric->name));
    if (!kept.name) return FL_ENOMEM;
    if (metric->tags) {
        kept.tags = fl_arena_copy(&statsd->texts, fl_span_from(metric->tags));
        if (!kept.tags) return FL_ENOMEM;
    }
    statsd->metrics[statsd->count++] = kept;
    return FL_OK;
}

static void on_send(void *self, const struct fl_metric *metric)
{
    struct fake_statsd *statsd = self;
    void *entered = fake_scope_enter(statsd->scope);
    if (keep(statsd, metric)) statsd->dropped++;
    fake_scope_leave(statsd->scope, entered);
}

static const struct fl_statsd_ops ops = {.send = on_send};

struct fl_statsd fake_statsd_port(struct fake_statsd *statsd)
{
    return (struct fl_statsd){&ops, statsd};
}

size_t fake_statsd_count(const struct fake_statsd *statsd)
{
    return statsd->count;
}

size_t fake_statsd_dropped(const struct fake_statsd *statsd)
{
    return statsd->dropped;
}

const struct fl_metric *fake_statsd_metric(const struct fake_statsd *statsd, size_t index)
{
    fl_assert(index < statsd->count);
    return &statsd->metrics[index];
}

int64_t fake_statsd_sum(const struct fake_statsd *statsd, const char *name)
{
    int64_t sum = 0;
    for (size_t i = 0; i < statsd->count; i++)
        if (strcmp(statsd->metrics[i].name, name) == 0) sum += statsd->metrics[i].value;
    return sum;
}
