/* Failovers and restarts that lose the last writes. */
#include <string.h>

#include "redis_fixture.h"

enum { KEPT = 4 };

static int setup(void **state)
{
    if (redis_fixture_setup(state)) return -1;
    struct redis_fixture *f = *state;
    f->options.writes_kept = KEPT;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    f->b = fake_redis_open(f->engine, "b");
    return f->a && f->b ? 0 : -1;
}

static void reconnect(struct redis_fixture *f)
{
    fake_redis_close(f->a);
    f->a = fake_redis_open(f->engine, "a");
    assert_non_null(f->a);
}

static void assert_holds(struct redis_fixture *f, const char *want)
{
    struct fl_buf dump = FL_BUF_INIT(64 * 1024);
    assert_int_equal(fake_redis_dump(f->engine, &dump), FL_OK);
    assert_string_equal(dump.length ? dump.bytes : "", want);
    fl_buf_release(&dump);
}

static void lose(struct redis_fixture *f, uint64_t writes)
{
    assert_int_equal(fake_redis_failover(f->engine, writes, NULL), FL_OK);
    reconnect(f);
}

static void loses_the_last_writes_and_no_others(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "RPUSH q a b");
    say(f->a, "GET none");
    say(f->a, "LREM q 1 none");
    say(f->a, "LPOP q");
    say(f->a, "SET k v");
    lose(f, 2);
    assert_holds(f, "db0 list \"q\" [\"a\",\"b\"]\n");
}

static void loses_less_than_the_options_keep_but_not_more(void **state)
{
    struct redis_fixture *f = *state;
    for (char key[] = "SET a 1"; key[4] <= 'f'; key[4]++)
        say(f->a, key);
    assert_int_equal(fake_redis_failover(f->engine, KEPT + 1, NULL), FL_EINVAL);
    lose(f, KEPT);
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"b\" \"1\"\n");
    lose(f, 1); /* nothing was written since */
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"b\" \"1\"\n");
}

static void goes_on_from_what_was_left(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET a 1");
    say(f->a, "SET b 1");
    lose(f, 1);
    say(f->a, "APPEND a 2");
    say(f->a, "SELECT 3");
    say(f->a, "SET c 1");
    lose(f, 1);
    assert_holds(f, "db0 string \"a\" \"12\"\n");
}

static void loses_a_script_or_a_transaction_as_a_whole(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "EVAL \"redis.call('SET','a','1') return redis.call('SET','b','1')\" 0");
    say(f->a, "MULTI\r\nSET c 1\r\nSET d 1\r\nEXEC");
    lose(f, 1);
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"b\" \"1\"\n");
    say(f->a, "EVAL \"redis.call('SET','c','1') return redis.call('SET','d','1')\" 0");
    lose(f, 1);
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"b\" \"1\"\n");
}

static void loses_a_served_pop_alone(void **state)
{
    struct redis_fixture *f = *state;
    say(f->b, "BRPOP q 0");
    say(f->a, "LPUSH q x");
    lose(f, 1);
    assert_holds(f, "db0 list \"q\" [\"x\"]\n");
}

static void keeps_what_chance_has_chosen(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SADD s a b c d e f g h");
    say(f->a, "SPOP s 5");
    struct fl_buf before = FL_BUF_INIT(1024);
    assert_int_equal(fake_redis_dump(f->engine, &before), FL_OK);
    lose(f, 0);
    assert_holds(f, before.bytes);
    fl_buf_release(&before);
}

static void keeps_lives_that_were_told_in_seconds(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v EX 10");
    pass_us(f, 4 * 1000000);
    lose(f, 0);
    assert_string_equal(say(f->a, "PTTL k"), ":6000\r\n");
}

static void keeps_the_key_that_has_served_a_pop(void **state)
{
    struct redis_fixture *f = *state;
    say(f->b, "BRPOP q1 q2 0");
    say(f->a, "MULTI\r\nRPUSH q2 x\r\nRPUSH q1 y\r\nEXEC");
    assert_string_equal(heard(f->b), "*2\r\n$2\r\nq2\r\n$1\r\nx\r\n");
    lose(f, 0);
    assert_holds(f, "db0 list \"q1\" [\"y\"]\n");
}

static void keeps_what_no_client_has_done(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "MSET a 1 b 1 c 1");
    say(f->a, "EXPIRE c 100");
    fake_redis_evict(f->engine, 0, FL_SPAN("b"));
    fake_redis_shift_ttl(f->engine, 0, FL_SPAN("c"), -40 * 1000000);
    lose(f, 0);
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"c\" ttl minutes \"1\"\n");
    assert_string_equal(say(f->a, "TTL c"), ":60\r\n");
    fake_redis_flush_all(f->engine);
    lose(f, 0);
    assert_holds(f, "");
}

