/* fakes/redis/commands/lists.h - what blocked sessions and plain commands on lists have in common.
 */
#ifndef FAKE_REDIS_LISTS_H
#define FAKE_REDIS_LISTS_H

#include "fakes/redis/engine/keyspace.h"
#include "fakes/redis/engine/out.h"

/* Each pops from a non-empty list, which is deleted when that leaves it empty. */
/* BLPOP: [key, element]. */
void fake_list_reply_pop(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                         struct fake_out *out);
/* LMPOP: [key, [element, ...]]; `count` > 0. */
void fake_list_reply_mpop(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                          int64_t count, struct fake_out *out);
/* LMOVE: the element; WRONGTYPE when the target is no list, and nothing moves. */
void fake_list_reply_move(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                          struct fake_database *target_db, struct fl_span target, enum fake_end to,
                          struct fake_out *out);

#endif
