/* harness/bench/live/live_redis.h - the real Redis that a load runs on: one that is given, or a
 * redis-server of its own, on a unix socket in a folder that goes with it. */
#ifndef HARNESS_BENCH_LIVE_LIVE_REDIS_H
#define HARNESS_BENCH_LIVE_LIVE_REDIS_H

#include <hiredis/hiredis.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "posix/redis_url.h"

enum { LIVE_PROBLEM_BYTES = 256, LIVE_PATH_BYTES = 512 };

struct live_redis {
    char url[FL_URL_BYTES_MAX];
    pid_t server; /* 0: somebody else's */
    char folder[LIVE_PATH_BYTES];
    redisContext *context; /* for whoever needs only one connection */
};

/* `url` NULL: starts a server. On anything but FL_OK nothing is left, and `problem` says why. */
FL_CHECKED enum fl_error live_redis_start(const char *url, struct live_redis *ret_redis,
                                          char problem[LIVE_PROBLEM_BYTES]);
void live_redis_stop(struct live_redis *redis);
/* One more connection; the caller frees it with redisFree. NULL: `problem` says why. */
redisContext *live_redis_connect(const char *url, char problem[LIVE_PROBLEM_BYTES]);

/* A command whose reply is a number; -1: it failed. */
long long live_redis_number(redisContext *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
