/* What the world promises: order, time, monitors; and which breaches of its rules are a panic. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "tests/unit/world/told_world.h"

/* --- time and order --- */

static void sleeps_30_then_10(void *argument)
{
    struct told_world *f = argument;
    sim_sleep_until(f->world, 30, "first");
    tell(f, "a");
    sim_sleep_until(f->world, 40, "second");
    tell(f, "a");
}

static void sleeps_20(void *argument)
{
    struct told_world *f = argument;
    sim_sleep_until(f->world, 20, "once");
    tell(f, "b");
}

static void timers_fire_in_order_of_time(void **state)
{
    struct told_world *f = *state;
    spawn(f, "a", sleeps_30_then_10);
    spawn(f, "b", sleeps_20);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    assert_string_equal(f->story, "b@20 a@30 a@40 ");
}

static void time_stands_at_the_bound_when_the_next_timer_is_later(void **state)
{
    struct told_world *f = *state;
    spawn(f, "b", sleeps_20);
    assert_int_equal(play(f, 15), SIM_STEP_LATER);
    assert_int_equal(sim_world_now_us(f->world), 15);
    assert_int_equal(sim_world_next_us(f->world), 20);
}

static void a_fold_moves_time_and_timers_but_not_the_monotonic_clock(void **state)
{
    struct told_world *f = *state;
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
    struct told_world *f = argument;
    enum fl_error err = sim_wait(f->world, &f->waiters, 50, "a wake");
    tell(f, err == FL_OK ? "woken" : "late");
}

static void wakes_at_20(void *argument)
{
    struct told_world *f = argument;
    sim_sleep_until(f->world, 20, "to wake");
    sim_wake_all(f->world, &f->waiters);
}

static void a_wait_ends_by_a_wake_or_at_its_deadline(void **state)
{
    struct told_world *f = *state;
    spawn(f, "waiter", waits_for_a_wake_until_50);
    assert_int_equal(play(f, 10), SIM_STEP_LATER);
    assert_string_equal(sim_fiber_waiting_for(sim_fiber_next(f->world, NULL, NULL)), "a wake");
    spawn(f, "waker", wakes_at_20);
    play(f, FL_NEVER_US);
    spawn(f, "waiter", waits_for_a_wake_until_50);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "woken@20 late@50 ");
}

static void a_deadline_can_be_put_off_and_put_back(void **state)
{
    struct told_world *f = *state;
    spawn(f, "waiter", waits_for_a_wake_until_50);
    play(f, 10);
    sim_wait_until(f->world, &f->waiters, FL_NEVER_US);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    sim_wait_until(f->world, &f->waiters, 70);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "late@70 ");
}

static void passes_to_10_and_20(void *argument)
{
    struct told_world *f = argument;
    tell(f, sim_world_pass(f->world, 10, "a reply") ? "alone" : "not alone");
    tell(f, sim_world_pass(f->world, 20, "a reply") ? "alone" : "not alone");
}

static void time_passes_without_a_step_for_who_is_alone(void **state)
{
    struct told_world *f = *state;
    spawn(f, "b", sleeps_20);
    play(f, 0);
    sim_world_let_pass(f->world, FL_NEVER_US - 1);
    spawn(f, "a", passes_to_10_and_20);
    assert_int_equal(sim_world_step(f->world, FL_NEVER_US), SIM_STEP_RAN);
    assert_string_equal(f->story, "alone@10 not alone@10 "); /* at 20 there is a choice */
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "alone@10 not alone@10 b@20 ");
}

static void time_passes_alone_only_where_it_is_let(void **state)
{
    struct told_world *f = *state;
    spawn(f, "a", passes_to_10_and_20);
    play(f, FL_NEVER_US);
    sim_world_let_pass(f->world, 15);
    spawn(f, "a", passes_to_10_and_20);
    play(f, FL_NEVER_US);
    sim_world_let_pass(f->world, FL_NEVER_US - 1);
    spawn(f, "a", passes_to_10_and_20);
    spawn(f, "a", passes_to_10_and_20); /* the second finds nobody ready any more */
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "not alone@0 not alone@0 alone@10 not alone@10 "
                                  "not alone@10 not alone@10 not alone@10 alone@20 ");
}

