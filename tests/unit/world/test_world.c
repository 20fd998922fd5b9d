/* What the world promises: order, time, death, pause, monitors; and the same story on both ways of
 * switching fibers. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/world/world.h"

enum { STORY_BYTES = 4096 };

struct fixture {
    struct sim_choices *choices;
    struct sim_world *world;
    struct sim_process *process, *other;
    struct fl_ports ports;
    struct sim_waiters waiters;
    struct fl_monitor *monitor;
    int count;
    char story[STORY_BYTES];
};

static void tell(struct fixture *f, const char *what)
{
    size_t length = strlen(f->story);
    snprintf(f->story + length, sizeof(f->story) - length, "%s@%" PRId64 " ", what,
             sim_world_now_us(f->world));
}

static void open_world(struct fixture *f, enum sim_backend backend)
{
    assert_int_equal(sim_choices_simplest(&f->choices), FL_OK);
    const struct sim_world_options options = {
        .choices = f->choices, .start_wall_us = 1000 * INT64_C(1000000), .backend = backend};
    assert_int_equal(sim_world_new(&options, &f->world), FL_OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    *state = f;
    open_world(f, SIM_BACKEND_DEFAULT);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sim_world_free(f->world);
    sim_choices_free(f->choices);
    free(f);
    return 0;
}

static void spawn(struct fixture *f, const char *role, fl_task_main *main)
{
    assert_int_equal(sim_fiber_spawn(f->world, NULL, role, main, f, NULL), FL_OK);
}

static struct sim_process *start(struct fixture *f, const char *name, fl_task_main *main)
{
    struct sim_process *process;
    const struct sim_process_options options = {.name = name, .main = main, .argument = f};
    assert_int_equal(sim_process_start(f->world, &options, &process), FL_OK);
    return process;
}

static enum sim_step play(struct fixture *f, int64_t until_us)
{
    enum sim_step step;
    do {
        step = sim_world_step(f->world, until_us);
    } while (step == SIM_STEP_RAN);
    return step;
}

/* --- time and order --- */

static void sleeps_30_then_10(void *argument)
{
    struct fixture *f = argument;
    sim_sleep_until(f->world, 30, "first");
    tell(f, "a");
    sim_sleep_until(f->world, 40, "second");
    tell(f, "a");
}

static void sleeps_20(void *argument)
{
    struct fixture *f = argument;
    sim_sleep_until(f->world, 20, "once");
    tell(f, "b");
}

static void timers_fire_in_order_of_time(void **state)
{
    struct fixture *f = *state;
    spawn(f, "a", sleeps_30_then_10);
    spawn(f, "b", sleeps_20);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    assert_string_equal(f->story, "b@20 a@30 a@40 ");
}

static void time_stands_at_the_bound_when_the_next_timer_is_later(void **state)
{
    struct fixture *f = *state;
    spawn(f, "b", sleeps_20);
    assert_int_equal(play(f, 15), SIM_STEP_LATER);
    assert_int_equal(sim_world_now_us(f->world), 15);
    assert_int_equal(sim_world_next_us(f->world), 20);
}

static void a_fold_moves_time_and_timers_but_not_the_monotonic_clock(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", sleeps_20);
    struct fl_clock clock = sim_process_ports(f->process).clock;
    assert_int_equal(play(f, 5), SIM_STEP_LATER);
    int64_t mono_us = fl_clock_mono_us(clock), wall_us = fl_clock_wall_us(clock);
    sim_world_fold(f->world, 1000);
    assert_int_equal(fl_clock_mono_us(clock), mono_us);
    assert_int_equal(fl_clock_wall_us(clock), wall_us + 1000);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    assert_string_equal(f->story, "b@1020 ");
}

static void waits_for_a_wake_until_50(void *argument)
{
    struct fixture *f = argument;
    enum fl_error err = sim_wait(f->world, &f->waiters, 50, "a wake");
    tell(f, err == FL_OK ? "woken" : "late");
}

static void wakes_at_20(void *argument)
{
    struct fixture *f = argument;
    sim_sleep_until(f->world, 20, "to wake");
    sim_wake_all(f->world, &f->waiters);
}

