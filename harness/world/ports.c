/* The ports that a simulated process gets from the world itself. A monitor is bookkeeping only:
 * fibers are switched in waits alone, so nobody can meet a monitor that is held; what is checked is
 * the rule that makes this true of real threads as well. Reading the clock never blocks and is
 * allowed inside a monitor: a deadline is often computed there. */
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/cut.h"
#include "harness/choice/names.h"
#include "harness/world/state.h"

/* Monotonic time of a machine that has been up for a while: code that takes 0 for "never" must not
 * get away with it. */
#define UPTIME_US INT64_C(1000000000)
/* What a process says of its size goes over the wire and into the trace; true sizes differ between
 * builds. */
enum { RSS_KIB = 64 * 1024 };

static struct sim_fiber *current_of(const struct sim_process *process)
{
    struct sim_fiber *fiber = process->world->current;
    return fiber && fiber->process == process ? fiber : NULL;
}

static struct sim_fiber *running_of(const struct sim_process *process, const char *what)
{
    struct sim_fiber *fiber = current_of(process);
    if (!fiber) fl_panic("%s of %s called outside of its tasks", what, process->name);
    return fiber;
}

void sim_world_assert_no_monitor(const struct sim_world *world, const char *port)
{
    const struct sim_fiber *fiber = world->current;
    if (fiber && fiber->monitors_held > 0)
        fl_panic("%s: \"%s\" while it holds the monitor \"%s\"", fiber->name, port,
                 fiber->monitor ? fiber->monitor->name : "?");
}

/* --- clock --- */

/* The program itself runs, and not the harness on its fiber. */
static bool works_for(const struct sim_process *process)
{
    struct sim_memory *owner = sim_memory_switch(NULL);
    sim_memory_switch(owner);
    return owner == process->memory;
}

static int64_t wall_us(void *self)
{
    const struct sim_process *process = self;
    struct sim_fiber *fiber = current_of(process);
    if (fiber && works_for(process)) fiber->times_asked++;
    return wall_clock_shows_us(&process->wall, sim_world_now_us(process->world));
}

static int64_t mono_us(void *self)
{
    const struct sim_process *process = self;
    return UPTIME_US + process->world->t_us;
}

static int64_t mono_to_t(int64_t deadline_us)
{
    return deadline_us == FL_NEVER_US ? FL_NEVER_US : deadline_us - UPTIME_US;
}

static const struct fl_clock_ops clock_ops = {wall_us, mono_us};

/* --- random --- */

static const char *stream_of(const struct sim_process *process)
{
    const struct sim_fiber *fiber = current_of(process);
    return fiber ? fiber->name : process->name;
}

static uint64_t random_below(void *self, const char *label, uint64_t bound)
{
    struct sim_process *process = self;
    sim_world_assert_no_monitor(process->world, label);
    struct sim_memory *caller = sim_memory_switch(NULL);
    uint64_t value = sim_choose_below(process->world->choices, SIM_CHOICE_RANDOM,
                                      stream_of(process), label, bound);
    sim_memory_switch(caller);
    return value;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* The choice is a salt of 32 bits; who asks for the how-manieth time is mixed in. So bytes differ
 * from draw to draw even where every choice is the simplest: they become jids and nonces. */
static void random_bytes(void *self, const char *label, void *out, size_t length)
{
    struct sim_process *process = self;
    uint64_t salt = random_below(self, label, UINT64_C(1) << 32);
    uint64_t state = mix(sim_names_hash(process->name) + (uint64_t)process->pid);
    state = mix(state ^ (salt << 32 ^ process->byte_draws++));
    unsigned char *at = out;
    for (; length > 0; state += UINT64_C(0x9E3779B97F4A7C15)) {
        uint64_t word = mix(state);
        size_t step = length < sizeof(word) ? length : sizeof(word);
        memcpy(at, &word, step);
        at += step;
        length -= step;
    }
}

static const struct fl_random_ops random_ops = {random_below, random_bytes};

/* --- tasks --- */

static struct sim_fiber *fiber_of(struct fl_task *task)
{
    return (struct sim_fiber *)(void *)task;
}

static enum fl_error task_spawn(void *self, const char *role, fl_task_main *main, void *argument,
                                struct fl_task **ret_task)
{
    struct sim_process *process = self;
    struct sim_fiber *fiber;
    enum fl_error err = sim_fiber_spawn(process->world, process, role, main, argument, &fiber);
    if (!err) *ret_task = (struct fl_task *)(void *)fiber;
    return err;
}

static enum fl_error task_join(void *self, struct fl_task *task, int64_t deadline_us)
{
    struct sim_fiber *caller = running_of(self, "join"), *fiber = fiber_of(task);
    while (fiber->state != SIM_FIBER_ENDED) {
        enum fl_error err =
            sim_fiber_wait(caller, &fiber->joiners, mono_to_t(deadline_us), "the end of a task");
        if (err && fiber->state != SIM_FIBER_ENDED) return err;
    }
    sim_fiber_drop(fiber);
    return FL_OK;
}

static void task_sleep_until(void *self, int64_t deadline_us)
{
    (void)sim_fiber_wait(running_of(self, "sleep"), NULL, mono_to_t(deadline_us), "sleep");
}

static void task_set_context(void *self, const char *jid)
{
    struct sim_fiber *fiber = running_of(self, "set_context");
    fl_cut(fiber->jid, sizeof(fiber->jid), 0, fl_span_from(jid));
}

/* --- monitors --- */

static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    struct sim_process *process = self;
    struct sim_memory *caller = sim_memory_switch(NULL);
    struct fl_monitor *monitor = calloc(1, sizeof(*monitor));
    sim_memory_switch(caller);
    if (!monitor) return FL_ENOMEM;
    fl_cut(monitor->name, sizeof(monitor->name), 0, fl_span_from(name));
    monitor->process = process;
    monitor->next = process->monitors;
    if (monitor->next) monitor->next->previous = monitor;
    process->monitors = monitor;
    *ret_monitor = monitor;
    return FL_OK;
}

