/* One story has one hash, on both ways of switching fibers and in every build. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/world/world.h"

/* The same at -O0 and -O2, under sanitizers and under Valgrind; it may change with the generators.
 */
#define HASH_IN_EVERY_BUILD UINT64_C(0x37beafac0b08d53f)

struct mixer {
    struct sim_world *world;
    struct sim_waiters waiters;
    uint64_t hash;
};

static void mix_in(struct mixer *mixer, const char *name, uint64_t value)
{
    uint64_t hash = mixer->hash ^ value ^ (uint64_t)sim_world_now_us(mixer->world) << 20;
    for (; *name; name++) {
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    }
    mixer->hash = hash;
}

static void wanders(void *argument)
{
    struct mixer *mixer = argument;
    struct sim_world *world = mixer->world;
    struct sim_fiber *self = sim_fiber_current(world);
    struct fl_ports ports = sim_process_ports(sim_fiber_process(self));
    for (int i = 0; i < 50; i++) {
        uint64_t delay_us = fl_random_below(ports.random, "delay", 20);
        mix_in(mixer, sim_fiber_name(self), delay_us);
        int64_t until_us = sim_world_now_us(world) + (int64_t)delay_us;
        enum fl_error err = sim_wait(world, &mixer->waiters, until_us, "a while");
        mix_in(mixer, sim_fiber_name(self), err);
        if (delay_us < 3) sim_wake_all(world, &mixer->waiters);
    }
}

static void wanders_with_two_tasks(void *argument)
{
    struct mixer *mixer = argument;
    struct fl_tasks tasks =
        sim_process_ports(sim_fiber_process(sim_fiber_current(mixer->world))).tasks;
    struct fl_task *task;
    if (fl_task_spawn(tasks, "thread-1", wanders, mixer, &task)) return;
    if (fl_task_spawn(tasks, "thread-2", wanders, mixer, &task)) return;
    wanders(mixer);
}

static uint64_t hash_of_a_run(enum sim_backend backend, uint64_t seed, struct sim_stacks *stacks)
{
    struct mixer mixer = {0};
    struct sim_choices *choices;
    struct sim_process *processes[3];
    assert_int_equal(sim_choices_from_seed(seed, &choices), FL_OK);
    const struct sim_world_options options = {
        .choices = choices, .backend = backend, .stacks = stacks};
    assert_int_equal(sim_world_new(&options, &mixer.world), FL_OK);
    for (size_t i = 0; i < FL_COUNT(processes); i++) {
        const char *const names[] = {"p1", "p2", "p3"};
        const struct sim_process_options process = {
            .name = names[i], .main = wanders_with_two_tasks, .argument = &mixer};
        assert_int_equal(sim_process_start(mixer.world, &process, &processes[i]), FL_OK);
    }
    while (sim_world_step(mixer.world, 200) == SIM_STEP_RAN) {
    }
    sim_process_kill(processes[1], SIM_END_KILLED);
    while (sim_world_step(mixer.world, FL_NEVER_US) == SIM_STEP_RAN) {
    }
    sim_world_free(mixer.world);
    sim_choices_free(choices);
    return mixer.hash;
}

static void a_run_has_one_hash_on_both_backends(void **state)
{
    (void)state;
    uint64_t hash = hash_of_a_run(SIM_BACKEND_UCONTEXT, 1, NULL);
    assert_true(hash == HASH_IN_EVERY_BUILD);
    assert_true(hash == hash_of_a_run(SIM_BACKEND_UCONTEXT, 1, NULL));
    if (sim_backend_available(SIM_BACKEND_BOOST))
        assert_true(hash == hash_of_a_run(SIM_BACKEND_BOOST, 1, NULL));
    assert_true(hash != hash_of_a_run(SIM_BACKEND_UCONTEXT, 2, NULL));
}

static void two_hundred_worlds_share_their_stacks(void **state)
{
    (void)state;
    struct sim_stacks *stacks;
    assert_int_equal(sim_stacks_new(SIM_FIBER_STACK_BYTES, &stacks), FL_OK);
    uint64_t hash = hash_of_a_run(SIM_BACKEND_DEFAULT, 1, stacks);
    for (int i = 0; i < 200; i++) {
        assert_true(hash == hash_of_a_run(SIM_BACKEND_DEFAULT, 1, stacks));
    }
    sim_stacks_free(stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_has_one_hash_on_both_backends),
        cmocka_unit_test(two_hundred_worlds_share_their_stacks),
    };
    return cmocka_run_group_tests_name("backends", tests, NULL, NULL);
}
