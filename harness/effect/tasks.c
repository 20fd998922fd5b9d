/* harness/effect/tasks.c - the task port: passed on, but for the context of a task, which names its
 * effects. Waiting and waking are no effects. */
#include <string.h>

#include "harness/effect/ports.h"

static void set_context(void *self, const char *jid)
{
    struct effect_process *process = self;
    struct effects *effects = process->effects;
    struct fl_tasks inner = process->inner.tasks;
    inner.ops->set_context(inner.self, jid);
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct effect_fiber *fiber = effect_current_fiber(process);
    if (fiber->jid[0]) effects->stage.ops->job_ends(effects->stage.self, process->name, fiber->jid);
    const char *role = sim_fiber_role(fiber->fiber);
    *fiber =
        (struct effect_fiber){.fiber = fiber->fiber, .context = effect_role_context(process, role)};
    if (jid) {
        const char *job = NULL;
        uint32_t delivery = 0;
        size_t length = strnlen(jid, sizeof fiber->jid - 1);
        memcpy(fiber->jid, jid, length);
        effects->stage.ops->job_begins(effects->stage.self, process->name, fiber->jid, &job,
                                       &delivery);
        struct effect_context *context = NULL;
        if (job) context = effect_context(&effects->identities, process->name, role, job, delivery);
        if (context) fiber->context = context;
    }
    sim_memory_switch(owner);
}

static enum fl_error spawn(void *self, const char *role, fl_task_main *main, void *argument,
                           struct fl_task **ret_task)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    return inner.ops->spawn(inner.self, role, main, argument, ret_task);
}

static enum fl_error join(void *self, struct fl_task *task, int64_t deadline_us)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    return inner.ops->join(inner.self, task, deadline_us);
}

static void sleep_until(void *self, int64_t deadline_us)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    inner.ops->sleep_until(inner.self, deadline_us);
}

static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    return inner.ops->monitor_new(inner.self, name, ret_monitor);
}

static void monitor_free(void *self, struct fl_monitor *monitor)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    inner.ops->monitor_free(inner.self, monitor);
}

static void enter(void *self, struct fl_monitor *monitor)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    inner.ops->enter(inner.self, monitor);
}

static void leave(void *self, struct fl_monitor *monitor)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    inner.ops->leave(inner.self, monitor);
}

static enum fl_error wait(void *self, struct fl_monitor *monitor, int64_t deadline_us)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    return inner.ops->wait(inner.self, monitor, deadline_us);
}

static void wake_all(void *self, struct fl_monitor *monitor)
{
    struct fl_tasks inner = ((struct effect_process *)self)->inner.tasks;
    inner.ops->wake_all(inner.self, monitor);
}

struct fl_tasks effect_tasks(struct effect_process *process)
{
    static const struct fl_task_ops ops = {
        .spawn = spawn,
        .join = join,
        .sleep_until = sleep_until,
        .monitor_new = monitor_new,
        .monitor_free = monitor_free,
        .enter = enter,
        .leave = leave,
        .wait = wait,
        .wake_all = wake_all,
        .set_context = set_context,
    };
    return (struct fl_tasks){&ops, process};
}
