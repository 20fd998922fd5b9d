/* A step chooses among the fibers that are ready; only when there are none does time move, to the
 * first timer, and then all timers of that instant fire, so that what is simultaneous is a matter
 * of choice. */
#include "harness/world/world.h"

#include <stdlib.h>

#include "core/assert.h"
#include "harness/world/running.h"
#include "harness/world/state.h"

#define STEPS_MAX_DEFAULT UINT64_C(50000000)

enum fl_error sim_world_new(const struct sim_world_options *options, struct sim_world **ret_world)
{
    sim_memory_warm_libc();
    struct sim_world *world = calloc(1, sizeof(*world));
    if (!world) return FL_ENOMEM;
    world->choices = options->choices;
    if (options->choices) world->steps = sim_choices_steps(options->choices);
    world->counts_turns = options->choices && sim_choices_count_turns(options->choices);
    world->start_wall_us = options->start_wall_us;
    world->steps_max = options->steps_max ? options->steps_max : STEPS_MAX_DEFAULT;
    world->passes_until_us = INT64_MIN;
    world->backend = options->backend;
    world->stacks = options->stacks;
    if (!world->stacks) {
        enum fl_error err = sim_stacks_new(SIM_FIBER_STACK_BYTES, &world->own_stacks);
        if (err) {
            free(world);
            return err;
        }
        world->stacks = world->own_stacks;
    }
    sim_context_adopt(&world->scheduler, world->backend);
    *ret_world = world;
    return FL_OK;
}

static void free_processes(struct sim_world *world)
{
    while (world->last_process) {
        struct sim_process *process = world->last_process;
        world->last_process = process->previous;
        free(process);
    }
}

void sim_world_free(struct sim_world *world)
{
    if (!world) return;
    fl_assert(!world->current);
    for (struct sim_process *process = world->last_process; process; process = process->previous) {
        sim_process_kill(process, SIM_END_KILLED);
    }
    while (world->fibers.first) {
        sim_fiber_drop(world->fibers.first);
    }
    free_processes(world);
    while (world->free_fibers) {
        struct sim_fiber *fiber = world->free_fibers;
        world->free_fibers = fiber->next;
        free(fiber);
    }
    sim_timers_release(&world->timers);
    free(world->ready);
    free(world->ready_names);
    sim_stacks_free(world->own_stacks);
    free(world);
}

int64_t sim_world_now_us(const struct sim_world *world)
{
    return world->t_us + world->folded_us;
}

struct sim_choices *sim_world_choices(const struct sim_world *world)
{
    return world->choices;
}

const struct sim_stacks *sim_world_stacks(const struct sim_world *world)
{
    return world->stacks;
}

int64_t sim_world_to_t(const struct sim_world *world, int64_t deadline_us)
{
    return deadline_us == FL_NEVER_US ? FL_NEVER_US : deadline_us - world->folded_us;
}

int64_t sim_world_next_us(const struct sim_world *world)
{
    if (world->ready_count > 0) return sim_world_now_us(world);
    const struct sim_timer *first = sim_timers_first(&world->timers);
    return first ? first->at_us + world->folded_us : FL_NEVER_US;
}

void sim_world_fold(struct sim_world *world, int64_t delta_us)
{
    fl_assert(delta_us >= 0);
    fl_assert(!world->current);
    world->folded_us += delta_us;
}

void sim_world_let_pass(struct sim_world *world, int64_t until_us)
{
    world->passes_until_us = until_us;
}

static bool must_stop(const struct sim_process *process)
{
    return process && (process->ending != SIM_END_ALIVE || process->paused ||
                       sim_memory_over_limit(process->memory));
}

