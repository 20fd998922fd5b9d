/* What a duel with a real server cannot show of pub/sub: who is told by hooks, limits, time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redis_fixture.h"

#define MESSAGE_A_X "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n"

/* ---- hooks ---- */

struct told {
    char text[256];
};

static void tell(void *context, struct fake_redis_session *session)
{
    struct told *told = context;
    size_t length = strlen(told->text);
    snprintf(told->text + length, sizeof(told->text) - length, "%s%s ",
             fake_redis_session_name(session), fake_redis_closed(session) ? "!" : "");
}

static void listen(struct redis_fixture *f, struct told *told)
{
    f->options.hooks = (struct fake_redis_hooks){.context = told, .on_output = tell};
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    f->b = fake_redis_open(f->engine, "b");
    f->c = fake_redis_open(f->engine, "c");
}

static void tells_each_receiver_once_and_not_who_published(void **state)
{
    struct redis_fixture *f = *state;
    struct told told = {0};
    listen(f, &told);
    say(f->a, "HELLO 3");
    say(f->a, "SUBSCRIBE a");
    say(f->b, "PSUBSCRIBE a* *");
    say(f->c, "SUBSCRIBE a");
    assert_string_equal(told.text, "");
    assert_string_equal(say(f->a, "PUBLISH a x"),
                        ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n:4\r\n");
    assert_string_equal(told.text, "c b ");
    assert_string_equal(heard(f->c), MESSAGE_A_X);
}

static void tells_of_what_happens_between_commands(void **state)
{
    struct redis_fixture *f = *state;
    struct told told = {0};
    listen(f, &told);
    say(f->a, "CONFIG SET notify-keyspace-events Ee");
    say(f->a, "SET k v");
    say(f->b, "SUBSCRIBE __keyevent@0__:evicted");
    assert_true(fake_redis_evict(f->engine, 0, FL_SPAN("k")));
    assert_string_equal(told.text, "b ");
    assert_string_equal(heard(f->b),
                        "*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:evicted\r\n$1\r\nk\r\n");
}

#define EXPIRED_K "*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:expired\r\n$1\r\nk\r\n"

static void tells_of_a_dead_key_when_somebody_looks_or_time_advances(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "CONFIG SET notify-keyspace-events Ex");
    say(f->b, "SUBSCRIBE __keyevent@0__:expired");
    say(f->a, "SET k v PX 10");
    fake_clock_advance(&f->clock, 10 * 1000);
    say(f->a, "GET k");
    assert_string_equal(heard(f->b), ""); /* alive at its last instant */
    fake_clock_advance(&f->clock, 1000);
    assert_string_equal(heard(f->b), ""); /* nobody has looked */
    say(f->a, "GET k");
    assert_string_equal(heard(f->b), EXPIRED_K);
    say(f->a, "SET k v PX 10");
    pass_us(f, 11 * 1000);
    assert_string_equal(heard(f->b), EXPIRED_K);
}

/* ---- life ---- */

static void nobody_hears_for_a_session_that_is_gone(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SUBSCRIBE a");
    say(f->b, "PSUBSCRIBE *");
    say(f->b, "SSUBSCRIBE a");
    fake_redis_close(f->a);
    assert_string_equal(say(f->b, "QUIT"), "+OK\r\n");
    assert_string_equal(say(f->c, "PUBLISH a x"), ":0\r\n");
    assert_string_equal(say(f->c, "SPUBLISH a x"), ":0\r\n");
    assert_string_equal(say(f->c, "PUBSUB CHANNELS"), "*0\r\n");
    assert_string_equal(say(f->c, "PUBSUB NUMPAT"), ":0\r\n");
}

static void a_late_unsubscribe_leaves_the_others_in_order(void **state)
{
    struct redis_fixture *f = *state;
    struct told told = {0};
    listen(f, &told);
    say(f->a, "SUBSCRIBE a");
    say(f->b, "SUBSCRIBE a");
    say(f->c, "SUBSCRIBE a");
    say(f->b, "UNSUBSCRIBE a");
    assert_string_equal(say(f->b, "PUBLISH a x"), ":2\r\n");
    assert_string_equal(told.text, "a c ");
}

/* ---- limits ---- */

/* So much that nine of them are over the soft limit and 33 over the hard one. */
enum { MESSAGE_BYTES = 1000 * 1000 };

