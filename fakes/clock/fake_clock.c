#include "fakes/clock/fake_clock.h"

#include "core/assert.h"

static int64_t wall_us(void *self)
{
    return ((struct fake_clock *)self)->wall_us;
}

static int64_t mono_us(void *self)
{
    return ((struct fake_clock *)self)->mono_us;
}

static const struct fl_clock_ops clock_ops = {.wall_us = wall_us, .mono_us = mono_us};

struct fl_clock fake_clock_port(struct fake_clock *clock)
{
    return (struct fl_clock){&clock_ops, clock};
}

void fake_clock_advance(struct fake_clock *clock, int64_t delta_us)
{
    fl_assert(delta_us >= 0);
    clock->wall_us += delta_us;
    clock->mono_us += delta_us;
}

static enum fl_error spawn(void *self, const char *role, fl_task_main *main, void *argument,
                           struct fl_task **ret_task)
{
    (void)self, (void)role, (void)main, (void)argument, (void)ret_task;
    return FL_EBOUND;
}

static void sleep_until(void *self, int64_t deadline_us)
{
    struct fake_clock *clock = self;
    if (deadline_us == FL_NEVER_US) fl_panic("fake clock: the only task sleeps for ever");
    if (deadline_us > clock->mono_us) fake_clock_advance(clock, deadline_us - clock->mono_us);
}

static void set_context(void *self, const char *jid)
{
    (void)self, (void)jid;
}

static const struct fl_task_ops task_ops = {
    .spawn = spawn, .sleep_until = sleep_until, .set_context = set_context};

struct fl_tasks fake_clock_tasks(struct fake_clock *clock)
{
    return (struct fl_tasks){&task_ops, clock};
}
