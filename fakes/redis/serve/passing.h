/* fakes/redis/serve/passing.h - when time that passes by itself makes something happen: a blocked
 * command times out, keys die.
 *
 * Both questions cost a walk, over the blocked sessions or over all keys, so that neither is asked
 * after every turn: a timeout may be a few milliseconds late (Redis's are up to 100), and no more
 * than a twentieth of the time goes into finding dead keys, which no command sees anyway. */
#ifndef FAKE_REDIS_SERVE_PASSING_H
#define FAKE_REDIS_SERVE_PASSING_H

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/serve/serve_clock.h"

enum {
    FAKE_PASSING_LATE_US = 2 * 1000,     /* between two looks at the blocked */
    FAKE_PASSING_EXPIRE_US = 100 * 1000, /* and at the keys, at least */
    FAKE_PASSING_EXPIRE_SHARE = 20,
};

struct fake_passing {
    struct fake_serve_clock *clock; /* borrowed, as is the engine */
    struct fake_redis *engine;
    int64_t looked_us;     /* the last look */
    int64_t due_us;        /* what it found: nothing happens before; FL_NEVER_US */
    int64_t keys_after_us; /* dead keys are not looked for before */
    bool is_stale;         /* a turn since then may have made something due earlier */
};

/* How long the loop may wait; negative: for ever. */
int64_t fake_passing_wait_us(const struct fake_passing *passing);
/* After each turn of the loop. */
void fake_passing_turn(struct fake_passing *passing);

#endif
