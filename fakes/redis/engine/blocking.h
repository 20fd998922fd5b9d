/* fakes/redis/engine/blocking.h - sessions that wait for a key to come into being, and the order in
 * which they are served. What they wait for, and how that is answered, the commands say.
 *
 * Each key has a queue of waiters, first come first served. A key becomes ready when it is created;
 * after the command (the whole EXEC, the whole script) ready keys are served in the order of
 * becoming ready, and what that makes ready next, until nothing is. */
#ifndef FAKE_REDIS_BLOCKING_H
#define FAKE_REDIS_BLOCKING_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/deque.h"
#include "fakes/redis/values/stream_id.h"

/* What a session wants from each of its streams. */
struct fake_stream_read {
    uint64_t count; /* 0: all */
    size_t group;   /* the argument that names the group, the consumer's behind it; 0: XREAD */
    bool no_ack;
};

struct fake_block_request {
    const struct fake_block_kind *kind;
    size_t first_key, key_count; /* in the call's arguments */
    int64_t deadline_us;         /* FL_NEVER_US: for ever */
    /* What the kind needs: */
    enum fake_end from, to; /* where to pop (sorted sets: FAKE_LEFT is the least), where to push */
    size_t target_key;      /* in the call's arguments */
    int64_t count;          /* of elements */
    struct fake_stream_read read;
    const struct fake_stream_id *after; /* NULL, or for each key; copied */
};

/* What can be waited for. Constant: a request borrows it. */
struct fake_block_kind {
    enum fake_redis_type type; /* of the keys that serve */
    /* Answers from a key that is there; `index` is its own among those of the request, `args` are
     * those of the command. False: it has nothing for this session, which waits on. */
    bool (*answer)(struct fake_database *db, struct fake_redis_key *key,
                   const struct fake_block_request *request, const struct fl_span *args,
                   size_t index, struct fake_out *out);
    const char *when_gone; /* the error when the key is gone, or of another type; NULL: waits on */
    bool only_looks;       /* is no write */
    /* How the same is written with one key that is there: */
    bool has_numkeys;       /* the argument before the keys says how many they are */
    const char *behind_key; /* instead of all that follows; NULL: as it was */
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
