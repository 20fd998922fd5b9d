#include "queue/stats.h"

#include <stddef.h>

enum fl_error fl_stats_init(struct fl_stats *stats, struct fl_tasks tasks)
{
    *stats = (struct fl_stats){.tasks = tasks};
    return fl_monitor_new(tasks, "stats", &stats->monitor);
}

void fl_stats_release(struct fl_stats *stats)
{
    fl_monitor_free(stats->tasks, stats->monitor);
    stats->monitor = NULL;
}

void fl_stats_count(struct fl_stats *stats, int64_t processed, int64_t failed)
{
    fl_monitor_enter(stats->tasks, stats->monitor);
    stats->counts.processed += processed;
    stats->counts.failed += failed;
    stats->totals.processed += processed;
    stats->totals.failed += failed;
    fl_monitor_leave(stats->tasks, stats->monitor);
}

void fl_stats_put_back(struct fl_stats *stats, struct fl_stats_counts counts)
{
    fl_monitor_enter(stats->tasks, stats->monitor);
    stats->counts.processed += counts.processed;
    stats->counts.failed += counts.failed;
    fl_monitor_leave(stats->tasks, stats->monitor);
}

struct fl_stats_counts fl_stats_totals(struct fl_stats *stats)
{
    fl_monitor_enter(stats->tasks, stats->monitor);
    struct fl_stats_counts totals = stats->totals;
    fl_monitor_leave(stats->tasks, stats->monitor);
    return totals;
}

struct fl_stats_counts fl_stats_take(struct fl_stats *stats)
{
    fl_monitor_enter(stats->tasks, stats->monitor);
    struct fl_stats_counts counts = stats->counts;
    stats->counts = (struct fl_stats_counts){0};
    fl_monitor_leave(stats->tasks, stats->monitor);
    return counts;
}
