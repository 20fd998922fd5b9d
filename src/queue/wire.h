/* src/queue/wire.h - the facts of Sidekiq's wire that differ between its lines 6, 7 and 8. */
#ifndef FL_QUEUE_WIRE_H
#define FL_QUEUE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"
#include "queue/process.h"

/* created_at, enqueued_at, failed_at and retried_at; scores and beats are float seconds always. */
enum fl_time_unit { FL_TIME_FLOAT_SECONDS, FL_TIME_MILLISECONDS };

/* Keys of job metrics: the minute padded or not, a rollup of ten minutes or none. */
enum fl_metrics_keys { FL_METRICS_NONE, FL_METRICS_OF_7, FL_METRICS_OF_8 };

struct fl_wire_facts {
    enum fl_wire wire;
    const char *version;          /* what the process info tells; NULL: the field is not written */
    const char *presence_command; /* HMSET or HSET; they do the same */
    const char *work_suffix;      /* of the hash that shows what each thread works on */
    int64_t beat_us;
    bool stats_every_beat; /* also when both counts are 0 */
    enum fl_time_unit time_unit;
    /* Seconds of jitter after `count` earlier retries: below(10) x (count+1) or, when uniform,
     * below(10 x (count+1)). */
    bool jitter_uniform;
    enum fl_metrics_keys metrics;
    bool base64_lines;         /* a newline after each 60 characters of error_backtrace */
    size_t scheduled_slice;    /* jobs for later in one command of a bulk push */
    unsigned poll_spread;      /* from 10 processes on, a poll comes within [0, this x average) */
    bool discard_is_death;     /* what a retry_in hook discards is told to the death handlers */
    bool retry_for_alone;      /* a job with retry_for is retried however often, until then */
    bool concurrency_is_field; /* of the process hash, instead of a member of its info */
};

const struct fl_wire_facts *fl_wire_facts(enum fl_wire wire);
/* An instant as a JSON number in the line's unit. */
FL_CHECKED enum fl_error fl_wire_write_time(const struct fl_wire_facts *facts, struct fl_buf *out,
                                            int64_t wall_us);
/* Reads either unit: a fraction means seconds, an integer milliseconds. False: neither. */
bool fl_wire_read_time(struct fl_json_at at, int64_t *ret_wall_us);

#endif
