/* A death is what a kernel does, in its order: the threads stop where they are, then what the
 * process held outside is closed (the hooks), then its memory is gone. A fiber cannot free the
 * stack it stands on: a process that ends itself is reaped by the scheduler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/world/state.h"

enum { FIRST_PID = 100, HOOKS_MAX = 65536 };

static void pause_over(struct sim_timer *timer)
{
    struct sim_process *process =
        (struct sim_process *)(void *)((char *)timer - offsetof(struct sim_process, pause_end));
    if (process->on_wake) process->on_wake(process->on_wake_context);
    process->paused = false;
    sim_fiber_release_held(process);
}

void sim_process_on_wake(struct sim_process *process, void (*hook)(void *context), void *context)
{
    process->on_wake = hook;
    process->on_wake_context = context;
}

/* The wall clock is the machine's: the next process of that name finds it as the last one left it.
 */
static struct wall_clock inherited_wall(const struct sim_world *world, const char *name)
{
    for (const struct sim_process *at = world->last_process; at; at = at->previous) {
        if (strcmp(at->name, name) == 0) return at->wall;
    }
    return (struct wall_clock){.start_us = world->start_wall_us};
}

static struct sim_process *new_process(struct sim_world *world,
                                       const struct sim_process_options *options)
{
    struct sim_process *process = calloc(1, sizeof(*process));
    if (!process) return NULL;
    process->world = world;
    process->pause_end.fire = pause_over;
    process->wall = inherited_wall(world, options->name);
    snprintf(process->name, sizeof(process->name), "%s", options->name);
    snprintf(process->hostname, sizeof(process->hostname), "%s",
             options->hostname ? options->hostname : options->name);
    process->memory = sim_memory_new(options->memory_max);
    if (!process->memory || sim_image_new(&process->image)) {
        sim_memory_free(process->memory);
        free(process);
        return NULL;
    }
    return process;
}

static void drop_belongings(struct sim_process *process)
{
    sim_image_free(process->image);
    process->image = NULL;
    sim_memory_free(process->memory);
    process->memory = NULL;
}

enum fl_error sim_process_start(struct sim_world *world, const struct sim_process_options *options,
                                struct sim_process **ret_process)
{
    if (world->process_count == SIM_PROCESSES_MAX || world->start_count == SIM_STARTS_MAX)
        return FL_EBOUND;
    struct sim_memory *caller = sim_memory_switch(NULL);
    enum fl_error err = FL_ENOMEM;
    struct sim_process *process = new_process(world, options);
    if (process)
        err = sim_fiber_spawn(world, process, "main", options->main, options->argument, NULL);
    sim_memory_switch(caller);
    if (err) {
        if (process) drop_belongings(process);
        free(process);
        return err;
    }
    process->fibers.first->is_process_main = true;
    process->pid = FIRST_PID + world->start_count++;
    process->previous = world->last_process;
    world->last_process = process;
    world->process_count++;
    *ret_process = process;
    return FL_OK;
}

static void run_hooks(struct sim_process *process)
{
    while (process->hook_count > 0) {
        struct sim_hook hook = process->hooks[--process->hook_count];
        hook.run(hook.context);
    }
    free(process->hooks);
    process->hooks = NULL;
}

void sim_process_reap(struct sim_process *process, enum sim_end how)
{
    struct sim_memory *caller = sim_memory_switch(NULL);
    process->end = how;
    process->world->process_count--;
    sim_steps_touch_unseen(process->world->steps, SIM_EVERYTHING, SIM_WRITES);
    while (process->fibers.first) {
        sim_fiber_drop(process->fibers.first);
    }
    sim_timers_clear(&process->world->timers, &process->pause_end);
    process->paused = false;
    run_hooks(process);
    while (process->monitors) {
        struct fl_monitor *monitor = process->monitors;
        process->monitors = monitor->next;
        free(monitor);
    }
    drop_belongings(process);
    sim_memory_switch(caller);
}

