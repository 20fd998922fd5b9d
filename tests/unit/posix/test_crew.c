/* What a supervisor does with its processes, told by a made-up clock and made-up children. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/crew.h"

enum { SECOND_US = 1000 * 1000, SIGNALS_MAX = 64 };

struct fixture {
    struct fl_crew crew;
    int64_t now_us;
    int next_pid, starts;
    bool refuses;
    size_t last_place;
    struct {
        int pid, number;
    } sent[SIGNALS_MAX];
    int sent_count;
    int64_t rss_kib;
};

static int start_one(void *self, size_t place)
{
    struct fixture *f = self;
    if (f->refuses) return 0;
    f->starts++;
    f->last_place = place;
    return ++f->next_pid;
}

static void send_one(void *self, int pid, int number)
{
    struct fixture *f = self;
    fl_assert(f->sent_count < SIGNALS_MAX);
    f->sent[f->sent_count].pid = pid;
    f->sent[f->sent_count++].number = number;
}

static int64_t rss_of(void *self, int pid)
{
    const struct fixture *f = self;
    return pid == 1 ? f->rss_kib : 0;
}

static void say(void *self, const char *text)
{
    (void)self;
    (void)text;
}

static const struct fl_crew_ops ops = {start_one, send_one, rss_of, say};

/* Two places; their processes, 1 and 2, are ready. */
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    f->now_us = 1000 * (int64_t)SECOND_US;
    f->crew = (struct fl_crew){
        .ops = &ops, .self = f, .count = 2, .grace_us = 30 * SECOND_US, .memory_max_kib = 1000};
    fl_crew_tick(&f->crew, f->now_us);
    fl_crew_ready(&f->crew, 1, f->now_us);
    fl_crew_ready(&f->crew, 2, f->now_us);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void after(struct fixture *f, int64_t seconds)
{
    f->now_us += seconds * SECOND_US;
    fl_crew_tick(&f->crew, f->now_us);
}

static void exits(struct fixture *f, int pid, int status)
{
    fl_crew_exited(&f->crew, pid, status, f->now_us);
    fl_crew_tick(&f->crew, f->now_us);
}

static void ready(struct fixture *f, int pid)
{
    fl_crew_ready(&f->crew, pid, f->now_us);
    fl_crew_tick(&f->crew, f->now_us);
}

static bool was_sent(const struct fixture *f, int pid, int number)
{
    for (int i = 0; i < f->sent_count; i++)
        if (f->sent[i].pid == pid && f->sent[i].number == number) return true;
    return false;
}

static void a_dead_one_is_started_again_after_longer_and_longer_waits(void **state)
{
    struct fixture *f = *state;
    int wait_s = 1;
    for (int pid = 1, next = 3; next < 12; pid = next++) {
        exits(f, pid, 128 + SIGKILL);
        assert_int_equal(f->starts, next - 1);
        assert_int_equal(fl_crew_due_us(&f->crew, f->now_us) - f->now_us <= wait_s * SECOND_US, 1);
        after(f, wait_s - 1);
        assert_int_equal(f->starts, next - 1);
        after(f, 1);
        assert_int_equal(f->starts, next);
        assert_int_equal(f->last_place, 0);
        wait_s = wait_s < 32 ? 2 * wait_s : 60;
    }
}

static void one_that_has_lived_for_a_minute_is_started_again_after_a_second(void **state)
{
    struct fixture *f = *state;
    exits(f, 1, 1);
    after(f, 1);
    exits(f, 3, 1);
    after(f, 2);
    ready(f, 4);
    after(f, 60);
    exits(f, 4, 1);
    after(f, 1);
    assert_int_equal(f->starts, 5);
}

static void
all_are_replaced_one_at_a_time_and_none_retires_before_its_successor_is_ready(void **state)
{
    struct fixture *f = *state;
    fl_crew_roll(&f->crew);
    after(f, 0);
    assert_int_equal(f->starts, 3);
    after(f, 10);
    assert_int_equal(f->starts, 3);
    assert_int_equal(f->sent_count, 0);
    ready(f, 3);
    assert_true(was_sent(f, 1, SIGUSR2));
    assert_int_equal(f->starts, 4); /* the next, although the first still finishes its jobs */
    assert_int_equal(fl_crew_ready_count(&f->crew), 2);
    ready(f, 4);
    assert_true(was_sent(f, 2, SIGUSR2));
    exits(f, 1, 0);
    exits(f, 2, 0);
    after(f, 100);
    assert_int_equal(f->starts, 4);
    assert_int_equal(f->sent_count, 2);
}

static void who_dies_while_its_successor_starts_is_succeeded_all_the_same(void **state)
{
    struct fixture *f = *state;
    fl_crew_roll(&f->crew);
    after(f, 0);
    exits(f, 1, 128 + SIGSEGV);
    ready(f, 3);
    assert_int_equal(f->starts, 4); /* of the other place */
    assert_int_equal(f->sent_count, 0);
    assert_int_equal(f->last_place, 1);
}

