/* fakes/redis/engine/frequency.h - how often a key is used, on a scale of its own that a chance
 * climbs and time comes down, as eviction by LFU counts. */
#ifndef FAKE_REDIS_FREQUENCY_H
#define FAKE_REDIS_FREQUENCY_H

#include "fakes/redis/engine/engine.h"

enum { FAKE_FREQUENCY_FIRST = 5 }; /* of a new key */

/* The policy by which keys would be evicted has changed. */
void fake_frequency_follow_policy(struct fake_redis *engine);
/* A key is used; `key->accessed_ms` still tells of the last time. */
void fake_frequency_count(struct fake_redis *engine, struct fake_redis_key *key);
/* What the scale tells now. */
uint8_t fake_frequency_now(const struct fake_redis *engine, const struct fake_redis_key *key);

#endif
