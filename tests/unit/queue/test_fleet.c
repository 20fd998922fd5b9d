#include "rows.h"

#include <string.h>

#include "core/time_text.h"
#include "desk.h"
#include "queue/fleet.h"

#define SEVEN "a:1:x"
#define EIGHT "b:2:y"
#define GONE  "c:3:z"

struct harbour {
    struct desk desk;
    struct fl_fleet fleet;
    struct fl_work work;
};

static void open_harbour(struct harbour *harbour)
{
    struct desk *desk = &harbour->desk;
    *harbour = (struct harbour){0};
    desk_open(desk);
    desk_redis(desk, "SADD processes " SEVEN " " EIGHT " " GONE);
    desk_redis_value(desk, "HSET " SEVEN " info",
                     "{\"hostname\":\"a\",\"started_at\":1795451000.5,\"pid\":1,\"tag\":\"shop\","
                     "\"concurrency\":5,\"queues\":[\"default\",\"low\"],\"labels\":[],"
                     "\"version\":\"7.3.10\",\"embedded\":false}");
    desk_redis(desk, "HSET " SEVEN " busy 2 beat 1795451420.25 rtt_us 120 quiet false rss 2048");
    desk_redis_value(desk, "HSET " EIGHT " info",
                     "{\"hostname\":\"b\",\"pid\":2,\"queues\":[],\"labels\":[\"x\",\"y\"],"
                     "\"embedded\":true}");
    desk_redis(desk, "HSET " EIGHT " concurrency 12 busy 0 beat 1795451421.0 quiet true");
    desk_redis(desk, "SET dear-leader " EIGHT);
}

static void close_harbour(struct harbour *harbour)
{
    fl_work_release(&harbour->work);
    fl_fleet_release(&harbour->fleet);
    desk_close(&harbour->desk);
}

static void read_fleet(struct harbour *harbour)
{
    assert_int_equal(
        fl_fleet_read(harbour->desk.ports.redis, harbour->desk.ports.clock, &harbour->fleet),
        FL_OK);
}

static void processes_of_every_line_are_read(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    read_fleet(&harbour);
    assert_int_equal(harbour.fleet.count, 3);
    const struct fl_process_view *seven = &harbour.fleet.items[0];
    assert_true(fl_span_is(seven->identity, SEVEN));
    assert_string_equal(seven->hostname, "a");
    assert_string_equal(seven->tag, "shop");
    assert_string_equal(seven->version, "7.3.10");
    assert_string_equal(seven->queues, "default,low");
    assert_string_equal(seven->labels, "");
    assert_int_equal(seven->concurrency, 5);
    assert_int_equal(seven->busy, 2);
    assert_int_equal(seven->started_us, INT64_C(1795451000500000));
    assert_int_equal(seven->beat_us, INT64_C(1795451420250000));
    assert_int_equal(seven->rtt_us, 120);
    assert_int_equal(seven->rss_kib, 2048);
    assert_false(seven->quiet || seven->leads || seven->embedded || seven->silent);
    const struct fl_process_view *eight = &harbour.fleet.items[1];
    assert_int_equal(eight->concurrency, 12);
    assert_string_equal(eight->labels, "x,y");
    assert_true(eight->quiet && eight->leads && eight->embedded && !eight->silent);
    close_harbour(&harbour);
}

static void a_process_whose_heartbeat_has_expired_is_silent(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    read_fleet(&harbour);
    assert_true(harbour.fleet.items[2].silent);
    assert_string_equal(harbour.fleet.items[2].hostname, "");
    close_harbour(&harbour);
}

static void odd_processes_do_not_stop_the_reader(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    desk_redis(&harbour.desk, "HSET " GONE " info what? busy many beat soon");
    desk_redis(&harbour.desk, "HSET " SEVEN " info [1]");
    read_fleet(&harbour);
    assert_false(harbour.fleet.items[2].silent);
    assert_int_equal(harbour.fleet.items[2].busy, 0);
    assert_int_equal(harbour.fleet.items[2].beat_us, 0);
    assert_string_equal(harbour.fleet.items[0].hostname, "");
    close_harbour(&harbour);
}

