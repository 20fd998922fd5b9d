/* src/queue/stats.h - counts processed and failed jobs until a heartbeat has written them down. */
#ifndef FL_QUEUE_STATS_H
#define FL_QUEUE_STATS_H

#include <stdint.h>

#include "core/error.h"
#include "ports/task.h"

struct fl_stats_counts {
    int64_t processed, failed;
};

struct fl_stats {
    struct fl_tasks tasks;
    struct fl_monitor *monitor; /* guards the counts */
    struct fl_stats_counts counts, totals;
};

FL_CHECKED enum fl_error fl_stats_init(struct fl_stats *stats, struct fl_tasks tasks);
void fl_stats_release(struct fl_stats *stats); /* a zeroed one is fine */
void fl_stats_count(struct fl_stats *stats, int64_t processed, int64_t failed);
/* Takes them out; who could not write them down puts them back. */
struct fl_stats_counts fl_stats_take(struct fl_stats *stats);
void fl_stats_put_back(struct fl_stats *stats, struct fl_stats_counts counts);
/* Since the start, whatever was written down. */
struct fl_stats_counts fl_stats_totals(struct fl_stats *stats);

#endif
