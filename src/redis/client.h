/* src/redis/client.h - the redis port over a transport: one pipelined connection for all tasks of a
 * process.
 *
 * Batches that wait at the same time leave in one send (one of their callers does it for all), so
 * the rate of a busy process is not bounded by round trips. A batch that ends in a blocking command
 * gets a connection of its own from a bounded pool. A connection that failed is closed and opened
 * again by the next batch; nothing is sent twice: whether to repeat is the caller's decision. */
#ifndef FL_REDIS_CLIENT_H
#define FL_REDIS_CLIENT_H

#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/redis.h"
#include "ports/task.h"
#include "redis/connection.h"
#include "redis/transport.h"

/* Blocking commands under way at a time; the next one waits until its deadline for a place. */
enum { FL_REDIS_BLOCKING_MAX = 4 };

struct fl_redis_options {
    struct fl_redis_login login; /* its strings are borrowed for the client's life */
    int64_t connect_timeout_us;  /* for opening and logging in; 0: 1 s, as redis-client has it */
};

struct fl_redis_client; /* opaque: layout in client.c */

/* Opens nothing yet. FL_ENOMEM. */
FL_CHECKED enum fl_error fl_redis_client_new(const struct fl_redis_options *options,
                                             struct fl_transport transport, struct fl_clock clock,
                                             struct fl_tasks tasks,
                                             struct fl_redis_client **ret_client);
/* No batch may be under way; NULL is fine. */
void fl_redis_client_free(struct fl_redis_client *client);
struct fl_redis fl_redis_client_port(struct fl_redis_client *client);
/* Why the server refused the last login ("WRONGPASS ..."), or "". */
void fl_redis_client_problem(struct fl_redis_client *client, char ret_text[FL_REDIS_PROBLEM_BYTES]);

#endif
