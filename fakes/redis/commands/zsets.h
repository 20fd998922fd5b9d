/* fakes/redis/commands/zsets.h - what blocked sessions and plain commands on sorted sets have in
 * common. */
#ifndef FAKE_REDIS_ZSETS_H
#define FAKE_REDIS_ZSETS_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/deque.h"

/* Each pops from a non-empty sorted set, FAKE_LEFT being the least; it is deleted when left empty.
 */
/* BZPOPMIN: [key, member, score]. */
void fake_zset_reply_bzpop(struct fake_database *db, struct fake_redis_key *zset,
                           enum fake_end from, struct fake_out *out);
/* ZMPOP: [key, [[member, score], ...]]; `count` > 0. */
void fake_zset_reply_mpop(struct fake_database *db, struct fake_redis_key *zset, enum fake_end from,
                          int64_t count, struct fake_out *out);

/* Adds or moves one member as the value's encoding would hold the score. False: out of memory. */
bool fake_zset_put(struct fake_call *call, struct fake_redis_key *zset, struct fl_span member,
                   double score);
/* What a client hears first that has asked to hear of its own keys. */
enum fake_zset_news { FAKE_ZSET_REPLY_FIRST, FAKE_ZSET_NEWS_FIRST };
/* Moves what `value` holds to a key, whatever that was, or deletes it when there is nothing; the
 * encoding is chosen anew. Replies how many there are (or OOM), and announces `event` (or "del").
 */
void fake_zset_store(struct fake_call *call, struct fl_span name, struct fake_redis_key *value,
                     const char *event, enum fake_zset_news news);
/* Members were removed. */
void fake_zset_shrunk(struct fake_database *db, struct fake_redis_key *zset);

#endif
