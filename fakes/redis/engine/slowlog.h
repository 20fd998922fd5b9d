/* fakes/redis/engine/slowlog.h - commands that took long, or all of them; and delays that LATENCY
 * tells. Commands take no virtual time but for DEBUG SLEEP. */
#ifndef FAKE_REDIS_SLOWLOG_H
#define FAKE_REDIS_SLOWLOG_H

#include "fakes/redis/table/command.h"

enum {
    FAKE_SLOWLOG_MAX = 10 * 1000, /* entries, whatever slowlog-max-len says */
    FAKE_SLOWLOG_ARGS_MAX = 32,
    FAKE_SLOWLOG_ARG_BYTES_MAX = 128,
    FAKE_LATENCY_SAMPLES_MAX = 160, /* of an event */
};

struct fake_slow {
    struct fake_slow *next; /* older */
    int64_t id, when_s, duration_us;
    size_t count;
    struct fake_str *args[FAKE_SLOWLOG_ARGS_MAX];
    struct fake_str *client_name; /* NULL: none */
    uint64_t session_id;
};

struct fake_slowlog {
    struct fake_slow *newest;
    size_t length;
    int64_t next_id;
};

/* Adds a command that took so long, if it is slow enough. Nothing is added when memory is out. */
void fake_slowlog_add(struct fake_redis_session *session, const struct fake_command *command,
                      const struct fl_span *args, size_t count, int64_t duration_us);
void fake_slowlog_trim(struct fake_redis *engine, size_t length);

/* ---- the event "command" of LATENCY ---- */

struct fake_latency {
    struct {
        int64_t when_s, delay_ms;
    } samples[FAKE_LATENCY_SAMPLES_MAX]; /* the oldest first, from `first` on */
    size_t first, count;
    int64_t worst_ms;
};

/* One sample a second: the worst. */
void fake_latency_add(struct fake_redis *engine, int64_t duration_us);

#endif
