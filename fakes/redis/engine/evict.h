/* fakes/redis/engine/evict.h - keys that are dropped for want of memory, as maxmemory-policy says.
 */
#ifndef FAKE_REDIS_EVICT_H
#define FAKE_REDIS_EVICT_H

#include "fakes/redis/engine/engine.h"

/* Drops keys until the memory is within its limit, or the policy has no more to offer. Redis looks
 * at a few keys by chance; here the policy is followed exactly: the least recently used one goes,
 * the one that dies first, and of equals the older one. lfu is taken for lru, since nobody counts
 * uses. Each key costs a walk over all. */
void fake_evict(struct fake_redis *engine);

#endif
