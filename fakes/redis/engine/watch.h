/* fakes/redis/engine/watch.h - WATCH: sessions that want their EXEC refused when a key changes. */
#ifndef FAKE_REDIS_WATCH_H
#define FAKE_REDIS_WATCH_H

#include "fakes/redis/engine/keyspace.h"

struct fake_redis_session;

/* False: out of memory. Watching a key twice is one watch. */
bool fake_watch_add(struct fake_redis_session *session, struct fake_database *db,
                    struct fl_span name);
/* Forgets all watches and whether one fired. */
void fake_watch_clear(struct fake_redis_session *session);
/* Fires the watches of one key. */
void fake_watch_touch(struct fake_database *db, struct fl_span name);
/* Removes watched keys that are dead by now, which fires. */
void fake_watch_expire(struct fake_redis_session *session);

#endif