static void a_wait_ends_by_a_wake_or_at_its_deadline(void **state)
{
    struct fixture *f = *state;
    spawn(f, "waiter", waits_for_a_wake_until_50);
    assert_int_equal(play(f, 10), SIM_STEP_LATER);
    assert_string_equal(sim_fiber_waiting_for(sim_fiber_next(f->world, NULL, NULL)), "a wake");
    spawn(f, "waker", wakes_at_20);
    play(f, FL_NEVER_US);
    spawn(f, "waiter", waits_for_a_wake_until_50);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "woken@20 late@50 ");
}

/* --- processes --- */

static void dies_in_the_middle(void *argument)
{
    struct fixture *f = argument;
    tell(f, "before");
    sim_process_kill(f->process, SIM_END_KILLED);
    tell(f, "after");
}

static void hook_a(void *context)
{
    tell(context, "hook-a");
}

static void hook_b(void *context)
{
    tell(context, "hook-b");
}

static void a_process_that_kills_itself_stops_there_and_its_hooks_run_last_first(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", dies_in_the_middle);
    assert_int_equal(sim_process_on_death(f->process, hook_a, f), FL_OK);
    assert_int_equal(sim_process_on_death(f->process, hook_b, f), FL_OK);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "before@0 hook-b@0 hook-a@0 ");
    assert_int_equal(sim_process_end(f->process, NULL), SIM_END_KILLED);
}

static void exits_7(void *argument)
{
    struct fixture *f = argument;
    struct fl_process_port port = sim_process_ports(f->process).process;
    port.ops->exit(port.self, 7);
    tell(f, "after");
}

static void an_exit_ends_the_process_with_its_status(void **state)
{
    struct fixture *f = *state;
    int status;
    f->process = start(f, "p1", exits_7);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, &status), SIM_END_EXITED);
    assert_int_equal(status, 7);
    assert_string_equal(f->story, "");
}

static void returns(void *argument)
{
    tell(argument, "main");
}

static void the_return_of_main_ends_the_process(void **state)
{
    struct fixture *f = *state;
    int status = -1;
    f->process = start(f, "p1", returns);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, &status), SIM_END_EXITED);
    assert_int_equal(status, 0);
}

static void ticks_every_10(void *argument)
{
    struct fixture *f = argument;
    for (int64_t at_us = 10; at_us <= 50; at_us += 10) {
        sim_sleep_until(f->world, at_us, "the next tick");
        tell(f, "tick");
    }
}

static void a_paused_process_catches_up_when_the_pause_is_over(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", ticks_every_10);
    play(f, 15);
    sim_process_pause(f->process, 35);
    assert_true(sim_process_paused(f->process));
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "tick@10 tick@35 tick@35 tick@40 tick@50 ");
}

static void a_process_paused_while_it_was_ready_does_not_run(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", returns);
    sim_process_pause(f->process, 100);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "main@100 ");
}

static void a_paused_process_can_be_killed(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", returns);
    sim_process_pause(f->process, 100);
    play(f, 50);
    sim_process_kill(f->process, SIM_END_KILLED);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    assert_int_equal(sim_world_now_us(f->world), 50);
    assert_string_equal(f->story, "");
}

static void pauses_itself(void *argument)
{
    struct fixture *f = argument;
    tell(f, "before");
    sim_process_pause(f->process, 100);
    tell(f, "after");
}

static void a_process_can_be_paused_from_within(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", pauses_itself);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "before@0 after@100 ");
}

static void sleeps_for_ever(void *argument)
{
    struct fixture *f = argument;
    sim_sleep_until(f->world, FL_NEVER_US, "nothing");
}

static void pids_exist_on_their_own_host_while_the_process_lives(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", sleeps_for_ever);
    f->other = start(f, "p2", sleeps_for_ever);
    struct fl_process_port port = sim_process_ports(f->process).process;
    assert_true(port.ops->pid_exists(port.self, sim_process_pid(f->process)));
    assert_false(port.ops->pid_exists(port.self, sim_process_pid(f->other)));
    int64_t former_pid = sim_process_pid(f->process);
    sim_process_kill(f->process, SIM_END_KILLED);
    f->process = start(f, "p1", sleeps_for_ever);
    port = sim_process_ports(f->process).process;
    assert_false(port.ops->pid_exists(port.self, former_pid));
}

