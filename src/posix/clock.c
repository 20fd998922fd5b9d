#include "posix/clock.h"

#include <stddef.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now); /* cannot fail for these two clocks */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t wall_us(void *self)
{
    (void)self;
    return read_us(CLOCK_REALTIME);
}

static int64_t mono_us(void *self)
{
    (void)self;
    return read_us(CLOCK_MONOTONIC);
}

static const struct fl_clock_ops ops = {.wall_us = wall_us, .mono_us = mono_us};

struct fl_clock fl_posix_clock(void)
{
    return (struct fl_clock){&ops, NULL};
}

struct timespec fl_posix_timespec(int64_t us)
{
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}
