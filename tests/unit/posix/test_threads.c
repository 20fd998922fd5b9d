#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "posix/clock.h"
#include "posix/threads.h"

struct fixture {
    struct fl_threads *threads;
    struct fl_tasks tasks;
    struct fl_monitor *monitor;
    int count; /* guarded by the monitor */
    bool released;
    char role[FL_TASK_ROLE_BYTES], jid[FL_TASK_CONTEXT_BYTES];
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    if (fl_threads_new(&fixture.threads)) return 1;
    fixture.tasks = fl_threads_port(fixture.threads);
    *state = &fixture;
    return fl_monitor_new(fixture.tasks, "test", &fixture.monitor) != FL_OK;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_monitor_free(f->tasks, f->monitor);
    fl_threads_free(f->threads);
    return 0;
}

static int64_t in_us(int64_t us)
{
    return fl_clock_deadline_us(fl_posix_clock(), us);
}

static void add_thousand(void *argument)
{
    struct fixture *f = argument;
    for (int i = 0; i < 1000; i++) {
        fl_monitor_enter(f->tasks, f->monitor);
        f->count++;
        fl_monitor_leave(f->tasks, f->monitor);
    }
}

static void a_monitor_lets_one_task_in_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct fl_task *tasks[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(fl_task_spawn(f->tasks, "adder", add_thousand, f, &tasks[i]), FL_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(fl_task_join(f->tasks, tasks[i], FL_NEVER_US), FL_OK);
    assert_int_equal(f->count, 4000);
}

static void wait_for_release(void *argument)
{
    struct fixture *f = argument;
    fl_monitor_enter(f->tasks, f->monitor);
    while (!f->released)
        (void)fl_monitor_wait(f->tasks, f->monitor, FL_NEVER_US);
    fl_monitor_leave(f->tasks, f->monitor);
}

static void a_join_times_out_and_can_be_repeated(void **state)
{
    struct fixture *f = *state;
    struct fl_task *task;
    assert_int_equal(fl_task_spawn(f->tasks, "waiter", wait_for_release, f, &task), FL_OK);
    assert_int_equal(fl_task_join(f->tasks, task, in_us(1000)), FL_ETIMEDOUT);
    fl_monitor_enter(f->tasks, f->monitor);
    f->released = true;
    fl_monitor_wake_all(f->tasks, f->monitor);
    fl_monitor_leave(f->tasks, f->monitor);
    assert_int_equal(fl_task_join(f->tasks, task, FL_NEVER_US), FL_OK);
}

static void a_wait_ends_at_its_deadline_and_not_before(void **state)
{
    struct fixture *f = *state;
    int64_t deadline_us = in_us(2000);
    enum fl_error err = FL_OK;
    fl_monitor_enter(f->tasks, f->monitor);
    while (err != FL_ETIMEDOUT)
        err = fl_monitor_wait(f->tasks, f->monitor, deadline_us);
    fl_monitor_leave(f->tasks, f->monitor);
    assert_true(fl_clock_mono_us(fl_posix_clock()) >= deadline_us);
}

static void a_sleep_ends_at_its_deadline_and_not_before(void **state)
{
    struct fixture *f = *state;
    int64_t deadline_us = in_us(2000);
    fl_task_sleep_until(f->tasks, deadline_us);
    assert_true(fl_clock_mono_us(fl_posix_clock()) >= deadline_us);
    fl_task_sleep_until(f->tasks, deadline_us - 1000); /* in the past: at once */
}

static void remember_who(void *argument)
{
    struct fixture *f = argument;
    fl_task_set_context(f->tasks, "b4a577edbccf1d805744efa9");
    struct fl_task_name name = fl_threads_current(f->threads);
    snprintf(f->role, sizeof f->role, "%s", name.role);
    snprintf(f->jid, sizeof f->jid, "%s", name.context);
    fl_task_set_context(f->tasks, NULL);
    f->released = fl_threads_current(f->threads).context == NULL;
}

static void a_task_knows_its_role_and_its_job(void **state)
{
    struct fixture *f = *state;
    struct fl_task *task;
    assert_int_equal(fl_task_spawn(f->tasks, "thread-3", remember_who, f, &task), FL_OK);
    assert_int_equal(fl_task_join(f->tasks, task, FL_NEVER_US), FL_OK);
    assert_string_equal(f->role, "thread-3");
    assert_string_equal(f->jid, "b4a577edbccf1d805744efa9");
    assert_true(f->released);
    assert_string_equal(fl_threads_current(f->threads).role, "main");
}

static void tasks_are_bounded(void **state)
{
    struct fixture *f = *state;
    static struct fl_task *tasks[FL_THREADS_MAX];
    struct fl_task *one_more;
    for (int i = 0; i < FL_THREADS_MAX; i++)
        assert_int_equal(fl_task_spawn(f->tasks, "waiter", wait_for_release, f, &tasks[i]), FL_OK);
    assert_int_equal(fl_task_spawn(f->tasks, "waiter", wait_for_release, f, &one_more), FL_EBOUND);
    fl_monitor_enter(f->tasks, f->monitor);
    f->released = true;
    fl_monitor_wake_all(f->tasks, f->monitor);
    fl_monitor_leave(f->tasks, f->monitor);
    for (int i = 0; i < FL_THREADS_MAX; i++)
        assert_int_equal(fl_task_join(f->tasks, tasks[i], FL_NEVER_US), FL_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_monitor_lets_one_task_in_at_a_time),
        TEST(a_join_times_out_and_can_be_repeated),
        TEST(a_wait_ends_at_its_deadline_and_not_before),
        TEST(a_sleep_ends_at_its_deadline_and_not_before),
        TEST(a_task_knows_its_role_and_its_job),
        TEST(tasks_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
