/* harness/world/wall_clock.h - what the wall clock of a machine shows: it may be wrong by a jump,
 * and run fast or slow from some moment on. */
#ifndef HARNESS_WORLD_WALL_CLOCK_H
#define HARNESS_WORLD_WALL_CLOCK_H

#include <stdint.h>

#include "core/time_text.h"

/* Times are those of the run, since its start. */
struct wall_clock {
    int64_t start_us;          /* what a right one shows at the start */
    int64_t wrong_us;          /* ahead of the right time at from_us */
    int64_t from_us;           /* since when it runs at this rate */
    uint32_t rate_of, rate_in; /* 11/10 gains a second in ten; 0/0: right */
};

static inline int64_t wall_clock_shows_us(const struct wall_clock *clock, int64_t now_us)
{
    int64_t wrong_start_us = clock->start_us + clock->wrong_us;
    if (!clock->rate_in) return wrong_start_us + now_us;
    int64_t since_us = now_us - clock->from_us;
    return wrong_start_us + clock->from_us + since_us * clock->rate_of / clock->rate_in;
}

/* When it first shows that, or a later time, if it goes on like this. */
static inline int64_t wall_clock_when_us(const struct wall_clock *clock, int64_t wall_us)
{
    int64_t after_us = wall_us - clock->start_us - clock->wrong_us;
    if (!clock->rate_in) return after_us;
    int64_t since_us = (after_us - clock->from_us) * clock->rate_in;
    if (since_us > 0) since_us += clock->rate_of - 1; /* rounded up: it shows it by then */
    return clock->from_us + since_us / clock->rate_of;
}

static inline void wall_clock_jump(struct wall_clock *clock, int64_t delta_us)
{
    clock->wrong_us += delta_us;
}

/* From now on, whatever it has been before. */
static inline void wall_clock_run(struct wall_clock *clock, int64_t now_us, uint32_t rate_of,
                                  uint32_t rate_in)
{
    clock->wrong_us = wall_clock_shows_us(clock, now_us) - clock->start_us - now_us;
    clock->from_us = now_us;
    clock->rate_of = rate_of;
    clock->rate_in = rate_in;
}

#endif
