/* Expiry and deadlines on the injected clock. */
#include <string.h>

#include "redis_fixture.h"

static void is_alive_at_the_instant_of_its_expiry_and_dead_a_millisecond_later(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(say(f->a, "SET k v PX 1000"), "+OK\r\n");
    fake_clock_advance(&f->clock, 1000 * 1000 + 999); /* within the millisecond */
    assert_string_equal(say(f->a, "PTTL k"), ":0\r\n");
    fake_clock_advance(&f->clock, 1);
    assert_string_equal(say(f->a, "EXISTS k"), ":0\r\n");
}

static void counts_no_dead_keys(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 10");
    say(f->a, "SET l v");
    fake_clock_advance(&f->clock, 11 * 1000);
    assert_string_equal(say(f->a, "DBSIZE"), ":1\r\n");
    assert_string_equal(say(f->a, "KEYS *"), "*1\r\n$1\r\nl\r\n");
}

static void removes_dead_keys_when_time_advances_and_only_then(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 10");
    uint64_t before = fake_redis_version_counter(f->engine);
    fake_clock_advance(&f->clock, 11 * 1000);
    assert_int_equal(fake_redis_version_counter(f->engine), before);
    assert_null(fake_redis_find(f->engine, 0, FL_SPAN("k")));
    fake_redis_advance(f->engine);
    assert_int_not_equal(fake_redis_version_counter(f->engine), before);
}

static void rounds_seconds_as_redis_does(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 4600");
    assert_string_equal(say(f->a, "TTL k"), ":5\r\n");
    pass_us(f, 200 * 1000);
    assert_string_equal(say(f->a, "TTL k"), ":4\r\n");
}

static void fires_a_watch_when_the_key_expires(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 10");
    say(f->a, "WATCH k");
    fake_clock_advance(&f->clock, 11 * 1000);
    say(f->a, "MULTI");
    assert_string_equal(say(f->a, "EXEC"), "*-1\r\n");
}

static void keeps_one_time_for_a_whole_transaction_and_script(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(
        say(f->a, "EVAL \"redis.call('SET','k','v','PX',5) return redis.call('PTTL','k')\" 0"),
        ":5\r\n");
    assert_string_equal(say(f->a, "TIME"), "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n");
}

static void names_the_earliest_deadline_and_times_out_exactly_then(void **state)
{
    struct redis_fixture *f = *state;
    assert_true(fake_redis_next_deadline_us(f->engine) == FL_NEVER_US);
    assert_string_equal(say(f->a, "BLPOP q 0"), "");
    assert_true(fake_redis_next_deadline_us(f->engine) == FL_NEVER_US);
    say(f->b, "BRPOP q 2");
    say(f->c, "BLMOVE q r LEFT RIGHT 0.5");
    assert_true(fake_redis_next_deadline_us(f->engine) == START_US + 500 * 1000);
    pass_us(f, 499999);
    assert_true(fake_redis_blocked(f->c));
    pass_us(f, 1);
    assert_string_equal(heard(f->c), "*-1\r\n");
    assert_false(fake_redis_blocked(f->c));
    assert_true(fake_redis_next_deadline_us(f->engine) == START_US + 2 * 1000 * 1000);
    pass_us(f, 60 * 1000 * 1000);
    assert_string_equal(heard(f->b), "*-1\r\n");
    assert_string_equal(heard(f->a), "");
}

static void a_wait_can_be_made_to_last(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BLPOP q 1");
    assert_true(fake_redis_blocked_until_us(f->a) == START_US + 1000 * 1000);
    assert_true(fake_redis_blocked_until_us(f->b) == FL_NEVER_US);
    fake_redis_block_until(f->a, START_US + 5000 * 1000);
    pass_us(f, 4999 * 1000);
    assert_true(fake_redis_blocked(f->a));
    pass_us(f, 1000);
    assert_string_equal(heard(f->a), "*-1\r\n");
}

static void serves_nobody_who_has_timed_out(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BLPOP q 1");
    pass_us(f, 1000 * 1000);
    assert_string_equal(heard(f->a), "*-1\r\n");
    assert_string_equal(say(f->b, "RPUSH q x"), ":1\r\n");
    assert_string_equal(say(f->b, "LLEN q"), ":1\r\n");
}

static void runs_what_was_pipelined_behind_a_pop_once_it_times_out(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(say(f->a, "BLPOP q 1\r\nSET done 1"), "");
    assert_string_equal(say(f->b, "EXISTS done"), ":0\r\n");
    pass_us(f, 1000 * 1000);
    assert_string_equal(heard(f->a), "*-1\r\n+OK\r\n");
}

static void follows_a_clock_that_steps_back(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 1000");
    f->clock.wall_us -= 3600 * INT64_C(1000000);
    fake_redis_advance(f->engine);
    assert_string_equal(say(f->a, "PTTL k"), ":3601000\r\n");
}

static void counts_how_long_a_key_was_idle(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v");
    pass_us(f, 90 * INT64_C(1000000));
    say(f->a, "TTL k"); /* those who only look leave a key idle */
    say(f->a, "EXISTS k");
    say(f->a, "TYPE k");
    say(f->a, "OBJECT ENCODING k");
    assert_string_equal(say(f->a, "OBJECT IDLETIME k"), ":90\r\n");
    assert_string_equal(say(f->a, "TOUCH k none"), ":1\r\n");
    assert_string_equal(say(f->a, "OBJECT IDLETIME k"), ":0\r\n");
    pass_us(f, 7 * INT64_C(1000000));
    say(f->a, "RENAME k j");
    assert_string_equal(say(f->a, "OBJECT IDLETIME j"), ":0\r\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(is_alive_at_the_instant_of_its_expiry_and_dead_a_millisecond_later),
        TEST(counts_no_dead_keys),
        TEST(removes_dead_keys_when_time_advances_and_only_then),
        TEST(rounds_seconds_as_redis_does),
        TEST(fires_a_watch_when_the_key_expires),
        TEST(keeps_one_time_for_a_whole_transaction_and_script),
        TEST(names_the_earliest_deadline_and_times_out_exactly_then),
        TEST(a_wait_can_be_made_to_last),
        TEST(serves_nobody_who_has_timed_out),
        TEST(runs_what_was_pipelined_behind_a_pop_once_it_times_out),
        TEST(counts_how_long_a_key_was_idle),
        TEST(follows_a_clock_that_steps_back),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
