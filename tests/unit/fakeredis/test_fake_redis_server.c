/* What the server tells about itself where no real one can be compared: on a virtual clock, with
 * DEBUG, and at bounds. */
#include <stdio.h>

#include "fakes/redis/engine/slowlog.h"
#include "redis_fixture.h"

static void counts_calls_failures_and_refusals(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "SET k v");
    (void)say(f->a, "SET k");
    (void)say(f->a, "LPUSH k x");
    (void)say(f->a, "EVAL \"redis.call('GET','k')\" 0");
    (void)say(f->a, "NOSUCH");
    const char *info = say(f->b, "INFO commandstats");
    assert_non_null(strstr(info, "cmdstat_set:calls=1,usec=0,usec_per_call=0.00,rejected_calls=1,"
                                 "failed_calls=0\r\n"));
    assert_non_null(strstr(info, "cmdstat_lpush:calls=1,usec=0,usec_per_call=0.00,"
                                 "rejected_calls=0,failed_calls=1\r\n"));
    assert_non_null(strstr(info, "cmdstat_get:calls=1,"));
    info = say(f->b, "INFO errorstats");
    assert_non_null(strstr(info, "errorstat_ERR:count=2\r\nerrorstat_WRONGTYPE:count=1\r\n"));
    (void)say(f->b, "CONFIG RESETSTAT");
    assert_null(strstr(say(f->b, "INFO commandstats"), "cmdstat_set"));
}

static void counts_only_so_many_kinds_of_errors(void **state)
{
    struct redis_fixture *f = *state;
    f->options.allows_debug = true;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    for (int i = 0; i < 200; i++) {
        char line[64];
        snprintf(line, sizeof(line), "DEBUG ERROR \"CODE%03d text\"", i);
        (void)say(f->a, line);
    }
    const char *info = say(f->a, "INFO errorstats");
    assert_non_null(strstr(info, "errorstat_CODE063:count=1\r\n"));
    assert_null(strstr(info, "errorstat_CODE064"));
    assert_non_null(strstr(say(f->a, "INFO stats"), "total_error_replies:200\r\n"));
}

static void tells_the_time_of_its_own_clock(void **state)
{
    struct redis_fixture *f = *state;
    pass_us(f, INT64_C(90061) * 1000000);
    const char *info = say(f->a, "INFO server");
    assert_non_null(strstr(info, "uptime_in_seconds:90061\r\nuptime_in_days:1\r\n"));
    (void)say(f->a, "BGSAVE");
    assert_string_equal(say(f->a, "LASTSAVE"), ":1700090061\r\n");
}

static void counts_what_has_expired_and_was_evicted(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "MSET a 1 b 2 c 3");
    (void)say(f->a, "PEXPIRE a 10");
    pass_us(f, 11 * 1000);
    assert_true(fake_redis_evict(f->engine, 0, FL_SPAN("b")));
    const char *info = say(f->a, "INFO stats");
    assert_non_null(strstr(info, "expired_keys:1\r\n"));
    assert_non_null(strstr(info, "evicted_keys:1\r\n"));
}

/* ---- SLOWLOG ---- */

static void logs_every_command_when_none_is_too_fast(void **state)
{
    struct redis_fixture *f = *state;
    (void)say(f->a, "CLIENT SETNAME me");
    (void)say(f->a, "CONFIG SET slowlog-log-slower-than 0");
    (void)say(f->a, "SET k v");
    (void)say(f->a, "AUTH default secret");
    assert_string_equal(say(f->a, "SLOWLOG GET 2"),
                        "*2\r\n*6\r\n:2\r\n:1700000000\r\n:0\r\n*3\r\n$4\r\nAUTH\r\n"
                        "$10\r\n(redacted)\r\n$10\r\n(redacted)\r\n$15\r\n127.0.0.1:40001\r\n"
                        "$2\r\nme\r\n"
                        "*6\r\n:1\r\n:1700000000\r\n:0\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"
                        "$15\r\n127.0.0.1:40001\r\n$2\r\nme\r\n");
    (void)say(f->a, "CONFIG SET slowlog-log-slower-than 1");
    (void)say(f->a, "SLOWLOG RESET");
    (void)say(f->a, "SET k v");
    assert_string_equal(say(f->a, "SLOWLOG LEN"), ":0\r\n");
}

