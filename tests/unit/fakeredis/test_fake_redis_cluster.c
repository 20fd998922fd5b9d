/* One node's view of a cluster. The replies are those of two real nodes that shared the slots at
 * 8000. */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "redis_fixture.h"

/* The slots of a, b, c and f: 15495, 3300, 7365 and 3168. */
static const struct fake_redis_slots halves[] = {
    {0, 8000, FAKE_REDIS_SLOTS_HERE, ""},
    {8001, 16383, FAKE_REDIS_SLOTS_MOVED, "127.0.0.1:7329"},
};
static const struct fake_redis_slots migrating[] = {
    {3300, 3300, FAKE_REDIS_SLOTS_MIGRATING, "127.0.0.1:7329"},
};
static const struct fake_redis_slots importing[] = {
    {3300, 3300, FAKE_REDIS_SLOTS_IMPORTING, "127.0.0.1:7328"},
};
#define NON_LOCAL "-ERR Script attempted to access a non local key in a cluster node script: "

static struct row {
    const char *name; /* the setting */
    const struct fake_redis_slots *slots;
    size_t count;
    unsigned states;
    const char *before, *line, *answer;
} rows[] = {
    {"here: a key of its own", halves, 2, 0, NULL, "GET b", "$-1\r\n"},
    {"moved: a key", halves, 2, 0, NULL, "GET a", "-MOVED 15495 127.0.0.1:7329\r\n"},
    {"moved: what stands in braces counts", halves, 2, 0, NULL, "GET b{a}c",
     "-MOVED 15495 127.0.0.1:7329\r\n"},
    {"moved: empty braces do not", halves, 2, 0, NULL, "GET {}{a}",
     "-MOVED 13650 127.0.0.1:7329\r\n"},
    {"moved: a blocking pop", halves, 2, 0, NULL, "BLPOP a 1", "-MOVED 15495 127.0.0.1:7329\r\n"},
    {"moved: WATCH", halves, 2, 0, NULL, "WATCH a", "-MOVED 15495 127.0.0.1:7329\r\n"},
    {"moved: the number of arguments comes first", halves, 2, 0, NULL, "GET",
     "-ERR wrong number of arguments for 'get' command\r\n"},
    {"moved: before memory", halves, 2, FAKE_REDIS_OOM, NULL, "SET a 1",
     "-MOVED 15495 127.0.0.1:7329\r\n"},
    {"moved: memory for a key of its own", halves, 2, FAKE_REDIS_OOM, NULL, "SET b 1",
     "-OOM command not allowed when used memory > 'maxmemory'.\r\n"},
    {"moved: commands without keys", halves, 2, 0, NULL, "PING", "+PONG\r\n"},
    {"moved: aborts a transaction", halves, 2, 0, "MULTI\r\nGET a", "EXEC",
     "-EXECABORT Transaction discarded because of previous errors.\r\n"},
    {"several slots: at once", halves, 2, 0, NULL, "MGET b c",
     "-CROSSSLOT Keys in request don't hash to the same slot\r\n"},
    {"several slots: in a transaction", halves, 2, 0, "MULTI\r\nGET b\r\nGET f", "EXEC",
     "-CROSSSLOT Keys in request don't hash to the same slot\r\n"},
    {"script: an undeclared key elsewhere", halves, 2, 0, NULL,
     "EVAL \"return redis.call('get','a')\" 0",
     NON_LOCAL "eaeaa27fd219f13108fd9dea9f5ef7513173e803, on @user_script:1.\r\n"},
    {"script: may use several slots without a first line", halves, 2, 0, NULL,
     "EVAL \"redis.call('get','b') return redis.call('get','f')\" 0", "$-1\r\n"},
    {"script: may not with one", halves, 2, 0, NULL,
     "EVAL \"#!lua\\nredis.call('get','b') return redis.call('get','f')\" 0",
     "-ERR Script attempted to access keys that do not hash to the same slot script: "
     "7116c924820568e3616a977e5b4edab923e16a54, on @user_script:2.\r\n"},
    {"script: may when it says so", halves, 2, 0, NULL,
     "EVAL \"#!lua flags=allow-cross-slot-keys\\nredis.call('get','b') return "
     "redis.call('get','f')\" 0",
     "$-1\r\n"},
    {"unserved: no range has the slot", migrating, 1, 0, NULL, "GET a",
     "-CLUSTERDOWN Hash slot not served\r\n"},
    {"down: a key that is here", halves, 2, FAKE_REDIS_CLUSTERDOWN, NULL, "GET b",
     "-CLUSTERDOWN The cluster is down\r\n"},
    {"down: several slots first", halves, 2, FAKE_REDIS_CLUSTERDOWN, NULL, "MGET b c",
     "-CROSSSLOT Keys in request don't hash to the same slot\r\n"},
    {"down: commands without keys", halves, 2, FAKE_REDIS_CLUSTERDOWN, NULL, "PING", "+PONG\r\n"},
    {"down: scripts", halves, 2, FAKE_REDIS_CLUSTERDOWN, NULL,
     "EVAL \"return redis.call('get','b')\" 0",
     "-ERR Script attempted to execute a command while the cluster is down script: "
     "eefb072c762647cc8d8a40e7fe048aaf8872d416, on @user_script:1.\r\n"},
    {"down: also without slots", NULL, 0, FAKE_REDIS_CLUSTERDOWN, NULL, "GET b",
     "-CLUSTERDOWN The cluster is down\r\n"},
    {"migrating: a key that is gone", migrating, 1, 0, NULL, "GET b",
     "-ASK 3300 127.0.0.1:7329\r\n"},
    {"migrating: some of the keys", migrating, 1, 0, NULL, "MGET kept{b} {b}2",
     "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
    {"migrating: none of the keys", migrating, 1, 0, NULL, "MGET {b}2 {b}3",
     "-ASK 3300 127.0.0.1:7329\r\n"},
    {"migrating: all of the keys", migrating, 1, 0, NULL, "EXISTS kept{b}", ":1\r\n"},
    {"importing: without ASKING", importing, 1, 0, NULL, "GET b", "-MOVED 3300 127.0.0.1:7328\r\n"},
    {"importing: with it", importing, 1, 0, "ASKING", "GET b", "$-1\r\n"},
    {"importing: ASKING holds for one command", importing, 1, 0, "ASKING\r\nPING", "GET b",
     "-MOVED 3300 127.0.0.1:7328\r\n"},
    {"importing: several keys that are not all here", importing, 1, 0, "ASKING", "MGET {b}1 {b}2",
     "-TRYAGAIN Multiple keys request during rehashing of slot\r\n"},
    {"no cluster: ASKING", NULL, 0, 0, NULL, "ASKING",
     "-ERR This instance has cluster support disabled\r\n"},
};

static void row(void **state)
{
    const struct row *row = *state;
    void *fixture;
    assert_int_equal(redis_fixture_setup(&fixture), 0);
    struct redis_fixture *f = fixture;
    say(f->a, "SET kept{b} 1");
    assert_int_equal(fake_redis_set_slots(f->engine, row->slots, row->count), FL_OK);
    fake_redis_set_states(f->engine, row->states);
    if (row->before) say(f->a, row->before);
    assert_string_equal(say(f->a, row->line), row->answer);
    redis_fixture_teardown(&fixture);
}

static void refuses_what_is_no_range_of_slots(void **state)
{
    struct redis_fixture *f = *state;
    struct fake_redis_slots slots = {5, 4, FAKE_REDIS_SLOTS_HERE, ""};
    assert_int_equal(fake_redis_set_slots(f->engine, &slots, 1), FL_EINVAL);
    slots = (struct fake_redis_slots){0, FAKE_REDIS_SLOTS, FAKE_REDIS_SLOTS_HERE, ""};
    assert_int_equal(fake_redis_set_slots(f->engine, &slots, 1), FL_EINVAL);
    slots = (struct fake_redis_slots){0, 1, FAKE_REDIS_SLOTS_MOVED, ""};
    memset(slots.node, 'x', sizeof slots.node);
    assert_int_equal(fake_redis_set_slots(f->engine, &slots, 1), FL_EINVAL);
    assert_int_equal(fake_redis_set_slots(f->engine, &slots, FAKE_REDIS_SLOTS + 1), FL_EBOUND);
    assert_string_equal(say(f->a, "GET a"), "$-1\r\n");
}

static void is_no_cluster_any_more_after_a_reset(void **state)
{
    struct redis_fixture *f = *state;
    assert_int_equal(fake_redis_set_slots(f->engine, halves, 2), FL_OK);
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    assert_string_equal(say(f->a, "GET a"), "$-1\r\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_is_no_range_of_slots),
        TEST(is_no_cluster_any_more_after_a_reset),
    };
#undef TEST
    struct CMUnitTest cases[FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        cases[i] = (struct CMUnitTest){rows[i].name, row, NULL, NULL, &rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(cases, NULL, NULL);
}
