/* What a duel with a real server cannot show of MONITOR and CLIENT: the clock, addresses, bounds,
 * who is told by hooks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redis_fixture.h"

static void shows_the_time_of_the_engine_and_who_sent_it(void **state)
{
    struct redis_fixture *f = *state;
    struct fake_redis_session *named = fake_redis_open(f->engine, "10.1.2.3:4567");
    say(f->a, "MONITOR");
    fake_clock_advance(&f->clock, 1234567);
    say(named, "SELECT 2");
    assert_string_equal(heard(f->a), "+1700000001.234567 [2 10.1.2.3:4567] \"SELECT\" \"2\"\r\n");
    say(f->b, "EVAL \"return redis.call('GET','k')\" 0");
    assert_string_equal(heard(f->a), "+1700000001.234567 [0 127.0.0.1:40002] \"EVAL\" \"return "
                                     "redis.call('GET','k')\" \"0\"\r\n"
                                     "+1700000001.234567 [0 lua] \"GET\" \"k\"\r\n");
}

static void tells_age_and_idleness_by_the_clock(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "PING");
    fake_clock_advance(&f->clock, 5 * 1000 * 1000);
    say(f->a, "PING");
    fake_clock_advance(&f->clock, 2 * 1000 * 1000);
    assert_non_null(strstr(say(f->b, "CLIENT LIST ID 1"), " age=7 idle=2 "));
}

static void kills_by_address(void **state)
{
    struct redis_fixture *f = *state;
    struct fake_redis_session *one = fake_redis_open(f->engine, "10.1.2.3:1");
    struct fake_redis_session *two = fake_redis_open(f->engine, "10.1.2.3:2");
    assert_string_equal(say(f->a, "CLIENT KILL 10.1.2.3:1"), "+OK\r\n");
    assert_true(fake_redis_closed(one));
    assert_string_equal(say(f->a, "CLIENT KILL ADDR 10.1.2.3:2 LADDR 127.0.0.1:6379"), ":1\r\n");
    assert_true(fake_redis_closed(two));
    assert_string_equal(say(f->a, "CLIENT KILL LADDR 127.0.0.1:6379"), ":2\r\n");
    assert_true(fake_redis_closed(f->b) && fake_redis_closed(f->c));
}

/* ---- CLIENT PAUSE on a clock that stands still ---- */

static void goes_on_in_order_when_the_pause_is_over(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CLIENT PAUSE 500 WRITE");
    assert_string_equal(say(f->b, "RPUSH q b\r\nLLEN q"), "");
    assert_string_equal(say(f->c, "RPUSH q c"), "");
    assert_true(fake_redis_blocked(f->b));
    assert_string_equal(say(f->a, "LLEN q"), ":0\r\n");
    assert_true(fake_redis_next_deadline_us(f->engine) == START_US + 500 * 1000);
    pass_us(f, 499999);
    assert_string_equal(heard(f->b), "");
    pass_us(f, 1);
    assert_string_equal(heard(f->b), ":1\r\n:1\r\n");
    assert_string_equal(heard(f->c), ":2\r\n");
    assert_true(fake_redis_next_deadline_us(f->engine) == FL_NEVER_US);
}

static void a_longer_pause_stays_and_a_later_one_begins_anew(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CLIENT PAUSE 1000 WRITE");
    say(f->a, "CLIENT PAUSE 10 WRITE");
    assert_string_equal(say(f->b, "SET k 1"), "");
    pass_us(f, 999 * 1000);
    assert_true(fake_redis_blocked(f->b));
    pass_us(f, 1000);
    assert_string_equal(heard(f->b), "+OK\r\n");
    say(f->a, "CLIENT PAUSE 10 ALL");
    assert_string_equal(say(f->b, "GET k"), "");
    pass_us(f, 10 * 1000);
    assert_string_equal(heard(f->b), "$1\r\n1\r\n");
}

/* It is noticed when the next command comes, even if nobody advances the engine. */
static void a_pause_ends_without_an_advance(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CLIENT PAUSE 10 WRITE");
    assert_string_equal(say(f->b, "SET k 1"), "");
    fake_clock_advance(&f->clock, 10 * 1000);
    assert_string_equal(say(f->c, "SET k 2"), "+OK\r\n");
    assert_string_equal(heard(f->b), "+OK\r\n");
}