static void cuts_long_commands_in_the_log(void **state)
{
    struct redis_fixture *f = *state;
    char line[4096] = "RPUSH l";
    for (int i = 0; i < 40; i++)
        strcat(line, " x");
    (void)say(f->a, "CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 2");
    (void)say(f->a, line);
    const char *log = say(f->a, "SLOWLOG GET 1");
    assert_non_null(strstr(log, "*32\r\n$5\r\nRPUSH\r\n"));
    assert_non_null(strstr(log, "$23\r\n... (11 more arguments)\r\n"));
    snprintf(line, sizeof(line), "SET k %0200d", 0);
    (void)say(f->a, line);
    assert_non_null(strstr(say(f->a, "SLOWLOG GET 1"), "00... (72 more bytes)\r\n"));
    assert_string_equal(say(f->a, "SLOWLOG LEN"), ":2\r\n");
}

/* ---- DEBUG ---- */

static void sleep_on_fake_clock(void *context, int64_t us)
{
    fake_clock_advance(context, us);
}

static void debug_setup(struct redis_fixture *f)
{
    f->options.allows_debug = true;
    f->options.hooks.context = &f->clock;
    f->options.hooks.on_sleep = sleep_on_fake_clock;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
}

static void sleeps_in_virtual_time_and_remembers_it(void **state)
{
    struct redis_fixture *f = *state;
    debug_setup(f);
    (void)say(f->a, "CONFIG SET latency-monitor-threshold 100");
    assert_string_equal(say(f->a, "DEBUG SLEEP 0.05"), "+OK\r\n");
    assert_string_equal(say(f->a, "LATENCY LATEST"), "*0\r\n");
    assert_string_equal(say(f->a, "DEBUG SLEEP 1.5"), "+OK\r\n");
    assert_string_equal(say(f->a, "TIME"), "*2\r\n$10\r\n1700000001\r\n$6\r\n550000\r\n");
    assert_string_equal(say(f->a, "LATENCY LATEST"),
                        "*1\r\n*4\r\n$7\r\ncommand\r\n:1700000001\r\n:1500\r\n:1500\r\n");
    assert_string_equal(say(f->a, "LATENCY HISTORY command"),
                        "*1\r\n*2\r\n:1700000001\r\n:1500\r\n");
    assert_non_null(strstr(say(f->a, "SLOWLOG GET 1"), ":1500000\r\n*3\r\n$5\r\nDEBUG\r\n"));
    assert_string_equal(say(f->a, "LATENCY RESET command"), ":1\r\n");
    assert_string_equal(say(f->a, "LATENCY LATEST"), "*0\r\n");
}

static void keeps_only_so_many_delays(void **state)
{
    struct redis_fixture *f = *state;
    debug_setup(f);
    (void)say(f->a, "CONFIG SET latency-monitor-threshold 1");
    for (int i = 0; i < FAKE_LATENCY_SAMPLES_MAX + 3; i++)
        (void)say(f->a, "DEBUG SLEEP 1");
    const char *history = say(f->a, "LATENCY HISTORY command");
    assert_memory_equal(history, "*160\r\n*2\r\n:1700000004\r\n", 23);
}

static struct debug_case {
    const char *name, *line, *want;
} debugs[] = {
    {"debug: an error of any kind", "DEBUG ERROR \"MY text\"", "-MY text\r\n"},
    {"debug: a double", "DEBUG PROTOCOL double", "$5\r\n3.141\r\n"},
    {"debug: a map", "DEBUG PROTOCOL map", "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n"},
    {"debug: a push", "DEBUG PROTOCOL push", "-ERR RESP2 is not supported by this command\r\n"},
    {"debug: an object that is not there", "DEBUG OBJECT none", "-ERR no such key\r\n"},
    {"debug: a reload", "DEBUG RELOAD NOSAVE", "+OK\r\n"},
    {"debug: a reload of another kind", "DEBUG RELOAD FOO",
     "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n"},
    {"debug: too few arguments", "DEBUG SLEEP",
     "-ERR unknown subcommand or wrong number of arguments for 'SLEEP'. Try DEBUG HELP.\r\n"},
    {"debug: what it does not know", "DEBUG JMAP",
     "-ERR unknown subcommand or wrong number of arguments for 'JMAP'. Try DEBUG HELP.\r\n"},
    {"debug: what the fake has not", "DEBUG DIGEST",
     "-ERR the fake does not implement 'debug DIGEST' yet\r\n"},
    {"debug: keys by the number", "DEBUG POPULATE 3 p 10", "+OK\r\n"},
};