static void a_clock_jump_moves_the_wall_clock_and_outlives_the_process(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", sleeps_for_ever);
    f->other = start(f, "p2", sleeps_for_ever);
    struct fl_clock mine = sim_process_ports(f->process).clock;
    struct fl_clock others = sim_process_ports(f->other).clock;
    int64_t mono_us = fl_clock_mono_us(mine);
    sim_process_clock_jump(f->process, 3600);
    assert_int_equal(fl_clock_wall_us(mine), fl_clock_wall_us(others) + 3600);
    assert_int_equal(fl_clock_mono_us(mine), mono_us);
    sim_process_kill(f->process, SIM_END_KILLED);
    f->process = start(f, "p1", sleeps_for_ever);
    mine = sim_process_ports(f->process).clock;
    assert_int_equal(fl_clock_wall_us(mine), fl_clock_wall_us(others) + 3600);
}

static void allocates_too_much(void *argument)
{
    struct fixture *f = argument;
    void *volatile much = malloc(100000);
    sim_sleep_until(f->world, 10, "with too much memory");
    free(much);
    tell(f, "after");
}

static void a_process_over_its_memory_limit_is_killed_for_it(void **state)
{
    struct fixture *f = *state;
    const struct sim_process_options options = {
        .name = "p1", .memory_max = 70000, .main = allocates_too_much, .argument = f};
    assert_int_equal(sim_process_start(f->world, &options, &f->process), FL_OK);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, NULL), SIM_END_OOMKILLED);
    assert_string_equal(f->story, "");
}

/* --- tasks and monitors --- */

static void sleeps_10_by_its_port(void *argument)
{
    struct fixture *f = argument;
    fl_task_sleep_until(f->ports.tasks, fl_clock_mono_us(f->ports.clock) + 10);
    tell(f, "task");
}

static void joins_a_task(void *argument)
{
    struct fixture *f = argument;
    struct fl_task *task;
    f->ports = sim_process_ports(f->process);
    enum fl_error err = fl_task_spawn(f->ports.tasks, "task", sleeps_10_by_its_port, f, &task);
    if (!err) err = fl_task_join(f->ports.tasks, task, fl_clock_mono_us(f->ports.clock) + 5);
    tell(f, fl_error_name(err));
    err = fl_task_join(f->ports.tasks, task, FL_NEVER_US);
    tell(f, fl_error_name(err));
}

static void a_join_times_out_or_sees_the_end(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", joins_a_task);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "FL_ETIMEDOUT@5 task@10 FL_OK@10 ");
}

static void consumer(void *argument)
{
    struct fixture *f = argument;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    while (f->count == 0) {
        (void)fl_monitor_wait(f->ports.tasks, f->monitor, FL_NEVER_US);
    }
    f->count--;
    fl_monitor_leave(f->ports.tasks, f->monitor);
    tell(f, "consumed");
}

static void producer(void *argument)
{
    struct fixture *f = argument;
    struct fl_task *task;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    if (fl_task_spawn(f->ports.tasks, "consumer", consumer, f, &task)) return;
    fl_task_sleep_until(f->ports.tasks, fl_clock_mono_us(f->ports.clock) + 10);
    fl_monitor_enter(f->ports.tasks, f->monitor);
    f->count = 1;
    fl_monitor_wake_all(f->ports.tasks, f->monitor);
    fl_monitor_leave(f->ports.tasks, f->monitor);
    if (fl_task_join(f->ports.tasks, task, FL_NEVER_US)) return;
    fl_monitor_free(f->ports.tasks, f->monitor);
}

static void a_monitor_hands_over_between_tasks(void **state)
{
    struct fixture *f = *state;
    f->process = start(f, "p1", producer);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "consumed@10 ");
}

static void checks_errno(void *argument)
{
    struct fixture *f = argument;
    int mine = ++f->count;
    errno = mine;
    sim_sleep_until(f->world, 10, "the other to set its errno");
    tell(f, errno == mine ? "kept" : "lost");
}

