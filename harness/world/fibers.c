/* A fiber stands in exactly one place: running, ready, held by a pause, waiting (in a list, with a
 * timer, or both) or ended; sim_fiber_drop takes it from wherever that is. */
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/cut.h"
#include "harness/world/state.h"

static struct sim_fiber_list *list_of(struct sim_fiber *fiber)
{
    return fiber->process ? &fiber->process->fibers : &fiber->world->fibers;
}

static void link_fiber(struct sim_fiber *fiber)
{
    struct sim_fiber_list *list = list_of(fiber);
    fiber->previous = list->last;
    *(list->last ? &list->last->next : &list->first) = fiber;
    list->last = fiber;
}

static void unlink_fiber(struct sim_fiber *fiber)
{
    struct sim_fiber_list *list = list_of(fiber);
    *(fiber->previous ? &fiber->previous->next : &list->first) = fiber->next;
    *(fiber->next ? &fiber->next->previous : &list->last) = fiber->previous;
}

static void join_waiters(struct sim_fiber *fiber, struct sim_waiters *waiters)
{
    fiber->waiters = waiters;
    fiber->previous_waiter = waiters->last;
    *(waiters->last ? &waiters->last->next_waiter : &waiters->first) = fiber;
    waiters->last = fiber;
}

static void leave_waiters(struct sim_fiber *fiber)
{
    struct sim_waiters *waiters = fiber->waiters;
    if (!waiters) return;
    *(fiber->previous_waiter ? &fiber->previous_waiter->next_waiter : &waiters->first) =
        fiber->next_waiter;
    *(fiber->next_waiter ? &fiber->next_waiter->previous_waiter : &waiters->last) =
        fiber->previous_waiter;
    fiber->waiters = NULL;
    fiber->next_waiter = fiber->previous_waiter = NULL;
}

static void tell_step(const struct sim_fiber *fiber)
{
    struct sim_memory *owner = sim_memory_switch(NULL);
    sim_steps_wake(fiber->world->steps, fiber->name);
    sim_memory_switch(owner);
}

void sim_fiber_make_ready(struct sim_fiber *fiber)
{
    struct sim_world *world = fiber->world;
    struct sim_process *process = fiber->process;
    if (world->steps) tell_step(fiber);
    if (process && process->paused) {
        fiber->state = SIM_FIBER_HELD;
        join_waiters(fiber, &process->held);
        return;
    }
    fl_assert(world->ready_count < world->ready_capacity);
    fiber->state = SIM_FIBER_READY;
    world->ready[world->ready_count] = fiber;
    world->ready_names[world->ready_count++] = fiber->name;
}

void sim_fiber_release_held(struct sim_process *process)
{
    while (process->held.first) {
        struct sim_fiber *fiber = process->held.first;
        leave_waiters(fiber);
        sim_fiber_make_ready(fiber);
    }
}

static void stop_waiting(struct sim_fiber *fiber, enum fl_error result)
{
    leave_waiters(fiber);
    sim_timers_clear(&fiber->world->timers, &fiber->timer);
    fiber->wait_result = result;
    sim_fiber_make_ready(fiber);
}

static void timed_out(struct sim_timer *timer)
{
    struct sim_fiber *fiber =
        (struct sim_fiber *)(void *)((char *)timer - offsetof(struct sim_fiber, timer));
    stop_waiting(fiber, FL_ETIMEDOUT);
}

/* --- birth and end --- */

static enum fl_error grow_ready(struct sim_world *world)
{
    size_t capacity = world->ready_capacity ? world->ready_capacity * 2 : 32;
    struct sim_fiber **ready = realloc(world->ready, capacity * sizeof(struct sim_fiber *));
    if (!ready) return FL_ENOMEM;
    world->ready = ready;
    const char **names = realloc(world->ready_names, capacity * sizeof(const char *));
    if (!names) return FL_ENOMEM;
    world->ready_names = names;
    world->ready_capacity = capacity;
    return FL_OK;
}

