/* src/redis/connection.h - one stream to a Redis: opens it, logs in, exchanges batches.
 *
 * One task at a time. A connection that failed is closed and opens itself again for the next
 * exchange; nothing is ever sent twice. */
#ifndef FL_REDIS_CONNECTION_H
#define FL_REDIS_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "ports/redis.h"
#include "redis/decode.h"
#include "redis/transport.h"

enum {
    FL_REDIS_SEND_BYTES_MAX = 256 * 1024 * 1024, /* one batch; a bulk push of large jobs */
    FL_REDIS_SEND_BYTES_KEPT = 1024 * 1024,      /* memory kept between exchanges */
    FL_REDIS_COMBINED_BYTES = 256 * 1024,        /* other callers' batches join a send below it */
    FL_REDIS_RECEIVE_BYTES = 16 * 1024,
    FL_REDIS_PROBLEM_BYTES = 160,
};

struct fl_redis_login {
    const char *username; /* NULL: the default user */
    const char *password; /* NULL: no AUTH */
    int database;         /* 0: no SELECT */
};

/* One caller's commands, and where their replies go. */
struct fl_batch {
    const struct fl_command *commands; /* borrowed */
    size_t count;
    int64_t deadline_us;
    struct fl_replies *replies; /* borrowed; its arena holds `items` */
    struct fl_reply *items;     /* room for `count` replies */
    enum fl_error err;          /* what became of it, as ports/redis.h says */
    struct fl_batch *next;
    /* The client's: where it stands in the line, and what its caller is told, and where. */
    enum { FL_BATCH_IN_LINE, FL_BATCH_TAKEN } standing;
    enum { FL_BATCH_WAIT, FL_BATCH_LEAD, FL_BATCH_DONE } told;
    struct fl_monitor *seat;
};

struct fl_connection {
    struct fl_transport transport;
    const struct fl_redis_login *login; /* borrowed */
    struct fl_stream *stream;           /* NULL: closed */
    struct fl_decoder decoder;
    struct fl_buf out;
    bool stale;                           /* the server said that it is no primary any more */
    char problem[FL_REDIS_PROBLEM_BYTES]; /* why the server refused the login; "" otherwise */
    char in[FL_REDIS_RECEIVE_BYTES];
};

void fl_connection_init(struct fl_connection *connection, struct fl_transport transport,
                        const struct fl_redis_login *login);
void fl_connection_release(struct fl_connection *connection);
/* Gives every batch of the list its replies and its err: as many as fit go out in one send. The
 * earliest deadline of those sent together holds for them all; opening ends at `open_by_us`. */
void fl_connection_exchange(struct fl_connection *connection, struct fl_batch *batches,
                            int64_t open_by_us);

#endif
