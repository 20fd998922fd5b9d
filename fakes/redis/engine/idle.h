/* fakes/redis/engine/idle.h - since when nobody has asked for a key, on a clock of 24 bits of
 * seconds. */
#ifndef FAKE_REDIS_IDLE_H
#define FAKE_REDIS_IDLE_H

#include "fakes/redis/engine/keyspace.h"

enum { FAKE_IDLE_CLOCK_MAX = (1 << 24) - 1 };

static inline int64_t fake_idle_clock_s(int64_t ms)
{
    return ms / 1000 & FAKE_IDLE_CLOCK_MAX;
}

static inline int64_t fake_idle_s(const struct fake_redis_key *key, int64_t now_ms)
{
    int64_t idle_s = fake_idle_clock_s(now_ms) - fake_idle_clock_s(key->accessed_ms);
    return idle_s < 0 ? idle_s + FAKE_IDLE_CLOCK_MAX : idle_s;
}

/* As if the last access had been so long ago. What is longer than the clock runs wraps round as it
 * does in Redis, and so does what does not fit into milliseconds. */
static inline void fake_idle_set(struct fake_redis_key *key, int64_t now_ms, int64_t idle_s)
{
    int64_t accessed_s = fake_idle_clock_s(now_ms) - (int64_t)((uint64_t)idle_s * 1000) / 1000;
    if (accessed_s < 0) accessed_s += FAKE_IDLE_CLOCK_MAX;
    key->accessed_ms = accessed_s * 1000;
}

#endif