void sim_process_kill(struct sim_process *process, enum sim_end how)
{
    struct sim_fiber *current = process->world->current;
    fl_assert(how != SIM_END_ALIVE);
    if (process->end != SIM_END_ALIVE) return;
    if (!current || current->process != process) {
        sim_process_reap(process, how);
        return;
    }
    process->ending = how;
    sim_fiber_never_return(current);
}

void sim_process_exit(struct sim_process *process, int status)
{
    if (process->end != SIM_END_ALIVE) return;
    process->status = status & 0xff;
    sim_process_kill(process, SIM_END_EXITED);
}

static void hold_ready_fibers(struct sim_process *process)
{
    for (struct sim_fiber *fiber = process->fibers.first; fiber; fiber = fiber->next) {
        if (fiber->state != SIM_FIBER_READY) continue;
        sim_fiber_unready(fiber);
        sim_fiber_make_ready(fiber);
    }
}

void sim_process_pause(struct sim_process *process, int64_t until_us)
{
    struct sim_world *world = process->world;
    if (process->end != SIM_END_ALIVE || until_us <= sim_world_now_us(world)) return;
    sim_timers_clear(&world->timers, &process->pause_end);
    if (until_us != FL_NEVER_US)
        sim_timers_set(&world->timers, &process->pause_end, sim_world_to_t(world, until_us));
    process->paused = true;
    hold_ready_fibers(process);
    struct sim_fiber *current = world->current;
    if (!current || current->process != process) return;
    current->waiting_for = "the end of a pause";
    sim_fiber_make_ready(current);
    sim_fiber_to_scheduler(current);
    current->waiting_for = NULL;
}

void sim_process_clock_jump(struct sim_process *process, int64_t delta_us)
{
    wall_clock_jump(&process->wall, delta_us);
}

void sim_process_clock_rate(struct sim_process *process, uint32_t of, uint32_t in)
{
    fl_assert(of >= 1 && of <= SIM_CLOCK_RATE_MAX && in >= 1 && in <= SIM_CLOCK_RATE_MAX);
    wall_clock_run(&process->wall, sim_world_now_us(process->world), of, in);
}

int64_t sim_process_shows_us(const struct sim_process *process, int64_t wall_us)
{
    return wall_clock_when_us(&process->wall, wall_us);
}

enum fl_error sim_process_on_death(struct sim_process *process, sim_death_hook *hook, void *context)
{
    fl_assert(process->end == SIM_END_ALIVE);
    if (process->hook_count == process->hook_capacity) {
        if (process->hook_capacity == HOOKS_MAX) return FL_EBOUND;
        size_t capacity = process->hook_capacity ? process->hook_capacity * 2 : 8;
        struct sim_memory *caller = sim_memory_switch(NULL);
        struct sim_hook *hooks = realloc(process->hooks, capacity * sizeof(*hooks));
        sim_memory_switch(caller);
        if (!hooks) return FL_ENOMEM;
        process->hooks = hooks;
        process->hook_capacity = capacity;
    }
    process->hooks[process->hook_count++] = (struct sim_hook){hook, context};
    return FL_OK;
}

/* --- questions --- */

enum sim_end sim_process_end(const struct sim_process *process, int *ret_status)
{
    if (ret_status) *ret_status = process->status;
    return process->end;
}

const char *sim_process_name(const struct sim_process *process)
{
    return process->name;
}

const char *sim_process_hostname(const struct sim_process *process)
{
    return process->hostname;
}

const struct sim_image *sim_process_image(const struct sim_process *process)
{
    return process->image;
}

struct sim_memory *sim_process_memory(const struct sim_process *process)
{
    return process->memory;
}

int64_t sim_process_pid(const struct sim_process *process)
{
    return process->pid;
}

bool sim_process_paused(const struct sim_process *process)
{
    return process->paused;
}

int64_t sim_process_paused_until_us(const struct sim_process *process)
{
    if (!process->pause_end.place) return FL_NEVER_US;
    return process->pause_end.at_us + process->world->folded_us;
}