static void errno_belongs_to_each_fiber(void **state)
{
    struct fixture *f = *state;
    spawn(f, "a", checks_errno);
    spawn(f, "b", checks_errno);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "kept@10 kept@10 ");
}

/* --- rules whose breach is a panic --- */

static void draws_inside_a_monitor(void *argument)
{
    struct fixture *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_random_below(f->ports.random, "jitter", 10);
}

static void sleeps_inside_a_monitor(void *argument)
{
    struct fixture *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_task_sleep_until(f->ports.tasks, FL_NEVER_US);
}

static void enters_a_monitor_twice(void *argument)
{
    struct fixture *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_monitor_enter(f->ports.tasks, f->monitor);
}

static void leaves_a_monitor_it_is_not_in(void *argument)
{
    struct fixture *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_leave(f->ports.tasks, f->monitor);
}

static struct breach {
    const char *name;
    fl_task_main *main;
    const char *message;
} breaches[] = {
    {"panics: a port inside a monitor", draws_inside_a_monitor,
     "p1/main: \"jitter\" while it holds the monitor \"items\"\n"},
    {"panics: a sleep inside a monitor", sleeps_inside_a_monitor,
     "p1/main: \"sleep\" while it holds the monitor \"items\"\n"},
    {"panics: a monitor entered twice", enters_a_monitor_twice,
     "p1/main enters the monitor \"items\", which p1/main holds\n"},
    {"panics: a monitor left from outside", leaves_a_monitor_it_is_not_in,
     "p1/main leaves the monitor \"items\" without holding it\n"},
};

static _Noreturn void breach_in_child(const struct breach *breach, int standard_error)
{
    struct fixture f = {0};
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(standard_error, STDERR_FILENO);
    signal(SIGABRT, SIG_DFL);
    open_world(&f, SIM_BACKEND_DEFAULT);
    f.process = start(&f, "p1", breach->main);
    play(&f, FL_NEVER_US);
    _exit(0);
}

static void breach_row(void **state)
{
    const struct breach *row = *state;
    int channel[2], status;
    char said[512] = {0};
    assert_int_equal(pipe(channel), 0);
    pid_t child = fork();
    if (child == 0) breach_in_child(row, channel[1]);
    close(channel[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(read(channel[0], said, sizeof(said) - 1) > 0);
    close(channel[0]);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, row->message));
}

/* --- one story on both backends --- */

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
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup_teardown(timers_fire_in_order_of_time, setup, teardown),
        cmocka_unit_test_setup_teardown(time_stands_at_the_bound_when_the_next_timer_is_later,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_fold_moves_time_and_timers_but_not_the_monotonic_clock,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_ends_by_a_wake_or_at_its_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_process_that_kills_itself_stops_there_and_its_hooks_run_last_first, setup, teardown),
        cmocka_unit_test_setup_teardown(an_exit_ends_the_process_with_its_status, setup, teardown),
        cmocka_unit_test_setup_teardown(the_return_of_main_ends_the_process, setup, teardown),
        cmocka_unit_test_setup_teardown(a_paused_process_catches_up_when_the_pause_is_over, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_process_can_be_paused_from_within, setup, teardown),
        cmocka_unit_test_setup_teardown(a_process_paused_while_it_was_ready_does_not_run, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_paused_process_can_be_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(pids_exist_on_their_own_host_while_the_process_lives, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_clock_jump_moves_the_wall_clock_and_outlives_the_process,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_process_over_its_memory_limit_is_killed_for_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_join_times_out_or_sees_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_monitor_hands_over_between_tasks, setup, teardown),
        cmocka_unit_test_setup_teardown(errno_belongs_to_each_fiber, setup, teardown),
        cmocka_unit_test(a_run_has_one_hash_on_both_backends),
        cmocka_unit_test(two_hundred_worlds_share_their_stacks),
    };
    struct CMUnitTest tests[FL_COUNT(plain) + FL_COUNT(breaches)];
    memcpy(tests, plain, sizeof(plain));
    for (size_t i = 0; i < FL_COUNT(breaches); i++) {
        tests[FL_COUNT(plain) + i] =
            (struct CMUnitTest){breaches[i].name, breach_row, NULL, NULL, &breaches[i]};
    }
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
