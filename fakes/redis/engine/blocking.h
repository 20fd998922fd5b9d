/* fakes/redis/engine/blocking.h - sessions that wait for a list or sorted set to come into being,
 * and the order in which they are served.
 *
 * Each key has a queue of waiters, first come first served. A key becomes ready when it is created;
 * after the command (the whole EXEC, the whole script) ready keys are served in the order of
 * becoming ready, and what that makes ready next, until nothing is. */
#ifndef FAKE_REDIS_BLOCKING_H
#define FAKE_REDIS_BLOCKING_H

#include "fakes/redis/commands/stream_reads.h"
#include "fakes/redis/table/command.h"
#include "fakes/redis/values/deque.h"

enum fake_block_kind {
    FAKE_BLOCK_POP,
    FAKE_BLOCK_MOVE,
    FAKE_BLOCK_ZPOP,
    FAKE_BLOCK_MPOP,
    FAKE_BLOCK_ZMPOP,
    FAKE_BLOCK_STREAM
};

struct fake_block_request {
    enum fake_block_kind kind;
    size_t first_key, key_count; /* in the call's arguments */
    int64_t deadline_us;         /* FL_NEVER_US: for ever */
    enum fake_end from, to; /* where to pop (sorted sets: FAKE_LEFT is the least), where to push */
    size_t target_key;      /* FAKE_BLOCK_MOVE: in the call's arguments */
    int64_t count;          /* FAKE_BLOCK_MPOP, FAKE_BLOCK_ZMPOP */
    struct fake_stream_read read;       /* FAKE_BLOCK_STREAM */
    const struct fake_stream_id *after; /* FAKE_BLOCK_STREAM: for each key; copied */
};

/* Parses a timeout in seconds. False: its error was written. */
bool fake_blocking_timeout(struct fake_call *call, struct fl_span text, int64_t *ret_deadline_us);
/* `timeout_ms` from now; 0 is for ever. */
int64_t fake_blocking_deadline_us(const struct fake_redis *engine, int64_t timeout_ms);
/* Inside a transaction or script nobody can wait. */
bool fake_blocking_denied(const struct fake_call *call);
/* Blocks the call's session; it gets no reply now. */
void fake_blocking_wait(struct fake_call *call, const struct fake_block_request *request);

/* A key was added to a database; or a stream has got an entry, has lost a group, or is going. */
void fake_blocking_key_ready(struct fake_database *db, const struct fake_redis_key *key);
/* Two databases have changed places: keys of both may be ready now. */
void fake_blocking_database_swapped(struct fake_database *db);
/* Serves all that is ready. */
void fake_blocking_serve(struct fake_redis *engine);
/* FL_NEVER_US: for ever; the session is blocked. */
int64_t fake_blocking_until_us(const struct fake_redis_session *session);
/* Times out whose deadline has come. */
void fake_blocking_expire(struct fake_redis *engine);
/* Ends the wait of one session with an error, or as if timed out (error == NULL). */
void fake_blocking_interrupt(struct fake_redis_session *session, const char *error);
/* Leaves all queues without a reply; fine when not blocked. */
void fake_blocking_leave(struct fake_redis_session *session);

#endif