static void who_waits_for_a_pause_is_not_there_to_be_unblocked(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CLIENT PAUSE 60000 WRITE");
    say(f->b, "SET k 1");
    assert_string_equal(say(f->a, "CLIENT UNBLOCK 2"), ":0\r\n"); /* and no crash, as in Redis */
    fake_redis_close(f->b);
    assert_string_equal(say(f->a, "CLIENT UNPAUSE"), "+OK\r\n");
    assert_string_equal(say(f->a, "EXISTS k"), ":0\r\n");
}

/* ---- CLIENT TRACKING ---- */

static void forgets_the_oldest_key_beyond_its_bound(void **state)
{
    struct redis_fixture *f = *state;
    static char line[64];
    say(f->a, "HELLO 3");
    say(f->a, "CLIENT TRACKING ON");
    for (int i = 0; i < FAKE_REDIS_TRACKED_KEYS_MAX; i++) {
        int length = snprintf(line, sizeof(line), "GET k%d\r\n", i);
        fake_redis_feed(f->a, line, (size_t)length);
        fake_redis_consume(f->a, fake_redis_output(f->a).length);
    }
    assert_string_equal(say(f->a, "GET k1"), "_\r\n");
    assert_string_equal(say(f->a, "GET one-more"),
                        "_\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$2\r\nk0\r\n");
    assert_string_equal(say(f->b, "SET k0 1"), "+OK\r\n");
    assert_string_equal(heard(f->a), "");
}

static void tells_of_eviction_and_of_time(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "HELLO 3");
    say(f->a, "CLIENT TRACKING ON");
    say(f->b, "SET k v");
    say(f->b, "SET mortal v PX 10");
    say(f->a, "MGET k mortal");
    assert_true(fake_redis_evict(f->engine, 0, FL_SPAN("k")));
    assert_string_equal(heard(f->a), ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n");
    pass_us(f, 11 * 1000);
    assert_string_equal(heard(f->a), ">2\r\n$10\r\ninvalidate\r\n*1\r\n$6\r\nmortal\r\n");
    fake_redis_flush_all(f->engine);
    assert_string_equal(heard(f->a), ">2\r\n$10\r\ninvalidate\r\n_\r\n");
}

static void a_client_that_is_gone_is_told_nothing(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "HELLO 3");
    say(f->a, "CLIENT TRACKING ON");
    say(f->a, "GET k");
    say(f->b, "HELLO 3");
    say(f->b, "CLIENT TRACKING ON BCAST PREFIX k");
    fake_redis_close(f->a);
    fake_redis_close(f->b);
    assert_string_equal(say(f->c, "SET k 1"), "+OK\r\n");
    assert_non_null(strstr(say(f->c, "INFO clients"), "tracking_clients:0\r\n"));
}

/* ---- versions ---- */

static void knows_the_fields_of_its_version(void **state)
{
    struct redis_fixture *f = *state;
    static const struct {
        const char *version, *has, *lacks;
    } rows[] = {{"6.2.6", " redir=-1\n", "ssub="},
                {"7.0.15", " redir=-1 resp=2\n", "lib-name="},
                {"7.2.0", " resp=2 lib-name=mine lib-ver=1.0\n", "\n\n"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->options.version = rows[i].version;
        fake_redis_reset(f->engine, &f->options);
        f->a = fake_redis_open(f->engine, "a");
        say(f->a, "CLIENT SETINFO LIB-NAME mine");
        say(f->a, "CLIENT SETINFO LIB-VER 1.0");
        const char *line = say(f->a, "CLIENT LIST");
        assert_non_null(strstr(line, rows[i].has));
        assert_null(strstr(line, rows[i].lacks));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(shows_the_time_of_the_engine_and_who_sent_it),
        TEST(tells_age_and_idleness_by_the_clock),
        TEST(kills_by_address),
        TEST(goes_on_in_order_when_the_pause_is_over),
        TEST(a_longer_pause_stays_and_a_later_one_begins_anew),
        TEST(a_pause_ends_without_an_advance),
        TEST(who_waits_for_a_pause_is_not_there_to_be_unblocked),
        TEST(forgets_the_oldest_key_beyond_its_bound),
        TEST(tells_of_eviction_and_of_time),
        TEST(a_client_that_is_gone_is_told_nothing),
        TEST(knows_the_fields_of_its_version),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
