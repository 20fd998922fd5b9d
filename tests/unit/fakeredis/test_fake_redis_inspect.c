/* Dumps and their differences, last writers, and the hash of all that keys hold. */
#include <string.h>

#include "core/assert.h"
#include "redis_fixture.h"

static int setup(void **state)
{
    if (redis_fixture_setup(state)) return -1;
    struct redis_fixture *f = *state;
    f->options.track_keys = true;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    f->b = fake_redis_open(f->engine, "b");
    return f->a && f->b ? 0 : -1;
}

/* ---- differences ---- */

static struct diff_case {
    const char *name, *before, *after, *want;
} diffs[] = {
    {"nothing has changed", "SET k v", "GET k", ""},
    {"a key has come", "SET k v", "SET j v", "+ db0 string \"j\" \"v\"\n"},
    {"a key is gone", "SET k v", "DEL k", "- db0 string \"k\" \"v\"\n"},
    {"a string is another", "SET k v", "SET k w", "~ db0 string \"k\" -\"v\" +\"w\"\n"},
    {"of a list only the middle", "RPUSH q a b c d", "LSET q 1 x",
     "~ db0 list \"q\" =1 -\"b\" +\"x\" =2\n"},
    {"a list has grown at its head", "RPUSH q a b", "LPUSH q x", "~ db0 list \"q\" +\"x\" =2\n"},
    {"a list of equal elements", "RPUSH q a a", "RPUSH q a", "~ db0 list \"q\" =2 +\"a\"\n"},
    {"members come and go", "SADD s a b c",
     "EVAL \"redis.call('SREM',KEYS[1],'b') return "
     "redis.call('SADD',KEYS[1],'d')\" 1 s",
     "~ db0 set \"s\" -\"b\" +\"d\"\n"},
    {"one field of a hash", "HSET h f 1 g 2", "HSET h f 3",
     "~ db0 hash \"h\" -\"f\":\"1\" +\"f\":\"3\"\n"},
    {"a score", "ZADD z 1 a 2 b 3 c", "ZADD z 2.5 b",
     "~ db0 zset \"z\" =1 -(\"b\",2) +(\"b\",2.5) =1\n"},
    {"an entry of a stream", "XADD x 1-1 k v", "XADD x 1-2 k w",
     "~ db0 stream \"x\" =1 +1-2{\"k\":\"w\"}\n"},
    {"a life", "SET k v", "EXPIRE k 100", "~ db0 string \"k\" ttl none->minutes\n"},
    {"another type", "SET k v",
     "EVAL \"redis.call('DEL','k') return redis.call('LPUSH','k','v')\" 0",
     "- db0 string \"k\" \"v\"\n+ db0 list \"k\" [\"v\"]\n"},
    {"commas, quotes and brackets in elements", "RPUSH q a,b \"c\\\"]\" {d", "LPOP q",
     "~ db0 list \"q\" -\"a,b\" =2\n"},
};

static void diff_row(void **state)
{
    const struct diff_case *row = *state;
    void *fixture;
    assert_int_equal(setup(&fixture), 0);
    struct redis_fixture *f = fixture;
    struct fl_buf before = FL_BUF_INIT(4096), after = FL_BUF_INIT(4096), out = FL_BUF_INIT(4096);
    say(f->a, row->before);
    assert_int_equal(fake_redis_dump(f->engine, &before), FL_OK);
    say(f->a, row->after);
    assert_int_equal(fake_redis_dump(f->engine, &after), FL_OK);
    assert_int_equal(fake_redis_diff(fl_buf_span(&before), fl_buf_span(&after), &out), FL_OK);
    assert_string_equal(out.length ? out.bytes : "", row->want);
    fl_buf_release(&before);
    fl_buf_release(&after);
    fl_buf_release(&out);
    redis_fixture_teardown(&fixture);
}

static void refuses_what_is_no_dump(void **state)
{
    static const char *const texts[] = {"db0",
                                        "db0 list \"q\" [",
                                        "x\n",
                                        "db0 list \"q\n",
                                        "db0 list \"q\"\n",
                                        "db0 string \"k\" ttl\n"};
    struct fl_buf out = FL_BUF_INIT(4096);
    (void)state;
    for (size_t i = 0; i < FL_COUNT(texts); i++)
        assert_int_equal(fake_redis_diff(fl_span_from(texts[i]), FL_SPAN(""), &out), FL_EPARSE);
    fl_buf_release(&out);
}

