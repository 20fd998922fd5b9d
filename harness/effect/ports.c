/* harness/effect/ports.c - which fiber works on what, and the ports that lead here. */
#include "harness/effect/ports.h"

#include <string.h>

#include "core/assert.h"

void effect_process_init(struct effect_process *process, struct effects *effects,
                         struct sim_process *sim, const char *name, const struct fl_ports *inner,
                         struct effect_wire wire)
{
    process->effects = effects;
    process->process = sim;
    process->name = name;
    process->inner = *inner;
    process->wire = wire;
    process->fiber_count = 0;
    process->passing = 0;
    memset(process->broken, 0, sizeof process->broken);
}

static struct effect_context *role_context(struct effect_process *process, const char *role)
{
    struct effects *effects = process->effects;
    struct effect_context *context =
        effect_context(&effects->identities, process->name, role, NULL, 0);
    if (!context) fl_panic("too many contexts of effects, or no memory");
    return context;
}

/* The entry of the running fiber, new ones included. A pointer that a later fiber has inherited is
 * told by its role. */
static struct effect_fiber *current(struct effect_process *process)
{
    const struct sim_fiber *fiber = sim_fiber_current(process->effects->world);
    fl_assert(fiber);
    const char *role = sim_fiber_role(fiber);
    struct effect_fiber *entry = NULL;
    for (uint32_t i = 0; i < process->fiber_count && !entry; i++)
        if (process->fibers[i].fiber == fiber) entry = &process->fibers[i];
    if (entry && strcmp(entry->context->role, role) == 0) return entry;
    if (!entry) {
        fl_assert(process->fiber_count < EFFECT_FIBERS_MAX);
        entry = &process->fibers[process->fiber_count++];
    }
    *entry = (struct effect_fiber){.fiber = fiber, .context = role_context(process, role)};
    return entry;
}

struct effect_context *effect_process_context(struct effect_process *process)
{
    return current(process)->context;
}

static void set_context(void *self, const char *jid)
{
    struct effect_process *process = self;
    struct effects *effects = process->effects;
    struct fl_tasks inner = process->inner.tasks;
    inner.ops->set_context(inner.self, jid);
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct effect_fiber *fiber = current(process);
    if (fiber->jid[0]) effects->stage.ops->job_ends(effects->stage.self, process->name, fiber->jid);
    const char *role = sim_fiber_role(fiber->fiber);
    *fiber = (struct effect_fiber){.fiber = fiber->fiber, .context = role_context(process, role)};
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

struct fl_ports effect_ports(struct effect_process *process)
{
    const struct fl_ports *inner = &process->inner;
    struct fl_ports ports = {
        .clock = inner->clock,
        .random = inner->random,
        .tasks = effect_tasks(process),
        .log = effect_log(process),
        .redis = effect_redis(process),
        .process = effect_process_port(process),
    };
    if (inner->db.ops) ports.db = effect_db(process);
    if (inner->http.ops) ports.http = effect_http(process);
    if (inner->mail.ops) ports.mail = effect_mail(process);
    if (inner->statsd.ops) ports.statsd = effect_statsd(process);
    if (inner->files.ops) ports.files = effect_files(process);
    return ports;
}