static void monitor_free(void *self, struct fl_monitor *monitor)
{
    struct sim_process *process = self;
    fl_assert(!monitor->holder);
    fl_assert(!monitor->waiters.first);
    *(monitor->previous ? &monitor->previous->next : &process->monitors) = monitor->next;
    if (monitor->next) monitor->next->previous = monitor->previous;
    free(monitor);
}

static void monitor_enter(void *self, struct fl_monitor *monitor)
{
    struct sim_fiber *fiber = running_of(self, monitor->name);
    if (monitor->holder)
        fl_panic("%s enters the monitor \"%s\", which %s holds", fiber->name, monitor->name,
                 monitor->holder->name);
    monitor->holder = fiber;
    fiber->monitor = monitor;
    fiber->monitors_held++;
}

static void monitor_leave(void *self, struct fl_monitor *monitor)
{
    struct sim_fiber *fiber = running_of(self, monitor->name);
    if (monitor->holder != fiber)
        fl_panic("%s leaves the monitor \"%s\" without holding it", fiber->name, monitor->name);
    monitor->holder = NULL;
    fiber->monitors_held--;
    if (fiber->monitor == monitor) fiber->monitor = NULL;
}

static enum fl_error monitor_wait(void *self, struct fl_monitor *monitor, int64_t deadline_us)
{
    monitor_leave(self, monitor);
    enum fl_error err = sim_fiber_wait(running_of(self, monitor->name), &monitor->waiters,
                                       mono_to_t(deadline_us), monitor->name);
    monitor_enter(self, monitor);
    return err;
}

static void monitor_wake_all(void *self, struct fl_monitor *monitor)
{
    struct sim_process *process = self;
    sim_wake_all(process->world, &monitor->waiters);
}

static const struct fl_task_ops task_ops = {
    .spawn = task_spawn,
    .join = task_join,
    .sleep_until = task_sleep_until,
    .monitor_new = monitor_new,
    .monitor_free = monitor_free,
    .enter = monitor_enter,
    .leave = monitor_leave,
    .wait = monitor_wait,
    .wake_all = monitor_wake_all,
    .set_context = task_set_context,
};

/* --- process --- */

static const char *hostname(void *self)
{
    return ((const struct sim_process *)self)->hostname;
}

static int64_t pid(void *self)
{
    return ((const struct sim_process *)self)->pid;
}

static int64_t rss_kib(void *self)
{
    (void)self;
    return RSS_KIB;
}

static bool pid_exists(void *self, int64_t wanted)
{
    const struct sim_process *process = self, *at = process->world->last_process;
    for (; at; at = at->previous) {
        if (at->pid == wanted && at->end == SIM_END_ALIVE)
            return strcmp(at->hostname, process->hostname) == 0;
    }
    return false;
}

static void process_exit(void *self, int status)
{
    struct sim_process *process = self;
    sim_world_assert_no_monitor(process->world, "exit");
    sim_process_exit(process, status);
}

static const struct fl_process_ops process_ops = {hostname, pid, rss_kib, pid_exists, process_exit};

struct fl_ports sim_process_ports(struct sim_process *process)
{
    return (struct fl_ports){
        .clock = {&clock_ops, process},
        .random = {&random_ops, process},
        .tasks = {&task_ops, process},
        .process = {&process_ops, process},
    };
}