static void tells_lives_by_their_unit(void **state)
{
    struct redis_fixture *f = *state;
    struct fl_buf dump = FL_BUF_INIT(4096);
    say(f->a, "SET a 1 PX 59999\r\nSET b 1 EX 60\r\nSET c 1 EX 3600\r\nSET d 1 EX 86400");
    assert_int_equal(fake_redis_dump(f->engine, &dump), FL_OK);
    assert_string_equal(dump.bytes,
                        "db0 string \"a\" ttl seconds \"1\"\ndb0 string \"b\" ttl minutes \"1\"\n"
                        "db0 string \"c\" ttl hours \"1\"\ndb0 string \"d\" ttl days \"1\"\n");
    fl_buf_release(&dump);
}

/* ---- last writers ---- */

static void assert_written(struct redis_fixture *f, const char *key, const char *session,
                           const char *command)
{
    struct fake_redis_writer writer;
    assert_true(fake_redis_last_writer(f->engine, 0, fl_span_from(key), &writer));
    assert_string_equal(writer.session_name, session);
    if (command) assert_string_equal(writer.command, command);
    if (!command) assert_null(writer.command);
    assert_int_equal(writer.at_us, f->clock.wall_us);
}

static void knows_who_has_written_a_key_last(void **state)
{
    struct redis_fixture *f = *state;
    struct fake_redis_writer writer;
    assert_false(fake_redis_last_writer(f->engine, 0, FL_SPAN("k"), &writer));
    say(f->a, "SET k v");
    assert_written(f, "k", "a", "set");
    pass_us(f, 1000000);
    say(f->b, "GET k");
    say(f->b, "APPEND k w");
    assert_written(f, "k", "b", "append");
    say(f->a, "DEL k");
    assert_written(f, "k", "a", "del");
    assert_false(fake_redis_last_writer(f->engine, 1, FL_SPAN("k"), &writer));
}

static void knows_what_a_script_and_a_served_pop_have_written(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "EVAL \"redis.call('RPUSH','q','x') return redis.call('SET','k','v')\" 0");
    assert_written(f, "q", "a", "rpush");
    assert_written(f, "k", "a", "set");
    say(f->b, "BLMOVE p r LEFT RIGHT 0");
    say(f->a, "RPUSH p x");
    assert_written(f, "p", "b", "blmove");
    assert_written(f, "r", "b", "blmove");
}

static void knows_what_nobody_has_written(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v PX 10");
    say(f->a, "SET j v");
    pass_us(f, 20 * 1000);
    assert_written(f, "k", "", NULL);
    fake_redis_evict(f->engine, 0, FL_SPAN("j"));
    assert_written(f, "j", "", NULL);
}

/* ---- the hash ---- */

static uint64_t hash(struct redis_fixture *f)
{
    uint64_t tracked = fake_redis_state_hash(f->engine);
    assert_true(tracked == fake_redis_state_hash_afresh(f->engine));
    return tracked;
}

static void hashes_the_same_contents_to_the_same(void **state)
{
    struct redis_fixture *f = *state;
    assert_true(hash(f) == 0);
    say(f->a, "SADD s a b\r\nHSET h f 1 g 2\r\nSET k v");
    uint64_t first = hash(f);
    say(f->a, "FLUSHALL\r\nSET k w\r\nHSET h g 2 f 1\r\nSADD s b a c\r\nSREM s c\r\nSET k v");
    assert_true(hash(f) == first);
}

static void hashes_groups_and_consumers_in_any_order(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "XADD x 1-1 a b\r\nXGROUP CREATE x g 0\r\nXGROUP CREATE x h $");
    say(f->a, "XGROUP CREATECONSUMER x g c\r\nXGROUP CREATECONSUMER x g d");
    uint64_t first = hash(f);
    say(f->a, "DEL x\r\nXADD x 1-1 a b\r\nXGROUP CREATE x h $\r\nXGROUP CREATE x g 0");
    say(f->a, "XGROUP CREATECONSUMER x g d\r\nXGROUP CREATECONSUMER x g c");
    assert_true(hash(f) == first);
}

