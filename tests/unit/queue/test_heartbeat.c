#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/heartbeat.h"

struct fixture {
    struct desk desk;
    struct fl_settings settings;
    struct fl_control control;
    struct fl_stats stats;
    struct fl_handoff *handoff;
    struct fl_capsules capsules;
    struct fl_heartbeat beat;
};

static void open_wire(struct fixture *f, enum fl_wire wire)
{
    const char *problem;
    const struct fl_process_options options = {.concurrency = 2, .wire = wire, .tag = "shop"};
    desk_open(&f->desk);
    const struct fl_handoff_options handoff = {
        .tasks = f->desk.ports.tasks, .clock = f->desk.ports.clock, .concurrency = 2};
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&f->control, f->desk.ports.tasks, f->desk.ports.clock), FL_OK);
    assert_int_equal(fl_stats_init(&f->stats, f->desk.ports.tasks), FL_OK);
    assert_int_equal(fl_handoff_new(&handoff, &f->handoff), FL_OK);
    f->capsules = (struct fl_capsules){.settings = &f->settings, .handoffs = {f->handoff}};
    f->beat = (struct fl_heartbeat){.ports = &f->desk.ports,
                                    .settings = &f->settings,
                                    .identity = "host:42:abc",
                                    .capsules = &f->capsules,
                                    .control = &f->control,
                                    .stats = &f->stats};
    assert_int_equal(fl_heartbeat_init(&f->beat, DESK_START_US), FL_OK);
}

static int setup_wire(void **state, enum fl_wire wire)
{
    struct fixture *f = calloc(1, sizeof(*f));
    open_wire(f, wire);
    *state = f;
    return 0;
}

static int setup_6(void **state)
{
    return setup_wire(state, FL_WIRE_6);
}

static int setup_7(void **state)
{
    return setup_wire(state, FL_WIRE_7);
}

static int setup_8(void **state)
{
    return setup_wire(state, FL_WIRE_8);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_heartbeat_release(&f->beat);
    fl_handoff_free(f->handoff);
    fl_stats_release(&f->stats);
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void take_a_job(struct fixture *f)
{
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("{\"class\":\"W\"}"));
    struct fl_done done;
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
    assert_int_equal(fl_handoff_take(f->handoff, 0, &delivery, &done), FL_NEXT_DELIVERY);
}

static void an_idle_beat_of_7(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_string_equal(
        f->desk.sent.bytes,
        "MULTI\nUNLINK host:42:abc:work\nEXEC\nPING\nSMEMBERS paused\n"
        "HSET faultline:fetchers host:42:abc [\"default\"]\n"
        "MULTI\nSADD processes host:42:abc\nEXISTS host:42:abc\n"
        "HSET host:42:abc info {\"hostname\":\"host\",\"started_at\":1795451428.120701,\"pid\":42,"
        "\"tag\":\"shop\",\"concurrency\":2,\"queues\":[\"default\"],\"labels\":[],"
        "\"identity\":\"host:42:abc\",\"weights\":[{\"default\":0}],\"version\":\"7.3.10\","
        "\"embedded\":false} busy 0 beat 1795451428.120701 rtt_us 0 quiet false rss 1234\n"
        "EXPIRE host:42:abc 60\nRPOP host:42:abc-signals\nEXEC\n");
}

static void a_busy_beat_of_7_with_counts(void **state)
{
    struct fixture *f = *state;
    take_a_job(f);
    fl_stats_count(&f->stats, 3, 1);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    const char *want = "INCRBY stat:processed 3\nINCRBY stat:processed:2026-11-23 3\n"
                       "EXPIRE stat:processed:2026-11-23 157680000\n"
                       "INCRBY stat:failed 1\nINCRBY stat:failed:2026-11-23 1\n"
                       "EXPIRE stat:failed:2026-11-23 157680000\n"
                       "MULTI\nUNLINK host:42:abc:work\n"
                       "HSET host:42:abc:work 8ao "
                       "{\"queue\":\"default\",\"payload\":\"{\\\"class\\\":\\\"W\\\"}\","
                       "\"run_at\":1795451428}\nEXPIRE host:42:abc:work 60\nEXEC\nPING\n";
    assert_memory_equal(f->desk.sent.bytes, want, strlen(want));
    fl_handoff_finish(f->handoff, 0);
}

static void a_beat_of_6_counts_even_nothing_inside_its_transaction(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    const char *want = "MULTI\nINCRBY stat:processed 0\nINCRBY stat:processed:2026-11-23 0\n"
                       "EXPIRE stat:processed:2026-11-23 157680000\n"
                       "INCRBY stat:failed 0\nINCRBY stat:failed:2026-11-23 0\n"
                       "EXPIRE stat:failed:2026-11-23 157680000\n"
                       "UNLINK host:42:abc:workers\nEXPIRE host:42:abc:workers 60\nEXEC\nPING\n";
    assert_memory_equal(f->desk.sent.bytes, want, strlen(want));
    assert_non_null(strstr(f->desk.sent.bytes, "\nHMSET host:42:abc info "));
}

static void a_beat_of_8_has_concurrency_beside_the_info(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_non_null(strstr(f->desk.sent.bytes,
                           "\"capsules\":{\"default\":{\"concurrency\":2,\"mode\":\"strict\","
                           "\"weights\":{\"default\":0}}},\"version\":\"8.1.7\","
                           "\"embedded\":false} concurrency 2 busy 0"));
}

