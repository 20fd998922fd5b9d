/* src/queue/tally.h - how often jobs of each class ran, failed, and how long they took, in the
 * minutes of Sidekiq's metrics pages.
 *
 * Kept in memory until a heartbeat writes them down, under the keys of the line: a hash of counts
 * for each minute (with wire 8 for each ten minutes, too), and a histogram of run times for each
 * class. Only successes are timed. What cannot be written is forgotten: never counted twice.
 * Classes that no worker has are not counted. Wire 6 has no metrics. */
#ifndef FL_QUEUE_TALLY_H
#define FL_QUEUE_TALLY_H

#include <stdint.h>

#include "core/error.h"
#include "faultline/worker.h"
#include "ports/clock.h"
#include "ports/redis.h"
#include "ports/task.h"
#include "queue/wire.h"

enum {
    FL_TALLY_BUCKETS = 26,
    FL_TALLY_CLASSES_MAX = 1024,
    FL_TALLY_TTL_S = 8 * 3600,
    FL_TALLY_ROLLUP_TTL_S = 3 * 24 * 3600,
};

struct fl_class_tally;
struct fl_tally {
    struct fl_tasks tasks;
    struct fl_monitor *monitor; /* guards what follows */
    struct fl_class_tally **classes;
    size_t count, capacity;
};

/* Of a run that took so long: the first whose bound it is below. */
unsigned fl_tally_bucket(int64_t ms);

FL_CHECKED enum fl_error fl_tally_init(struct fl_tally *tally, struct fl_tasks tasks);
void fl_tally_release(struct fl_tally *tally); /* a zeroed one is fine */
enum fl_tally_end { FL_TALLY_DONE, FL_TALLY_FAILED };
/* Without memory it is not counted. */
void fl_tally_note(struct fl_tally *tally, const struct fl_worker *worker, int64_t took_us,
                   enum fl_tally_end end);
/* Writes down and forgets. */
FL_CHECKED enum fl_error fl_tally_flush(struct fl_tally *tally, const struct fl_wire_facts *facts,
                                        struct fl_redis redis, struct fl_clock clock);

#endif
