#include "fakes/redis/serve/passing.h"

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t fake_passing_wait_us(const struct fake_passing *passing)
{
    int64_t until_us = passing->due_us;
    if (!passing->clock->runs) return -1;
    if (passing->is_stale) until_us = earlier(until_us, passing->looked_us + FAKE_PASSING_LATE_US);
    if (until_us == FL_NEVER_US) return -1;
    int64_t wait_us = until_us - passing->clock->now_us;
    return wait_us > 0 ? wait_us : 0;
}

static void remove_dead_keys(struct fake_passing *passing)
{
    int64_t begun_us = passing->clock->now_us;
    fake_redis_advance(passing->engine);
    fake_serve_clock_refresh(passing->clock);
    int64_t now_us = passing->clock->now_us;
    int64_t pause_us = (now_us - begun_us) * FAKE_PASSING_EXPIRE_SHARE;
    if (pause_us < FAKE_PASSING_EXPIRE_US) pause_us = FAKE_PASSING_EXPIRE_US;
    passing->keys_after_us = now_us + pause_us;
}

static int64_t keys_due_us(const struct fake_passing *passing)
{
    int64_t due_us = fake_redis_next_expiry_us(passing->engine);
    return due_us < passing->keys_after_us ? passing->keys_after_us : due_us;
}

static void look(struct fake_passing *passing, int64_t now_us)
{
    if (keys_due_us(passing) <= now_us)
        remove_dead_keys(passing);
    else if (fake_redis_next_deadline_us(passing->engine) <= now_us)
        fake_redis_time_out(passing->engine);
    passing->due_us = earlier(fake_redis_next_deadline_us(passing->engine), keys_due_us(passing));
    passing->looked_us = now_us;
    passing->is_stale = false;
}

void fake_passing_turn(struct fake_passing *passing)
{
    if (!passing->clock->runs) return;
    fake_serve_clock_refresh(passing->clock);
    int64_t now_us = passing->clock->now_us;
    bool looked_now = now_us >= passing->looked_us && /* the machine's clock may be set back */
                      now_us - passing->looked_us < FAKE_PASSING_LATE_US;
    if (looked_now && now_us < passing->due_us)
        passing->is_stale = true;
    else
        look(passing, now_us);
}
