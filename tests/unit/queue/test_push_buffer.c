/* Pushes while Redis is away: what waits, in which order it is made up for, what is dropped. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/push_buffer.h"

struct fixture {
    struct desk desk;
    struct fl_push_buffer buffer;
    bool is_away;
};

static void be_away(struct desk *desk)
{
    const struct fixture *f = desk->context;
    if (f->is_away) desk_fail(desk, DESK_REFUSED, -1);
}

static void open_buffer(struct fixture *f, size_t jobs_max, enum fl_push_full full)
{
    desk_open(&f->desk);
    f->desk.context = f;
    f->desk.before_exchange = be_away;
    const struct fl_ports *ports = &f->desk.ports;
    const struct fl_client client = {ports->clock, ports->random, ports->redis, FL_WIRE_7};
    assert_int_equal(fl_push_buffer_init(&f->buffer, &client, ports, jobs_max, full), FL_OK);
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_buffer(*state, 3, FL_PUSH_FULL_REFUSE);
    return 0;
}

static int setup_dropping(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    open_buffer(*state, 3, FL_PUSH_FULL_DROP_OLDEST);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_push_buffer_release(&f->buffer);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static enum fl_error push(struct fixture *f, const char *jid)
{
    const struct fl_client_job job = {.worker = "W", .args = FL_SPAN("[]"), .jid = jid};
    return fl_push_buffered(&f->buffer, &job);
}

/* The jids in the queue, the first to be taken first. */
static void expect_queue(struct fixture *f, const char *want)
{
    char jids[64] = "";
    const struct fake_redis_key *queue =
        fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default"));
    size_t count = queue ? fake_redis_length(queue) : 0;
    for (size_t i = 0; i < count; i++) {
        struct fl_span job;
        assert_true(fake_redis_list_at(queue, (uint32_t)(count - 1 - i), &job));
        const char *jid = memmem(job.bytes, job.length, "\"jid\":\"", 7);
        assert_non_null(jid);
        jids[i] = jid[7];
    }
    assert_string_equal(jids, want);
}

static void while_redis_is_there_nothing_waits(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(push(f, "a"), FL_OK);
    expect_queue(f, "a");
    assert_int_equal(fl_push_buffer_counts(&f->buffer).kept, 0);
}

static void what_waited_comes_before_the_next_in_its_order(void **state)
{
    struct fixture *f = *state;
    f->is_away = true;
    assert_int_equal(push(f, "a"), FL_OK);
    assert_int_equal(push(f, "b"), FL_OK);
    expect_queue(f, "");
    f->is_away = false;
    assert_int_equal(push(f, "c"), FL_OK);
    expect_queue(f, "abc");
    struct fl_push_buffer_counts counts = fl_push_buffer_counts(&f->buffer);
    assert_int_equal(counts.kept, 2);
    assert_int_equal(counts.made_up, 2);
    assert_int_equal(counts.waiting, 0);
    assert_non_null(strstr(f->desk.log.bytes, "made up for 2 pushes"));
}

static void an_outage_in_the_middle_loses_and_turns_round_nothing(void **state)
{
    struct fixture *f = *state;
    f->is_away = true;
    assert_int_equal(push(f, "a"), FL_OK);
    assert_int_equal(push(f, "b"), FL_OK);
    f->is_away = false;
    desk_fail(&f->desk, DESK_REFUSED, 1);
    assert_int_equal(fl_push_buffer_drain(&f->buffer), FL_ECONNECT);
    expect_queue(f, "a");
    assert_int_equal(push(f, "c"), FL_OK);
    expect_queue(f, "abc");
}

static void after_a_lost_answer_it_is_pushed_again_under_its_jid(void **state)
{
    struct fixture *f = *state;
    desk_fail(&f->desk, DESK_LOST, 0);
    assert_int_equal(push(f, "a"), FL_OK);
    assert_int_equal(fl_push_buffer_drain(&f->buffer), FL_OK);
    expect_queue(f, "aa");
}

static void a_full_buffer_refuses_the_next_and_counts_it(void **state)
{
    struct fixture *f = *state;
    f->is_away = true;
    assert_int_equal(push(f, "a"), FL_OK);
    assert_int_equal(push(f, "b"), FL_OK);
    assert_int_equal(push(f, "c"), FL_OK);
    assert_int_equal(push(f, "d"), FL_ECONNECT);
    f->is_away = false;
    assert_int_equal(fl_push_buffer_drain(&f->buffer), FL_OK);
    expect_queue(f, "abc");
    assert_int_equal(fl_push_buffer_counts(&f->buffer).refused, 1);
}