static void expect_processed(struct fixture *f, const char *want)
{
    const struct fake_redis_key *key =
        fake_redis_find(f->desk.engine, 0, FL_SPAN("stat:processed"));
    struct fl_span value = {0};
    if (key) assert_true(fake_redis_string(key, &value));
    assert_true(fl_span_is(value, want));
}

static void counts_wait_when_redis_was_not_reached(void **state)
{
    struct fixture *f = *state;
    fl_stats_count(&f->stats, 3, 0);
    desk_fail(&f->desk, DESK_REFUSED, 0);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_ECONNECT);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    expect_processed(f, "3");
}

static void counts_are_not_doubled_when_the_answer_was_lost(void **state)
{
    struct fixture *f = *state;
    fl_stats_count(&f->stats, 3, 0);
    desk_fail(&f->desk, DESK_LOST, 0);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_ELOST);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    expect_processed(f, "3");
}

static void counts_wait_when_redis_refused_them(void **state)
{
    struct fixture *f = *state;
    fl_stats_count(&f->stats, 3, 0);
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_READONLY);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_EREPLY);
    fake_redis_set_states(f->desk.engine, 0);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    expect_processed(f, "3");
}

static void a_beat_renews_the_lease_for_less_than_its_key_lives(void **state)
{
    struct fixture *f = *state;
    assert_false(fl_control_has_lease(&f->control));
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_true(fl_control_has_lease(&f->control));
    fake_clock_advance(&f->desk.clock, INT64_C(31) * 1000000);
    assert_false(fl_control_has_lease(&f->control));
}

static void answer_slowly(struct desk *desk)
{
    fake_clock_advance(&desk->clock, 5 * FL_SECOND_US);
}

/* Three exchanges; the key's time in Redis may have begun when the last was sent. */
static void a_lease_counts_from_the_sending(void **state)
{
    struct fixture *f = *state;
    f->desk.before_exchange = answer_slowly;
    int64_t sent_us = f->desk.clock.mono_us + 10 * FL_SECOND_US;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    f->desk.clock.mono_us = sent_us + FL_LEASE_S * FL_SECOND_US - 1;
    assert_true(fl_control_has_lease(&f->control));
    fake_clock_advance(&f->desk.clock, 1);
    assert_false(fl_control_has_lease(&f->control));
}

static void a_beat_learns_which_queues_are_paused(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "SADD paused default another");
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_int_equal(fl_control_paused(&f->control), 1);
    desk_redis(&f->desk, "DEL paused");
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_int_equal(fl_control_paused(&f->control), 0);
    assert_string_equal(f->desk.log.bytes, "queue default is paused\nqueue default is resumed\n");
}

static void a_beat_that_hears_nothing_of_pauses_is_one_all_the_same(void **state)
{
    struct fixture *f = *state;
    fl_control_pause(&f->control, 1);
    desk_redis(&f->desk, "SET paused no-set");
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_true(fl_control_has_lease(&f->control));
    assert_int_equal(fl_control_paused(&f->control), 1);
}

static void a_beat_that_failed_renews_nothing(void **state)
{
    struct fixture *f = *state;
    desk_fail(&f->desk, DESK_LOST, 2);
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_ELOST);
    assert_false(fl_control_has_lease(&f->control));
}

/* Somebody who took this process for dead has removed its entry. */
static void every_beat_registers_the_private_lists(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    desk_redis(&f->desk, "DEL faultline:fetchers");
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("faultline:fetchers")));
}

static void an_unknown_signal_is_told(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH host:42:abc-signals USR2");
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    assert_non_null(strstr(f->desk.log.bytes, "USR2"));
}

static void leaving_writes_the_last_counts_and_keeps_the_heartbeat_to_expire(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_heartbeat_beat(&f->beat), FL_OK);
    fl_stats_count(&f->stats, 1, 0);
    assert_int_equal(fl_heartbeat_deregister(&f->beat), FL_OK);
    expect_processed(f, "1");
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("processes")));
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("host:42:abc")));
}

#define WITH(wire, test) cmocka_unit_test_setup_teardown(test, setup_##wire, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(7, an_idle_beat_of_7),
        WITH(7, a_busy_beat_of_7_with_counts),
        WITH(6, a_beat_of_6_counts_even_nothing_inside_its_transaction),
        WITH(8, a_beat_of_8_has_concurrency_beside_the_info),
        WITH(7, counts_wait_when_redis_was_not_reached),
        WITH(7, counts_are_not_doubled_when_the_answer_was_lost),
        WITH(7, counts_wait_when_redis_refused_them),
        WITH(6, counts_wait_when_redis_refused_them),
        WITH(7, a_beat_renews_the_lease_for_less_than_its_key_lives),
        WITH(7, a_lease_counts_from_the_sending),
        WITH(7, a_beat_that_failed_renews_nothing),
        WITH(7, a_beat_learns_which_queues_are_paused),
        WITH(7, a_beat_that_hears_nothing_of_pauses_is_one_all_the_same),
        WITH(7, every_beat_registers_the_private_lists),
        WITH(7, an_unknown_signal_is_told),
        WITH(7, leaving_writes_the_last_counts_and_keeps_the_heartbeat_to_expire),
    };
    return cmocka_run_group_tests_name("heartbeat", tests, NULL, NULL);
}