/* Room wherever the fibers may have to stand later: nothing fails then. */
static enum fl_error reserve(struct sim_world *world)
{
    if (world->fiber_count == SIM_FIBERS_MAX) return FL_EBOUND;
    enum fl_error err = FL_OK;
    if (world->fiber_count == world->ready_capacity) err = grow_ready(world);
    return err ? err
               : sim_timers_reserve(&world->timers, world->fiber_count + 1 + SIM_PROCESSES_MAX);
}

static enum fl_error take_fiber(struct sim_world *world, struct sim_fiber **ret_fiber)
{
    enum fl_error err = reserve(world);
    if (err) return err;
    struct sim_stack *stack;
    err = sim_stacks_take(world->stacks, &stack);
    if (err) return err;
    struct sim_fiber *fiber = world->free_fibers;
    if (fiber) {
        world->free_fibers = fiber->next;
    } else {
        fiber = malloc(sizeof(*fiber));
    }
    if (!fiber) {
        sim_stacks_give(world->stacks, stack);
        return FL_ENOMEM;
    }
    *fiber = (struct sim_fiber){.world = world, .stack = stack, .timer.fire = timed_out};
    world->fiber_count++;
    *ret_fiber = fiber;
    return FL_OK;
}

static void fiber_main(void *argument)
{
    struct sim_fiber *fiber = argument;
    fiber->main(fiber->argument);
    fl_assert(fiber->monitors_held == 0);
    if (fiber->is_process_main) sim_process_exit(fiber->process, 0);
    fiber->state = SIM_FIBER_ENDED;
    sim_wake_all(fiber->world, &fiber->joiners);
    sim_fiber_never_return(fiber);
}

static enum fl_error spawn(struct sim_world *world, struct sim_process *process, const char *role,
                           struct sim_fiber **ret_fiber)
{
    enum fl_error err = take_fiber(world, ret_fiber);
    if (err) return err;
    struct sim_fiber *fiber = *ret_fiber;
    fiber->process = process;
    fiber->owner = process ? process->memory : NULL;
    size_t length = 0, capacity = sizeof(fiber->name);
    fl_cut(fiber->role, sizeof(fiber->role), 0, fl_span_from(role));
    if (process) length = fl_cut(fiber->name, capacity, 0, fl_span_from(process->name));
    if (process) length = fl_cut(fiber->name, capacity, length, FL_SPAN("/"));
    fl_cut(fiber->name, capacity, length, fl_span_from(role));
    link_fiber(fiber);
    return FL_OK;
}

enum fl_error sim_fiber_spawn(struct sim_world *world, struct sim_process *process,
                              const char *role, fl_task_main *main, void *argument,
                              struct sim_fiber **ret_fiber)
{
    struct sim_fiber *fiber = NULL;
    struct sim_memory *caller = sim_memory_switch(NULL);
    enum fl_error err = spawn(world, process, role, &fiber);
    sim_memory_switch(caller);
    if (err) return err;
    fiber->main = main;
    fiber->argument = argument;
    fiber->has_handle = ret_fiber != NULL;
    sim_context_init(&fiber->context, world->backend, fiber->stack, fiber_main, fiber);
    sim_fiber_make_ready(fiber);
    if (ret_fiber) *ret_fiber = fiber;
    return FL_OK;
}

struct sim_fiber *sim_world_take_ready(struct sim_world *world, size_t at)
{
    fl_assert(at < world->ready_count);
    struct sim_fiber *fiber = world->ready[at];
    size_t behind = --world->ready_count - at;
    memmove(&world->ready[at], &world->ready[at + 1], behind * sizeof(struct sim_fiber *));
    memmove(&world->ready_names[at], &world->ready_names[at + 1], behind * sizeof(const char *));
    return fiber;
}

void sim_fiber_unready(struct sim_fiber *fiber)
{
    size_t at = 0;
    while (fiber->world->ready[at] != fiber) {
        at++;
    }
    (void)sim_world_take_ready(fiber->world, at);
}