static void forgets_what_is_in_memory_only(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "EVAL \"return 1\" 0");
    say(f->b, "BRPOP q 0");
    fake_redis_set_states(f->engine, FAKE_REDIS_LOADING);
    assert_int_equal(fake_redis_failover(f->engine, 0, NULL), FL_OK);
    assert_true(fake_redis_closed(f->a));
    assert_true(fake_redis_closed(f->b));
    assert_false(fake_redis_blocked(f->b));
    assert_string_equal(heard(f->b), "");
    reconnect(f);
    assert_string_equal(say(f->a, "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0"),
                        "-NOSCRIPT No matching script. Please use EVAL.\r\n");
    assert_string_equal(say(f->a, "RPUSH q x"), ":1\r\n");
    assert_string_equal(heard(f->b), "");
}

static void add_loss(void *context, unsigned db, const struct fl_span *args, size_t count)
{
    enum fl_error err = fl_buf_printf(context, "db%u", db);
    for (size_t i = 0; i < count && !err; i++)
        err = fl_buf_printf(context, " %.*s", FL_SPAN_ARGS(args[i]));
    assert_int_equal(err, FL_OK);
    assert_int_equal(fl_buf_append_char(context, '\n'), FL_OK);
}

static void tells_what_was_lost(void **state)
{
    struct redis_fixture *f = *state;
    struct fl_buf told = FL_BUF_INIT(1024);
    const struct fake_redis_losses losses = {&told, add_loss};
    say(f->a, "SET a 1");
    say(f->a, "LPUSH q x");
    say(f->a, "EVAL \"return redis.call('LPOP','q')\" 0");
    assert_int_equal(fake_redis_failover(f->engine, 2, &losses), FL_OK);
    assert_string_equal(told.bytes, "db0 LPUSH q x\ndb0 LPOP q\n");
    fl_buf_release(&told);
}

static void appends_to_its_disk_once_a_second(void **state)
{
    struct redis_fixture *f = *state;
    pass_us(f, 1500 * 1000);
    say(f->a, "SET a 1");
    pass_us(f, 600 * 1000);
    say(f->a, "SET b 1");
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_AOF, NULL), FL_OK);
    assert_holds(f, "db0 string \"a\" \"1\"\n");
}

static void saves_an_hour_after_a_write(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET a 1");
    pass_us(f, INT64_C(3600) * 1000000);
    say(f->a, "SET b 1");
    pass_us(f, 1);
    say(f->a, "SET c 1"); /* not in what was saved just before */
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_RDB, NULL), FL_OK);
    assert_holds(f, "db0 string \"a\" \"1\"\ndb0 string \"b\" \"1\"\n");
}

static void saves_five_minutes_after_a_hundred_writes(void **state)
{
    struct redis_fixture *f = *state;
    for (int i = 0; i < 100; i++)
        say(f->a, "INCR n");
    pass_us(f, INT64_C(300) * 1000000 + 1);
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_RDB, NULL), FL_OK);
    assert_holds(f, "db0 string \"n\" \"100\"\n");
}

static void is_empty_where_nothing_was_saved(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET a 1");
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_RDB, NULL), FL_OK);
    assert_holds(f, "");
    reconnect(f);
    say(f->a, "SET b 1");
    lose(f, 0);
    assert_holds(f, "db0 string \"b\" \"1\"\n");
}

static void restarts_with_all_or_nothing_without_a_journal(void **state)
{
    struct redis_fixture *f = *state;
    f->options.writes_kept = 0;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    say(f->a, "SET a 1");
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_AOF, NULL), FL_EINVAL);
    assert_int_equal(fake_redis_failover(f->engine, 1, NULL), FL_EINVAL);
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_ALL, NULL), FL_OK);
    assert_true(fake_redis_closed(f->a));
    assert_holds(f, "db0 string \"a\" \"1\"\n");
    assert_int_equal(fake_redis_restart(f->engine, FAKE_REDIS_KEPT_NOTHING, NULL), FL_OK);
    assert_holds(f, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(loses_the_last_writes_and_no_others),
        TEST(loses_less_than_the_options_keep_but_not_more),
        TEST(goes_on_from_what_was_left),
        TEST(loses_a_script_or_a_transaction_as_a_whole),
        TEST(loses_a_served_pop_alone),
        TEST(keeps_what_chance_has_chosen),
        TEST(keeps_lives_that_were_told_in_seconds),
        TEST(keeps_the_key_that_has_served_a_pop),
        TEST(keeps_what_no_client_has_done),
        TEST(forgets_what_is_in_memory_only),
        TEST(tells_what_was_lost),
        TEST(appends_to_its_disk_once_a_second),
        TEST(saves_an_hour_after_a_write),
        TEST(saves_five_minutes_after_a_hundred_writes),
        TEST(is_empty_where_nothing_was_saved),
        TEST(restarts_with_all_or_nothing_without_a_journal),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