/* --- tasks and monitors --- */

static void sleeps_10_by_its_port(void *argument)
{
    struct told_world *f = argument;
    fl_task_sleep_until(f->ports.tasks, fl_clock_mono_us(f->ports.clock) + 10);
    tell(f, "task");
}

static void joins_a_task(void *argument)
{
    struct told_world *f = argument;
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
    struct told_world *f = *state;
    f->process = start(f, "p1", joins_a_task);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "FL_ETIMEDOUT@5 task@10 FL_OK@10 ");
}

static void consumer(void *argument)
{
    struct told_world *f = argument;
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
    struct told_world *f = argument;
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
    struct told_world *f = *state;
    f->process = start(f, "p1", producer);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "consumed@10 ");
}

static void checks_errno(void *argument)
{
    struct told_world *f = argument;
    int mine = ++f->count;
    errno = mine;
    sim_sleep_until(f->world, 10, "the other to set its errno");
    tell(f, errno == mine ? "kept" : "lost");
}

static void errno_belongs_to_each_fiber(void **state)
{
    struct told_world *f = *state;
    spawn(f, "a", checks_errno);
    spawn(f, "b", checks_errno);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "kept@10 kept@10 ");
}

/* --- rules whose breach is a panic --- */

static void draws_inside_a_monitor(void *argument)
{
    struct told_world *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_random_below(f->ports.random, "jitter", 10);
}

static void sleeps_inside_a_monitor(void *argument)
{
    struct told_world *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_task_sleep_until(f->ports.tasks, FL_NEVER_US);
}

static void enters_a_monitor_twice(void *argument)
{
    struct told_world *f = argument;
    f->ports = sim_process_ports(f->process);
    if (fl_monitor_new(f->ports.tasks, "items", &f->monitor)) return;
    fl_monitor_enter(f->ports.tasks, f->monitor);
    fl_monitor_enter(f->ports.tasks, f->monitor);
}

static void leaves_a_monitor_it_is_not_in(void *argument)
{
    struct told_world *f = argument;
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
    void *state;
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(standard_error, STDERR_FILENO);
    signal(SIGABRT, SIG_DFL);
    told_world_open(&state);
    struct told_world *f = state;
    f->process = start(f, "p1", breach->main);
    play(f, FL_NEVER_US);
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

int main(void)
{
    const struct CMUnitTest plain[] = {
        WITH_WORLD(timers_fire_in_order_of_time),
        WITH_WORLD(time_stands_at_the_bound_when_the_next_timer_is_later),
        WITH_WORLD(a_fold_moves_time_and_timers_but_not_the_monotonic_clock),
        WITH_WORLD(time_passes_without_a_step_for_who_is_alone),
        WITH_WORLD(time_passes_alone_only_where_it_is_let),
        WITH_WORLD(a_wait_ends_by_a_wake_or_at_its_deadline),
        WITH_WORLD(a_deadline_can_be_put_off_and_put_back),
        WITH_WORLD(a_join_times_out_or_sees_the_end),
        WITH_WORLD(a_monitor_hands_over_between_tasks),
        WITH_WORLD(errno_belongs_to_each_fiber),
    };
    struct CMUnitTest tests[FL_COUNT(plain) + FL_COUNT(breaches)];
    memcpy(tests, plain, sizeof(plain));
    for (size_t i = 0; i < FL_COUNT(breaches); i++) {
        tests[FL_COUNT(plain) + i] =
            (struct CMUnitTest){breaches[i].name, breach_row, NULL, NULL, &breaches[i]};
    }
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
