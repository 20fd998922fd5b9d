/* fakes/redis/engine/stats.h - what INFO counts. */
#ifndef FAKE_REDIS_STATS_H
#define FAKE_REDIS_STATS_H

#include <stdint.h>

#include "core/span.h"

enum {
    FAKE_STATS_ROWS_MAX = 400,       /* of the command table */
    FAKE_STATS_ERROR_KINDS_MAX = 64, /* code words; what is more is counted in the sum only */
    FAKE_STATS_ERROR_CODE_BYTES = 24,
};

struct fake_redis;
struct fake_command;

struct fake_stats {
    struct fake_command_stats {
        uint64_t calls;
        uint64_t rejected; /* before they ran */
        uint64_t failed;   /* answered an error */
    } commands[FAKE_STATS_ROWS_MAX];
    struct fake_error_stats {
        char code[FAKE_STATS_ERROR_CODE_BYTES];
        uint64_t count;
    } errors[FAKE_STATS_ERROR_KINDS_MAX]; /* in the order of codes */
    size_t error_kinds;
    uint64_t error_replies, commands_processed, connections, rejected_connections;
    uint64_t expired_keys, evicted_keys;
    uint64_t bytes_in, bytes_out;
    size_t memory_peak_bytes; /* of the moments at which somebody asked */
};

/* A command has run and answered `reply`, which may be empty. */
void fake_stats_called(struct fake_redis *engine, const struct fake_command *command,
                       struct fl_span reply);
/* It may not run; NULL: nobody knows it. `error` begins with its code word. */
void fake_stats_rejected(struct fake_redis *engine, const struct fake_command *command,
                         struct fl_span error);
/* CONFIG RESETSTAT. */
void fake_stats_reset(struct fake_redis *engine);
/* As much as an empty server takes, and what is in it. */
size_t fake_stats_memory_bytes(struct fake_redis *engine);

#endif
