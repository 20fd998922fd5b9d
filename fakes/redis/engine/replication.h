/* fakes/redis/engine/replication.h - whose replica an engine says to be. It never has a master
 * that answers: REPLICAOF drives the states READONLY and MASTERDOWN. */
#ifndef FAKE_REDIS_REPLICATION_H
#define FAKE_REDIS_REPLICATION_H

#include <stdbool.h>

enum { FAKE_REPLICATION_ID_BYTES = 40 };
enum fake_id { FAKE_ID_OF_RUN, FAKE_ID_OF_DATA };

struct fake_redis;

/* Forty hexadecimal digits and a NUL, by the seed. */
void fake_replication_id(const struct fake_redis *engine, enum fake_id what,
                         char hex[static FAKE_REPLICATION_ID_BYTES + 1]);
/* After a change of the master or of what a replica may do. */
void fake_replication_apply(struct fake_redis *engine);

#endif
