/* src/ports/clock.h - what time it is; waiting is the task port's business.
 *
 * Wall and monotonic time are apart: Sidekiq's wire speaks wall time, every deadline inside a
 * program is monotonic, so that a jump of the wall clock cannot shorten or stretch a wait. */
#ifndef FL_PORTS_CLOCK_H
#define FL_PORTS_CLOCK_H

#include <stdint.h>

struct fl_clock_ops {
    int64_t (*wall_us)(void *self); /* since 1970, UTC */
    int64_t (*mono_us)(void *self); /* from an unspecified start, never steps back */
};

struct fl_clock {
    const struct fl_clock_ops *ops;
    void *self;
};

/* A deadline that never comes, for every port that takes one. */
#define FL_NEVER_US INT64_MAX

static inline int64_t fl_clock_wall_us(struct fl_clock clock)
{
    return clock.ops->wall_us(clock.self);
}

static inline int64_t fl_clock_mono_us(struct fl_clock clock)
{
    return clock.ops->mono_us(clock.self);
}

/* now + delay, without overflow: FL_NEVER_US stays FL_NEVER_US. */
static inline int64_t fl_clock_deadline_us(struct fl_clock clock, int64_t delay_us)
{
    int64_t now_us = fl_clock_mono_us(clock);
    return delay_us > FL_NEVER_US - now_us ? FL_NEVER_US : now_us + delay_us;
}

#endif