bool sim_world_pass(struct sim_world *world, int64_t until_us, const char *what)
{
    int64_t until_t_us = sim_world_to_t(world, until_us);
    const struct sim_timer *first = sim_timers_first(&world->timers);
    if (world->ready_count || world->steps || world->counts_turns ||
        until_us > world->passes_until_us || until_t_us <= world->t_us ||
        (first && first->at_us <= until_t_us) || must_stop(world->current->process) ||
        world->step_count >= world->steps_max)
        return false;
    sim_world_assert_no_monitor(world, what);
    world->step_count++;
    world->t_us = until_t_us;
    return true;
}

/* NULL: nobody may run, see choice/steps.h. */
static struct sim_fiber *choose_ready(struct sim_world *world)
{
    size_t chosen = 0;
    struct sim_steps *steps = world->steps;
    uint64_t choice =
        world->ready_count > 1 ? sim_choices_scheduled(world->choices) : SIM_STEP_NO_CHOICE;
    if (steps &&
        !sim_steps_begin(steps, world->ready_names, world->ready_count, sim_world_now_us(world)))
        return NULL;
    if (world->ready_count > 1 || world->counts_turns)
        chosen = sim_choose_name_at(world->choices, &world->next_place, SIM_CHOICE_SCHEDULE,
                                    "world", "next", world->ready_names, world->ready_count);
    if (steps) sim_steps_run(steps, chosen, choice);
    return sim_world_take_ready(world, chosen);
}

/* What the fiber asked for while it ran and could not be done under its feet. */
static void settle(struct sim_fiber *fiber)
{
    struct sim_process *process = fiber->process;
    bool ended = fiber->state == SIM_FIBER_ENDED;
    if (process && process->ending == SIM_END_ALIVE && sim_memory_over_limit(process->memory))
        process->ending = SIM_END_OOMKILLED;
    if (process && process->ending != SIM_END_ALIVE) {
        sim_process_reap(process, process->ending);
    } else if (ended && fiber->has_handle) {
        sim_stacks_give(fiber->world->stacks, fiber->stack);
        fiber->stack = NULL;
    } else if (ended) {
        sim_fiber_drop(fiber);
    }
}

static void run(struct sim_world *world, struct sim_fiber *fiber)
{
    fl_assert(fiber->state == SIM_FIBER_READY);
    fiber->state = SIM_FIBER_RUNNING;
    world->current = fiber;
    if (fiber->process) sim_image_swap(fiber->process->image);
    struct sim_memory *outside = sim_memory_switch(fiber->owner);
    unsigned outside_work = sim_memory_work(fiber->work);
    sim_running_set(world);
    sim_context_switch(&world->scheduler, &fiber->context);
    sim_running_set(NULL);
    fiber->work = sim_memory_work(outside_work);
    fiber->owner = sim_memory_switch(outside);
    world->current = NULL;
    settle(fiber);
}

/* Moves time to the first timer if it is not after `until_t_us`, and fires all of its instant. */
static enum sim_step advance(struct sim_world *world, int64_t until_t_us)
{
    struct sim_timer *first = sim_timers_first(&world->timers);
    if (!first) return SIM_STEP_IDLE;
    if (first->at_us > until_t_us) {
        if (until_t_us > world->t_us) world->t_us = until_t_us;
        return SIM_STEP_LATER;
    }
    if (first->at_us > world->t_us) world->t_us = first->at_us;
    while (first && first->at_us <= world->t_us) {
        sim_timers_clear(&world->timers, first);
        first->fire(first);
        first = sim_timers_first(&world->timers);
    }
    return SIM_STEP_RAN;
}

enum sim_step sim_world_step(struct sim_world *world, int64_t until_us)
{
    fl_assert(!world->current);
    if (world->step_count >= world->steps_max) return SIM_STEP_BOUND;
    while (world->ready_count == 0) {
        enum sim_step step = advance(world, sim_world_to_t(world, until_us));
        if (step != SIM_STEP_RAN) return step;
    }
    struct sim_fiber *fiber = choose_ready(world);
    if (!fiber) return SIM_STEP_ASLEEP;
    world->step_count++;
    run(world, fiber);
    return SIM_STEP_RAN;
}