static struct change {
    const char *name, *line;
} changes[] = {
    {"hash: a value", "SET k w"},
    {"hash: an order", "LMOVE q q LEFT RIGHT"},
    {"hash: a member", "SADD s c"},
    {"hash: a field", "HSET h f 2"},
    {"hash: a score", "ZADD z 2 a"},
    {"hash: a life", "EXPIRE k 10"},
    {"hash: a name", "RENAME k j"},
    {"hash: a database", "MOVE k 1"},
    {"hash: two databases", "SWAPDB 0 2"},
    {"hash: an entry", "XADD x * a b"},
    {"hash: a key that is gone", "DEL s"},
    {"hash: all", "FLUSHDB"},
    {"hash: a stream's last id", "XSETID x 9-9"},
    {"hash: a group", "XGROUP CREATE x h 0"},
    {"hash: how far a group is", "XGROUP SETID x g 0"},
    {"hash: a group that is gone", "XGROUP DESTROY x g"},
    {"hash: a consumer", "XGROUP CREATECONSUMER x g d"},
    {"hash: a delivery", "XREADGROUP GROUP g c STREAMS x >"},
    {"hash: one delivery more", "XREADGROUP GROUP g c STREAMS x 0"},
    {"hash: an acknowledgement", "XACK x g 1-1"},
    {"hash: a claim", "XCLAIM x g d 0 1-1 JUSTID"},
};

static void change_row(void **state)
{
    const struct change *row = *state;
    void *fixture;
    assert_int_equal(setup(&fixture), 0);
    struct redis_fixture *f = fixture;
    say(f->a, "SET k v\r\nRPUSH q a b\r\nSADD s a\r\nHSET h f 1\r\nZADD z 1 a\r\n"
              "XADD x 1-1 a b\r\nXADD x 1-2 a b\r\nXGROUP CREATE x g 0\r\n"
              "XREADGROUP GROUP g c COUNT 1 STREAMS x >");
    uint64_t before = hash(f);
    say(f->a, row->line);
    assert_true(hash(f) != before);
    redis_fixture_teardown(&fixture);
}

static void a_dead_key_is_in_no_hash(void **state)
{
    struct redis_fixture *f = *state;
    uint64_t empty = hash(f);
    say(f->a, "SET k v PX 10");
    assert_true(hash(f) != empty);
    fake_clock_advance(&f->clock, 20 * 1000);
    assert_true(hash(f) == empty);
    fake_redis_advance(f->engine);
    assert_true(hash(f) == empty);
}

static void hashes_without_keeping_track_too(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v");
    uint64_t tracked = hash(f);
    f->options.track_keys = false;
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    say(f->a, "SET k v");
    assert_true(hash(f) == tracked);
}

static void lists_those_that_have_a_time_to_live(void **state)
{
    struct redis_fixture *f = *state;
    size_t count;
    say(f->a, "SET k v\r\nSET b v EX 10\r\nSET a v EX 5\r\nSADD s x");
    const struct fake_redis_key *const *keys = fake_redis_mortal_keys(f->engine, 0, &count);
    assert_int_equal(count, 2);
    assert_true(fl_span_is(fake_redis_key_name(keys[0]), "a"));
    assert_true(fl_span_is(fake_redis_key_name(keys[1]), "b"));
    fake_redis_keys(f->engine, 0, &count);
    assert_int_equal(count, 4);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_is_no_dump),
        TEST(tells_lives_by_their_unit),
        TEST(knows_who_has_written_a_key_last),
        TEST(knows_what_a_script_and_a_served_pop_have_written),
        TEST(knows_what_nobody_has_written),
        TEST(hashes_the_same_contents_to_the_same),
        TEST(hashes_groups_and_consumers_in_any_order),
        TEST(a_dead_key_is_in_no_hash),
        TEST(hashes_without_keeping_track_too),
        TEST(lists_those_that_have_a_time_to_live),
    };
#undef TEST
    struct CMUnitTest rows[FL_COUNT(diffs) + FL_COUNT(changes)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(diffs); i++)
        rows[count++] = (struct CMUnitTest){diffs[i].name, diff_row, NULL, NULL, &diffs[i]};
    for (size_t i = 0; i < FL_COUNT(changes); i++)
        rows[count++] = (struct CMUnitTest){changes[i].name, change_row, NULL, NULL, &changes[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(rows, NULL, NULL);
}