static void debug_row(void **state)
{
    const struct debug_case *row = *state;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .allows_debug = true};
    struct fake_redis *engine = fake_redis_new(&options);
    assert_string_equal(say(fake_redis_open(engine, "a"), row->line), row->want);
    fake_redis_free(engine);
}

static void fills_a_database_for_tests(void **state)
{
    struct redis_fixture *f = *state;
    debug_setup(f);
    (void)say(f->a, "DEBUG POPULATE 3 p 10");
    assert_string_equal(say(f->a, "DBSIZE"), ":3\r\n");
    assert_string_equal(say(f->a, "STRLEN p:2"), ":10\r\n");
    assert_string_equal(say(f->a, "GETRANGE p:2 0 6"), "$7\r\nvalue:2\r\n");
}

static void leaves_the_dead_to_those_who_look(void **state)
{
    struct redis_fixture *f = *state;
    debug_setup(f);
    (void)say(f->a, "SET k v PX 10");
    (void)say(f->a, "DEBUG SET-ACTIVE-EXPIRE 0");
    pass_us(f, 20 * 1000);
    assert_string_equal(say(f->a, "DBSIZE"), ":1\r\n");
    assert_string_equal(say(f->a, "GET k"), "$-1\r\n");
    assert_string_equal(say(f->a, "DBSIZE"), ":0\r\n");
}

/* ---- SHUTDOWN ---- */

static void note_shutdown(void *context)
{
    ++*(int *)context;
}

static void hangs_up_on_everybody_when_it_is_shut_down(void **state)
{
    struct redis_fixture *f = *state;
    int shutdowns = 0;
    f->options.hooks.context = &shutdowns;
    f->options.hooks.on_shutdown = note_shutdown;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    f->b = fake_redis_open(f->engine, "b");
    assert_string_equal(say(f->a, "SHUTDOWN SAVE NOSAVE"), "-ERR syntax error\r\n");
    assert_int_equal(shutdowns, 0);
    assert_string_equal(say(f->a, "SHUTDOWN NOSAVE"), "");
    assert_int_equal(shutdowns, 1);
    assert_true(fake_redis_closed(f->a) && fake_redis_closed(f->b));
}

#define SERVER_TEST(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, redis_fixture_setup, redis_fixture_teardown)

int main(void)
{
    enum { FIXED = 11, DEBUGS = sizeof(debugs) / sizeof(debugs[0]) };
    struct CMUnitTest tests[FIXED + DEBUGS] = {
        SERVER_TEST(counts_calls_failures_and_refusals),
        SERVER_TEST(counts_only_so_many_kinds_of_errors),
        SERVER_TEST(tells_the_time_of_its_own_clock),
        SERVER_TEST(counts_what_has_expired_and_was_evicted),
        SERVER_TEST(logs_every_command_when_none_is_too_fast),
        SERVER_TEST(cuts_long_commands_in_the_log),
        SERVER_TEST(sleeps_in_virtual_time_and_remembers_it),
        SERVER_TEST(keeps_only_so_many_delays),
        SERVER_TEST(fills_a_database_for_tests),
        SERVER_TEST(leaves_the_dead_to_those_who_look),
        SERVER_TEST(hangs_up_on_everybody_when_it_is_shut_down),
    };
    for (size_t i = 0; i < DEBUGS; i++)
        tests[FIXED + i] = (struct CMUnitTest){debugs[i].name, debug_row, NULL, NULL, &debugs[i]};
    return _cmocka_run_group_tests("fake_redis_server", tests, FIXED + DEBUGS, NULL, NULL);
}
