/* src/queue/survey.h - how many jobs stand where, and how long the next of each queue has waited.
 *
 * A survey only reads, in two exchanges; what changes between them is seen half. Jobs of every
 * Sidekiq line are read. */
#ifndef FL_QUEUE_SURVEY_H
#define FL_QUEUE_SURVEY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/redis.h"

enum { FL_SURVEY_QUEUES_MAX = 4096, FL_HISTORY_DAYS_MAX = 1825 };

struct fl_queue_view {
    struct fl_span name;
    int64_t size;
    /* Of the job that is taken next, since it was enqueued; 0 when that cannot be told. Below 0
     * when the clocks of client and reader differ. */
    int64_t latency_us;
    bool paused;
};

struct fl_survey {
    struct fl_replies names, sizes; /* what the views point to */
    int64_t at_us;                  /* wall time */
    int64_t processed, failed;      /* since ever, or since somebody reset them */
    int64_t scheduled, retries, dead;
    int64_t enqueued; /* in all queues */
    int64_t processes;
    struct fl_queue_view *queues; /* by name */
    size_t queue_count;
};

/* FL_EBOUND: more queues than FL_SURVEY_QUEUES_MAX. FL_EREPLY: ret_survey->names or ->sizes has the
 * server's words (fl_survey_problem). The caller releases it in every case. */
FL_CHECKED enum fl_error fl_survey_take(struct fl_redis redis, struct fl_clock clock,
                                        struct fl_survey *ret_survey);
void fl_survey_release(struct fl_survey *survey);
/* What Redis refused, in its words; empty: nothing. */
struct fl_span fl_survey_problem(const struct fl_survey *survey);

/* How long the job has waited; 0 when it does not tell when it was enqueued. FL_ENOMEM. */
FL_CHECKED enum fl_error fl_job_latency(struct fl_span job, int64_t now_us,
                                        int64_t *ret_latency_us);

struct fl_day_count {
    int64_t day_us; /* its midnight, UTC */
    int64_t processed, failed;
};
/* Today first, then the days before. `days` is from 1 to FL_HISTORY_DAYS_MAX. */
FL_CHECKED enum fl_error fl_history_read(struct fl_redis redis, struct fl_clock clock, int days,
                                         struct fl_day_count *ret_days);

#endif