static void publish_large(struct redis_fixture *f, unsigned times)
{
    static const char head[] = "*3\r\n$7\r\nPUBLISH\r\n$1\r\na\r\n$1000000\r\n";
    size_t length = strlen(head) + MESSAGE_BYTES + 2;
    char *command = malloc(length);
    assert_non_null(command);
    memset(command, 'm', length);
    memcpy(command, head, strlen(head));
    memcpy(command + length - 2, "\r\n", 2);
    for (unsigned i = 0; i < times; i++) {
        fake_redis_feed(f->c, command, length);
        (void)heard(f->c);
    }
    free(command);
}

static void read_all(struct fake_redis_session *session)
{
    fake_redis_consume(session, fake_redis_output(session).length);
}

static void hangs_up_on_a_subscriber_that_never_reads(void **state)
{
    struct redis_fixture *f = *state;
    struct told told = {0};
    listen(f, &told);
    say(f->a, "SUBSCRIBE a");
    publish_large(f, FAKE_REDIS_SUBSCRIBER_BYTES_MAX / MESSAGE_BYTES);
    assert_false(fake_redis_closed(f->a));
    told.text[0] = '\0';
    publish_large(f, 1);
    assert_true(fake_redis_closed(f->a));
    assert_int_equal(fake_redis_output(f->a).length, 0);
    assert_string_equal(told.text, "a! ");
    assert_string_equal(say(f->c, "PUBLISH a x"), ":0\r\n");
}

static void hangs_up_on_a_subscriber_that_lags_for_a_minute(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SUBSCRIBE a");
    say(f->b, "SUBSCRIBE a");
    publish_large(f, 9);
    pass_us(f, 60 * INT64_C(1000000));
    assert_false(fake_redis_closed(f->a));
    read_all(f->b);
    pass_us(f, 1);
    assert_true(fake_redis_closed(f->a));
    assert_false(fake_redis_closed(f->b));
    publish_large(f, 9);
    pass_us(f, 30 * INT64_C(1000000));
    read_all(f->b);
    publish_large(f, 9); /* it has read in between: the minute begins anew */
    pass_us(f, 31 * INT64_C(1000000));
    assert_false(fake_redis_closed(f->b));
}

static void a_reader_that_has_not_subscribed_may_lag(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SUBSCRIBE a");
    publish_large(f, 9);
    fake_redis_feed(f->a, "UNSUBSCRIBE\r\n", 13);
    pass_us(f, 120 * INT64_C(1000000));
    assert_false(fake_redis_closed(f->a));
}

/* The reply of the command that hung up on its own client is lost with the rest, the command not.
 */
static void may_hang_up_on_the_publisher_itself(void **state)
{
    struct redis_fixture *f = *state;
    say(f->c, "HELLO 3");
    fake_redis_feed(f->c, "SUBSCRIBE a\r\n", 13);
    static const char head[] = "*3\r\n$7\r\nPUBLISH\r\n$1\r\na\r\n$33554432\r\n";
    size_t length = strlen(head) + FAKE_REDIS_SUBSCRIBER_BYTES_MAX + 2;
    char *command = calloc(1, length);
    assert_non_null(command);
    memcpy(command, head, strlen(head));
    fake_redis_feed(f->c, command, length);
    free(command);
    assert_true(fake_redis_closed(f->c));
    assert_int_equal(fake_redis_output(f->c).length, 0);
    assert_string_equal(say(f->a, "PING"), "+PONG\r\n");
}

static void hangs_up_on_a_lagging_waiter_which_takes_nothing(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "HELLO 3");
    say(f->a, "SUBSCRIBE a");
    say(f->a, "BLPOP q 0");
    publish_large(f, 34);
    assert_true(fake_redis_closed(f->a));
    assert_string_equal(say(f->b, "RPUSH q x"), ":1\r\n");
    assert_string_equal(say(f->b, "LLEN q"), ":1\r\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(tells_each_receiver_once_and_not_who_published),
        TEST(tells_of_what_happens_between_commands),
        TEST(tells_of_a_dead_key_when_somebody_looks_or_time_advances),
        TEST(nobody_hears_for_a_session_that_is_gone),
        TEST(a_late_unsubscribe_leaves_the_others_in_order),
        TEST(hangs_up_on_a_subscriber_that_never_reads),
        TEST(hangs_up_on_a_subscriber_that_lags_for_a_minute),
        TEST(a_reader_that_has_not_subscribed_may_lag),
        TEST(may_hang_up_on_the_publisher_itself),
        TEST(hangs_up_on_a_lagging_waiter_which_takes_nothing),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