static void
successors_that_die_three_times_end_the_rolling_restart_and_the_old_ones_work_on(void **state)
{
    struct fixture *f = *state;
    fl_crew_roll(&f->crew);
    after(f, 0);
    for (int pid = 3; pid < 6; pid++) {
        exits(f, pid, 1);
        after(f, FL_CREW_BACKOFF_MAX_S);
        fl_crew_heard(&f->crew, 1, f->now_us);
        fl_crew_heard(&f->crew, 2, f->now_us);
    }
    after(f, FL_CREW_BACKOFF_MAX_S);
    assert_int_equal(f->starts, 5);
    assert_int_equal(f->sent_count, 0);
    assert_int_equal(fl_crew_ready_count(&f->crew), 2);
}

static void one_that_has_grown_too_large_is_replaced(void **state)
{
    struct fixture *f = *state;
    f->rss_kib = 1000;
    after(f, FL_CREW_LOOK_S);
    assert_int_equal(f->starts, 2);
    f->rss_kib = 1001;
    after(f, FL_CREW_LOOK_S);
    assert_int_equal(f->starts, 3);
    assert_int_equal(f->last_place, 0);
    ready(f, 3);
    assert_true(was_sent(f, 1, SIGUSR2));
    after(f, FL_CREW_LOOK_S);
    assert_int_equal(f->starts, 3);
}

static void one_that_gives_no_sign_of_life_is_killed(void **state)
{
    struct fixture *f = *state;
    after(f, FL_CREW_SILENCE_S - 1);
    fl_crew_heard(&f->crew, 2, f->now_us);
    after(f, FL_CREW_LOOK_S);
    assert_int_equal(f->sent_count, 1);
    assert_true(was_sent(f, 1, SIGKILL));
    exits(f, 1, 128 + SIGKILL);
    after(f, 1);
    assert_int_equal(f->starts, 3);
}

static void a_stop_reaches_all_and_kills_who_has_not_ended_in_time(void **state)
{
    struct fixture *f = *state;
    fl_crew_roll(&f->crew);
    after(f, 0);
    ready(f, 3); /* 1 retires, 4 is to succeed 2 */
    f->sent_count = 0;
    fl_crew_stop(&f->crew, f->now_us);
    fl_crew_stop(&f->crew, f->now_us);
    assert_int_equal(f->sent_count, 4);
    for (int pid = 1; pid <= 4; pid++)
        assert_true(was_sent(f, pid, SIGTERM));
    for (int pid = 1; pid <= 3; pid++)
        exits(f, pid, 0);
    assert_false(fl_crew_has_ended(&f->crew));
    after(f, 29);
    assert_int_equal(f->sent_count, 4);
    after(f, 1);
    assert_true(was_sent(f, 4, SIGKILL));
    exits(f, 4, 128 + SIGKILL);
    assert_true(fl_crew_has_ended(&f->crew));
    assert_int_equal(f->crew.status, 128 + SIGKILL);
    assert_int_equal(f->starts, 4);
}

static void a_quiet_crew_starts_nobody(void **state)
{
    struct fixture *f = *state;
    fl_crew_quiet(&f->crew);
    assert_true(was_sent(f, 1, SIGTSTP) && was_sent(f, 2, SIGTSTP));
    exits(f, 1, 1);
    fl_crew_roll(&f->crew);
    after(f, FL_CREW_BACKOFF_MAX_S);
    assert_int_equal(f->starts, 2);
}

static void a_crew_of_which_none_was_ever_ready_ends_with_its_status(void **state)
{
    struct fixture *f = *state;
    f->crew = (struct fl_crew){.ops = &ops, .self = f, .count = 2, .grace_us = 30 * SECOND_US};
    fl_crew_tick(&f->crew, f->now_us); /* 3 and 4 */
    exits(f, 3, 2);
    assert_true(was_sent(f, 4, SIGTERM));
    exits(f, 4, 128 + SIGTERM);
    assert_true(fl_crew_has_ended(&f->crew));
    assert_int_equal(f->crew.status, 2);
}

static void one_that_cannot_be_started_is_tried_again(void **state)
{
    struct fixture *f = *state;
    f->refuses = true;
    exits(f, 1, 1);
    after(f, 1);
    f->refuses = false;
    after(f, 1);
    assert_int_equal(f->starts, 2);
    after(f, 1);
    assert_int_equal(f->starts, 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dead_one_is_started_again_after_longer_and_longer_waits),
        TEST(one_that_has_lived_for_a_minute_is_started_again_after_a_second),
        TEST(all_are_replaced_one_at_a_time_and_none_retires_before_its_successor_is_ready),
        TEST(who_dies_while_its_successor_starts_is_succeeded_all_the_same),
        TEST(successors_that_die_three_times_end_the_rolling_restart_and_the_old_ones_work_on),
        TEST(one_that_has_grown_too_large_is_replaced),
        TEST(one_that_gives_no_sign_of_life_is_killed),
        TEST(a_stop_reaches_all_and_kills_who_has_not_ended_in_time),
        TEST(a_quiet_crew_starts_nobody),
        TEST(a_crew_of_which_none_was_ever_ready_ends_with_its_status),
        TEST(one_that_cannot_be_started_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
