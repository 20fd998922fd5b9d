#include "fakes/redis/serve/serve_clock.h"

#include <time.h>

/* 9999-12-31: no client can write a later date anyway. */
#define LATEST_US INT64_C(253402300799000000)

static int64_t machine_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct fake_serve_clock fake_serve_clock_real(void)
{
    return (struct fake_serve_clock){.runs = true, .now_us = machine_us()};
}

struct fake_serve_clock fake_serve_clock_virtual(int64_t now_us)
{
    return (struct fake_serve_clock){.now_us = now_us};
}

void fake_serve_clock_refresh(struct fake_serve_clock *clock)
{
    if (clock->runs) clock->now_us = machine_us() + clock->ahead_us;
}

void fake_serve_clock_stop(struct fake_serve_clock *clock)
{
    fake_serve_clock_refresh(clock);
    clock->runs = false;
}

void fake_serve_clock_run(struct fake_serve_clock *clock)
{
    if (clock->runs) return;
    clock->runs = true;
    clock->ahead_us = clock->now_us - machine_us();
}

bool fake_serve_clock_move(struct fake_serve_clock *clock, int64_t delta_us)
{
    fake_serve_clock_refresh(clock);
    if (delta_us > LATEST_US - clock->now_us) return false;
    clock->now_us += delta_us;
    clock->ahead_us += delta_us;
    return true;
}

static int64_t now_us(void *self)
{
    return ((const struct fake_serve_clock *)self)->now_us;
}

struct fl_clock fake_serve_clock_port(struct fake_serve_clock *clock)
{
    static const struct fl_clock_ops ops = {.wall_us = now_us, .mono_us = now_us};
    return (struct fl_clock){&ops, clock};
}
