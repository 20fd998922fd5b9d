/* src/ports/redis.h - a batch of commands to one Redis, answered in order.
 *
 * A batch is one write: the server may run other clients' commands between its commands, but not
 * reorder them. Which of them were applied after a failure is told by the error and by
 * ret_replies->count. */
#ifndef FL_PORTS_REDIS_H
#define FL_PORTS_REDIS_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"

enum { FL_REDIS_BATCH_MAX = 16384, FL_REDIS_REPLY_DEPTH_MAX = 7 };

struct fl_command {
    const struct fl_span *args; /* args[0] is the command's name, upper case */
    size_t count;
};

enum fl_reply_type {
    FL_REPLY_NIL,
    FL_REPLY_STATUS,
    FL_REPLY_ERROR,
    FL_REPLY_INTEGER,
    FL_REPLY_STRING,
    FL_REPLY_ARRAY,
};

struct fl_reply {
    enum fl_reply_type type;
    int64_t integer;
    struct fl_span text; /* status, error ("READONLY You ...") or string */
    const struct fl_reply *elements;
    size_t count;
};

struct fl_replies {
    struct fl_arena arena;        /* holds all that the replies point to */
    const struct fl_reply *items; /* one for each answered command */
    size_t count;
};

static inline void fl_replies_release(struct fl_replies *replies)
{
    fl_arena_release(&replies->arena);
    *replies = (struct fl_replies){0};
}

struct fl_redis_ops {
    /* Borrows all. FL_OK: every command has a reply, which may be an FL_REPLY_ERROR of its own.
     * Otherwise the first *ret_replies->count commands were answered; of the rest FL_ECONNECT says
     * that none was applied, FL_ELOST and FL_ETIMEDOUT that any of them may have been, FL_EPROTOCOL
     * the same. FL_ENOMEM, FL_EBOUND: nothing was sent. The caller releases *ret_replies in every
     * case. A blocking command (BLMOVE, BRPOP) must be the last of its batch; `deadline_us` is
     * monotonic and must leave it time. */
    enum fl_error (*exec)(void *self, const struct fl_command *commands, size_t count,
                          int64_t deadline_us, struct fl_replies *ret_replies);
};

struct fl_redis {
    const struct fl_redis_ops *ops;
    void *self;
};

FL_CHECKED static inline enum fl_error fl_redis_exec(struct fl_redis redis,
                                                     const struct fl_command *commands,
                                                     size_t count, int64_t deadline_us,
                                                     struct fl_replies *ret_replies)
{
    return redis.ops->exec(redis.self, commands, count, deadline_us, ret_replies);
}

#endif
