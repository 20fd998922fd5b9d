#include "queue/control.h"

#include <stddef.h>

enum fl_error fl_control_init(struct fl_control *control, struct fl_tasks tasks,
                              struct fl_clock clock)
{
    *control = (struct fl_control){.tasks = tasks, .clock = clock};
    return fl_monitor_new(tasks, "control", &control->monitor);
}

void fl_control_release(struct fl_control *control)
{
    fl_monitor_free(control->tasks, control->monitor);
    control->monitor = NULL;
}

static void enter(const struct fl_control *control)
{
    fl_monitor_enter(control->tasks, control->monitor);
}

static void leave(const struct fl_control *control)
{
    fl_monitor_leave(control->tasks, control->monitor);
}

static void raise_to(struct fl_control *control, enum fl_phase phase, int status)
{
    enter(control);
    if (control->phase < phase) control->phase = phase;
    if (!control->status) control->status = status;
    fl_monitor_wake_all(control->tasks, control->monitor);
    leave(control);
}

/* Inside the monitor. */
static void stop_if_retired(struct fl_control *control)
{
    if (!control->retiring || control->workers > 0) return;
    if (control->phase < FL_PHASE_STOPPING) control->phase = FL_PHASE_STOPPING;
}

void fl_control_retire(struct fl_control *control)
{
    enter(control);
    control->retiring = true;
    if (control->phase < FL_PHASE_QUIET) control->phase = FL_PHASE_QUIET;
    stop_if_retired(control);
    fl_monitor_wake_all(control->tasks, control->monitor);
    leave(control);
}

void fl_control_raise(struct fl_control *control, enum fl_phase phase)
{
    raise_to(control, phase, 0);
}

void fl_control_fail(struct fl_control *control, int status)
{
    raise_to(control, FL_PHASE_STOPPING, status);
}

enum fl_phase fl_control_phase(const struct fl_control *control)
{
    enter(control);
    enum fl_phase phase = control->phase;
    leave(control);
    return phase;
}

int fl_control_status(const struct fl_control *control)
{
    enter(control);
    int status = control->status;
    leave(control);
    return status;
}

enum fl_phase fl_control_sleep(struct fl_control *control, int64_t until_us, enum fl_phase phase)
{
    int64_t now_us = fl_clock_mono_us(control->clock);
    enter(control);
    while (control->phase < phase && now_us < until_us) {
        fl_monitor_wait(control->tasks, control->monitor, until_us);
        if (control->phase >= phase) break;
        leave(control); /* reading the clock is a port call */
        now_us = fl_clock_mono_us(control->clock);
        enter(control);
    }
    enum fl_phase reached = control->phase;
    leave(control);
    return reached;
}

void fl_control_renew_lease(struct fl_control *control, int64_t until_us)
{
    enter(control);
    control->lease_until_us = until_us;
    fl_monitor_wake_all(control->tasks, control->monitor);
    leave(control);
}

bool fl_control_has_lease(const struct fl_control *control)
{
    int64_t now_us = fl_clock_mono_us(control->clock);
    enter(control);
    bool has = now_us < control->lease_until_us;
    leave(control);
    return has;
}

bool fl_control_wait_lease(struct fl_control *control)
{
    int64_t now_us = fl_clock_mono_us(control->clock);
    enter(control);
    while (control->phase < FL_PHASE_QUIET && now_us >= control->lease_until_us) {
        fl_monitor_wait(control->tasks, control->monitor, FL_NEVER_US);
        leave(control);
        now_us = fl_clock_mono_us(control->clock);
        enter(control);
    }
    bool running = control->phase < FL_PHASE_QUIET;
    leave(control);
    return running;
}

void fl_control_pause(struct fl_control *control, fl_queue_set queues)
{
    enter(control);
    control->paused = queues;
    leave(control);
}

fl_queue_set fl_control_paused(const struct fl_control *control)
{
    enter(control);
    fl_queue_set queues = control->paused;
    leave(control);
    return queues;
}

void fl_control_worker_began(struct fl_control *control)
{
    enter(control);
    control->workers++;
    leave(control);
}

void fl_control_worker_ended(struct fl_control *control)
{
    enter(control);
    control->workers--;
    stop_if_retired(control);
    fl_monitor_wake_all(control->tasks, control->monitor);
    leave(control);
}

int fl_control_wait_workers(struct fl_control *control, int64_t deadline_us)
{
    enter(control);
    while (control->workers > 0)
        if (fl_monitor_wait(control->tasks, control->monitor, deadline_us) == FL_ETIMEDOUT) break;
    int left = control->workers;
    leave(control);
    return left;
}