static void or_drops_the_oldest_counts_it_and_says_which(void **state)
{
    struct fixture *f = *state;
    f->is_away = true;
    assert_int_equal(push(f, "a"), FL_OK);
    assert_int_equal(push(f, "b"), FL_OK);
    assert_int_equal(push(f, "c"), FL_OK);
    assert_int_equal(push(f, "d"), FL_OK);
    f->is_away = false;
    assert_int_equal(fl_push_buffer_drain(&f->buffer), FL_OK);
    expect_queue(f, "bcd");
    assert_int_equal(fl_push_buffer_counts(&f->buffer).dropped, 1);
    assert_non_null(strstr(f->desk.log.bytes, "is dropped: {"));
    assert_non_null(strstr(f->desk.log.bytes, "\"jid\":\"a\""));
}

static void a_job_for_later_keeps_its_time(void **state)
{
    struct fixture *f = *state;
    const struct fl_client_job job = {
        .worker = "W", .args = FL_SPAN("[]"), .jid = "a", .at_us = DESK_START_US + 60000000};
    f->is_away = true;
    assert_int_equal(fl_push_buffered(&f->buffer, &job), FL_OK);
    f->is_away = false;
    assert_int_equal(fl_push_buffer_drain(&f->buffer), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes, "ZADD schedule 1795451488.120701 {"));
    expect_queue(f, "");
}

static void what_redis_refuses_is_told_and_not_kept(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "SET queue:default no-list");
    assert_int_equal(push(f, "a"), FL_EREPLY);
    assert_int_equal(fl_push_buffer_counts(&f->buffer).kept, 0);
}

static void what_waits_and_is_refused_does_not_hold_up_the_next(void **state)
{
    struct fixture *f = *state;
    const struct fl_client_job stuck = {
        .worker = "W", .args = FL_SPAN("[]"), .jid = "x", .queue = "odd"};
    f->is_away = true;
    assert_int_equal(fl_push_buffered(&f->buffer, &stuck), FL_OK);
    f->is_away = false;
    desk_redis(&f->desk, "SET queue:odd no-list");
    assert_int_equal(push(f, "a"), FL_OK);
    expect_queue(f, "a");
    assert_int_equal(fl_push_buffer_counts(&f->buffer).waiting, 1);
}

static void a_job_with_a_lock_is_never_kept(void **state)
{
    struct fixture *f = *state;
    const struct fl_client_job job = {
        .worker = "W", .args = FL_SPAN("[]"), .lock = FL_LOCK_UNTIL_EXECUTED};
    f->is_away = true;
    assert_int_equal(fl_push_buffered(&f->buffer, &job), FL_ECONNECT);
    assert_int_equal(fl_push_buffer_counts(&f->buffer).kept, 0);
}

static void what_is_not_well_formed_is_refused_at_once(void **state)
{
    struct fixture *f = *state;
    const struct fl_client_job job = {.worker = "W", .args = FL_SPAN("[NaN]")};
    f->is_away = true;
    assert_int_equal(fl_push_buffered(&f->buffer, &job), FL_EINVAL);
    assert_int_equal(f->desk.exchanges, 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(while_redis_is_there_nothing_waits),
        WITH(what_waited_comes_before_the_next_in_its_order),
        WITH(an_outage_in_the_middle_loses_and_turns_round_nothing),
        WITH(after_a_lost_answer_it_is_pushed_again_under_its_jid),
        WITH(a_full_buffer_refuses_the_next_and_counts_it),
        cmocka_unit_test_setup_teardown(or_drops_the_oldest_counts_it_and_says_which,
                                        setup_dropping, teardown),
        WITH(a_job_for_later_keeps_its_time),
        WITH(what_redis_refuses_is_told_and_not_kept),
        WITH(what_waits_and_is_refused_does_not_hold_up_the_next),
        WITH(a_job_with_a_lock_is_never_kept),
        WITH(what_is_not_well_formed_is_refused_at_once),
    };
    return cmocka_run_group_tests_name("push buffer", tests, NULL, NULL);
}