static void read_all_work(struct harbour *harbour)
{
    read_fleet(harbour);
    assert_int_equal(fl_work_read(harbour->desk.ports.redis, harbour->desk.ports.clock,
                                  &harbour->fleet, &harbour->work),
                     FL_OK);
}

static void work_is_told_the_longest_running_first(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    desk_redis_value(
        &harbour.desk, "HSET " SEVEN ":work t1",
        "{\"queue\":\"low\",\"payload\":\"{\\\"class\\\":\\\"W\\\",\\\"jid\\\":\\\"j\\\","
        "\\\"args\\\":[1,\\\"a\\\"]}\",\"run_at\":1795451400}");
    desk_redis_value(&harbour.desk, "HSET " EIGHT ":workers t2",
                     "{\"queue\":\"old\",\"payload\":{\"class\":\"Wrapper\",\"wrapped\":\"Mail\","
                     "\"jid\":\"k\",\"args\":[]},\"run_at\":1795451300}");
    desk_redis(&harbour.desk, "HSET " EIGHT ":work t3 what?");
    read_all_work(&harbour);
    assert_int_equal(harbour.work.count, 3);
    const struct fl_work_view *work = harbour.work.items;
    assert_true(fl_span_is(work[0].tid, "t3"));
    assert_string_equal(work[0].jid, "");
    assert_true(fl_span_is(work[1].identity, EIGHT));
    assert_string_equal(work[1].worker, "Mail");
    assert_string_equal(work[2].worker, "W");
    assert_string_equal(work[2].queue, "low");
    assert_string_equal(work[2].jid, "j");
    assert_string_equal(work[2].args, "[1,\"a\"]");
    assert_int_equal(work[2].run_at_us, INT64_C(1795451400000000));
    close_harbour(&harbour);
}

static void nobody_works(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    desk_redis(&harbour.desk, "DEL processes");
    read_all_work(&harbour);
    assert_int_equal(harbour.fleet.count, 0);
    assert_int_equal(harbour.work.count, 0);
    close_harbour(&harbour);
}

static void an_order_waits_a_minute_for_its_process(void **state)
{
    struct harbour harbour;
    (void)state;
    open_harbour(&harbour);
    struct desk *desk = &harbour.desk;
    assert_int_equal(
        fl_fleet_order(desk->ports.redis, desk->ports.clock, FL_SPAN(SEVEN), FL_ORDER_QUIET),
        FL_OK);
    assert_string_equal(desk->sent.bytes,
                        "MULTI\nLPUSH " SEVEN "-signals TSTP\nEXPIRE " SEVEN "-signals 60\nEXEC\n");
    assert_int_equal(
        fl_fleet_order(desk->ports.redis, desk->ports.clock, FL_SPAN(SEVEN), FL_ORDER_STOP), FL_OK);
    assert_int_equal(
        fl_fleet_order(desk->ports.redis, desk->ports.clock, FL_SPAN(SEVEN), FL_ORDER_DUMP), FL_OK);
    assert_non_null(strstr(desk->sent.bytes, "-signals TERM"));
    assert_non_null(strstr(desk->sent.bytes, "-signals TTIN"));
    close_harbour(&harbour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_of_every_line_are_read),
        cmocka_unit_test(a_process_whose_heartbeat_has_expired_is_silent),
        cmocka_unit_test(odd_processes_do_not_stop_the_reader),
        cmocka_unit_test(work_is_told_the_longest_running_first),
        cmocka_unit_test(nobody_works),
        cmocka_unit_test(an_order_waits_a_minute_for_its_process),
    };
    return cmocka_run_group_tests_name("fleet", tests, NULL, NULL);
}