void sim_fiber_drop(struct sim_fiber *fiber)
{
    struct sim_world *world = fiber->world;
    fl_assert(world->current != fiber);
    if (fiber->state == SIM_FIBER_READY) sim_fiber_unready(fiber);
    leave_waiters(fiber);
    sim_timers_clear(&world->timers, &fiber->timer);
    while (fiber->joiners.first) { /* they die with it */
        leave_waiters(fiber->joiners.first);
    }
    if (fiber->stack) sim_stacks_give(world->stacks, fiber->stack);
    unlink_fiber(fiber);
    fiber->next = world->free_fibers;
    world->free_fibers = fiber;
    world->fiber_count--;
}

/* --- the running one --- */

void sim_fiber_to_scheduler(struct sim_fiber *fiber)
{
    sim_context_switch(&fiber->context, &fiber->world->scheduler);
}

void sim_fiber_never_return(struct sim_fiber *fiber)
{
    sim_context_leave(&fiber->context, &fiber->world->scheduler);
}

enum fl_error sim_fiber_wait(struct sim_fiber *fiber, struct sim_waiters *waiters,
                             int64_t deadline_t_us, const char *what)
{
    struct sim_world *world = fiber->world;
    fl_assert(fiber == world->current);
    sim_world_assert_no_monitor(world, what);
    fiber->waiting_for = what;
    if (deadline_t_us <= world->t_us) { /* too late, but the others get their turn */
        fiber->wait_result = FL_ETIMEDOUT;
        sim_fiber_make_ready(fiber);
    } else {
        fiber->state = SIM_FIBER_WAITING;
        if (waiters) join_waiters(fiber, waiters);
        if (deadline_t_us != FL_NEVER_US)
            sim_timers_set(&world->timers, &fiber->timer, deadline_t_us);
    }
    sim_fiber_to_scheduler(fiber);
    fiber->waiting_for = NULL;
    return fiber->wait_result;
}

enum fl_error sim_wait(struct sim_world *world, struct sim_waiters *waiters, int64_t deadline_us,
                       const char *what)
{
    return sim_fiber_wait(world->current, waiters, sim_world_to_t(world, deadline_us), what);
}

void sim_sleep_until(struct sim_world *world, int64_t deadline_us, const char *what)
{
    (void)sim_wait(world, NULL, deadline_us, what);
}

void sim_wake_all(struct sim_world *world, struct sim_waiters *waiters)
{
    (void)world;
    while (waiters->first) {
        stop_waiting(waiters->first, FL_OK);
    }
}

void sim_wait_until(struct sim_world *world, const struct sim_waiters *waiters, int64_t deadline_us)
{
    for (struct sim_fiber *fiber = waiters->first; fiber; fiber = fiber->next_waiter) {
        sim_timers_clear(&world->timers, &fiber->timer);
        if (deadline_us != FL_NEVER_US)
            sim_timers_set(&world->timers, &fiber->timer, sim_world_to_t(world, deadline_us));
    }
}

/* --- questions --- */

struct sim_fiber *sim_fiber_current(const struct sim_world *world)
{
    return world->current;
}

struct sim_process *sim_fiber_process(const struct sim_fiber *fiber)
{
    return fiber->process;
}

uint64_t sim_fiber_times_asked(const struct sim_fiber *fiber)
{
    return fiber->times_asked;
}

const char *sim_fiber_role(const struct sim_fiber *fiber)
{
    return fiber->role;
}

const char *sim_fiber_name(const struct sim_fiber *fiber)
{
    return fiber->name;
}

const char *sim_fiber_jid(const struct sim_fiber *fiber)
{
    return fiber->jid[0] ? fiber->jid : NULL;
}

const char *sim_fiber_waiting_for(const struct sim_fiber *fiber)
{
    return fiber->waiting_for;
}

struct sim_fiber *sim_fiber_next(const struct sim_world *world, const struct sim_process *process,
                                 const struct sim_fiber *fiber)
{
    if (fiber) return fiber->next;
    return process ? process->fibers.first : world->fibers.first;
}
