/* fakes/redis/engine/caching.h - which clients have cached which keys, and whom to tell that a key
 * has changed.
 *
 * By default the server remembers each key that a tracking client reads, until it changes. In
 * broadcasting mode a client hears of every key with one of its prefixes, in one message for all
 * that one feed of input has changed. */
#ifndef FAKE_REDIS_CACHING_H
#define FAKE_REDIS_CACHING_H

#include "fakes/redis/table/command.h"

enum fake_caching_flags {
    FAKE_CACHING_BCAST = 1,
    FAKE_CACHING_OPTIN = 2,
    FAKE_CACHING_OPTOUT = 4,
    FAKE_CACHING_NOLOOP = 8,
};

/* Of one session; NULL there: it does not track. */
struct fake_caching {
    unsigned flags;
    uint64_t redirect;         /* the session that is told; 0: this one */
    bool is_broken;            /* that session was gone when it was to be told */
    bool caches;               /* CLIENT CACHING counts for the next command */
    struct fake_dict prefixes; /* names of engine->cached->prefixes */
};

struct fake_cached; /* of an engine; NULL: nobody has tracked yet */

/* Starts or changes tracking. False: out of memory, and nothing changed. */
bool fake_caching_start(struct fake_redis_session *session, unsigned flags, uint64_t redirect);
/* False: out of memory. */
bool fake_caching_add_prefix(struct fake_redis_session *session, struct fl_span prefix);
void fake_caching_stop(struct fake_redis_session *session);
/* As CLIENT GETREDIR: -1 without tracking, 0 without redirection. */
int64_t fake_caching_redirect(const struct fake_redis_session *session);
uint32_t fake_caching_clients(const struct fake_redis *engine);

/* A command has run: a tracking client has got what it has read. */
void fake_caching_note(const struct fake_call *call);
/* The value of a key has changed; only when engine->cached is there. */
void fake_caching_touch(struct fake_redis *engine, struct fl_span name);
/* Whole databases are gone. */
void fake_caching_flushed(struct fake_redis *engine);
/* The acting client hears of its own changes once its command, or its EXEC, is answered. */
void fake_caching_tell_actor(struct fake_redis *engine);
/* Sends what is to be broadcast. */
void fake_caching_broadcast(struct fake_redis *engine);
void fake_cached_free(struct fake_redis *engine);

#endif
