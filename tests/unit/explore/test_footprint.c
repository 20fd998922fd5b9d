/* Which commands conflict, pair by pair; and those that do not may change places: from whatever
 * state, both orders leave the same keys and give the same answers. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/effect/effect.h"
#include "tiny.h"

enum { TEXT_BYTES_MAX = 1024 * 1024, ROWS_MAX = 128 };

static struct tiny tiny;

/* Before each pair. */
static const char prelude[] = "SET a 5\r\nRPUSH q one two\r\nSADD s one\r\nHSET h f 1\r\n"
                              "ZADD z 1 m\r\nSET dying 1 EX 100";

struct footprint_of {
    struct sim_access accesses[256];
    uint32_t count;
};

static struct footprint_of say_first(const char *batch)
{
    struct footprint_of found;
    tiny_begin(&tiny, 3);
    tiny_say(&tiny, 2, prelude);
    tiny_say(&tiny, 0, batch);
    memcpy(found.accesses, tiny.accesses, sizeof found.accesses);
    found.count = tiny.access_count;
    return found;
}

static bool conflict(const char *one, const char *other)
{
    struct footprint_of a = say_first(one), b = say_first(other);
    return sim_accesses_conflict(a.accesses, a.count, b.accesses, b.count);
}

static const struct pair {
    const char *one, *other;
    bool conflict;
} pairs[] = {
    {"GET a", "GET a", false},
    {"GET a", "SET a 1", true},
    {"GET a", "SET b 1", false},
    {"SET a 1", "SET a 1", true},
    {"SET a 1", "SELECT 1\r\nSET a 1", false},
    {"INCR a", "INCR a", true},
    {"INCR a", "INCR b", false},
    {"MGET a b", "SET b 1", true},
    {"MSET c 1 b 1", "GET b", true},
    {"DEL nothing", "GET nothing", false},
    {"DEL a", "EXISTS a", true},
    {"EXPIRE a 10", "TTL a", true},
    {"EXPIRE a 10", "GET a", true},
    {"PERSIST dying", "TTL dying", true},
    {"GETEX a EX 10", "TTL a", true},
    {"LPUSH q x", "RPOP q", true},
    {"LPUSH q x", "LLEN q", true},
    {"RPOP empty", "RPOP empty", false},
    {"RPOP empty", "LPUSH empty x", true},
    {"LMOVE q r RIGHT LEFT", "LLEN r", true},
    {"LMOVE empty r RIGHT LEFT", "LPUSH r x", true}, /* it looked at both */
    {"BLPOP empty 0", "BLPOP empty 0", true},        /* who stands in line first */
    {"BLPOP empty 0", "LPUSH empty x", true},
    {"BLMOVE empty r LEFT LEFT 0", "LPUSH q x", false},
    {"SADD s two", "SMEMBERS s", true},
    {"SADD s one", "SMEMBERS s", false}, /* it has it already */
    {"HSET h f 2", "HGET h f", true},
    {"HSET h f 2", "HGETALL other", false},
    {"ZADD z 2 m", "ZRANGE z 0 -1", true},
    {"ZREM z nobody", "ZRANGE z 0 -1", false},
    {"PING", "FLUSHALL", false},
    {"FLUSHALL", "GET a", true},
    {"KEYS *", "SET a 1", true},
    {"SCAN 0", "SET a 1", true},
    {"DBSIZE", "GET a", true},
    {"INFO", "GET a", true},
    {"CLIENT LIST", "GET a", true},
    {"CLIENT SETNAME me", "GET a", false},
    {"CONFIG SET maxmemory 0", "GET a", true},
    {"PUBLISH news x", "PUBLISH news x", true},
    {"SPOP s", "GET a", true}, /* the dice are everybody's */
    {"XADD log * k v", "GET a", true},
    {"MULTI\r\nINCR a\r\nEXEC", "GET a", true},
    {"MULTI\r\nINCR a\r\nEXEC", "GET b", false},
    {"MULTI\r\nINCR a\r\nDISCARD", "GET a", false},
    {"WATCH a\r\nMULTI\r\nINCR b\r\nEXEC", "GET c", true},
    {"EVAL \"return redis.call('GET', KEYS[1])\" 1 a", "GET a", false},
    {"EVAL \"return redis.call('SET', KEYS[1], 1)\" 1 a", "GET a", true},
    {"EVAL \"return redis.call('SET', KEYS[1], 1)\" 2 a b", "GET b", false}, /* as it turned out */
    {"EVAL \"return redis.call('SET', 'b', 1)\" 1 a", "GET b", true},        /* undeclared */
    {"SCRIPT LOAD \"return 1\"", "SCRIPT LOAD \"return 1\"", false},
    {"SCRIPT LOAD \"return 1\"", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0", true},
    {"SCRIPT LOAD \"return 2\"", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0", false},
    {"EVAL \"return 1\" 0", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0", true},
    {"SCRIPT FLUSH", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0", true},
};

static void pair_row(void **state)
{
    const struct pair *row = *state;
    assert_int_equal(conflict(row->one, row->other), row->conflict);
    assert_int_equal(conflict(row->other, row->one), row->conflict);
}

static void play(const char *first, uint32_t who, const char *second, struct fl_buf *outcome)
{
    tiny_begin(&tiny, 3);
    tiny_say(&tiny, 2, prelude);
    tiny_say(&tiny, who, first);
    tiny_say(&tiny, 1 - who, second);
    tiny_end(&tiny, 2, outcome);
}

/* Of all the commands above. */
static void commands_that_do_not_conflict_change_places(void **state)
{
    (void)state;
    struct fl_buf one = FL_BUF_INIT(TEXT_BYTES_MAX), other = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t independent = 0;
    for (size_t i = 0; i < FL_COUNT(pairs); i++)
        for (size_t k = 0; k < FL_COUNT(pairs); k++) {
            if (conflict(pairs[i].one, pairs[k].other)) continue;
            fl_buf_truncate(&one, 0);
            fl_buf_truncate(&other, 0);
            play(pairs[i].one, 0, pairs[k].other, &one);
            play(pairs[k].other, 1, pairs[i].one, &other);
            assert_string_equal(one.bytes, other.bytes);
            independent++;
        }
    assert_true(independent > FL_COUNT(pairs) * FL_COUNT(pairs) / 4);
    fl_buf_release(&one);
    fl_buf_release(&other);
}

static const struct outside {
    const char *label, *detail, *other_label, *other_detail;
    bool conflict;
} outsides[] = {
    {"db SELECT users", "", "db SELECT users", "", false},
    {"db SELECT users", "", "db UPDATE users", "", true},
    {"db SELECT users", "", "db INSERT imports", "", true}, /* the lock is the file's */
    {"db BEGIN", "", "db COMMIT", "", true},
    {"mail", "a@b welcome", "mail", "a@b goodbye", true},
    {"mail", "a@b welcome", "mail", "c@d welcome", false},
    {"http GET", "http://x/1", "http GET", "http://x/1", true},
    {"http GET", "http://x/1", "http POST", "http://x/1", true},
    {"http GET", "http://x/1", "http GET", "http://x/2", false},
    {"http GET", "http://x/1", "db COMMIT", "", false},
    {"statsd", "jobs 1", "statsd", "jobs 1", false},
    {"process exit", "0", "mail", "a@b welcome", true},
};

static void outside_row(void **state)
{
    const struct outside *row = *state;
    struct sim_access one, other;
    assert_true(effect_access(fl_span_from(row->label), fl_span_from(row->detail), &one));
    assert_true(
        effect_access(fl_span_from(row->other_label), fl_span_from(row->other_detail), &other));
    assert_int_equal(sim_access_conflicts(one, other), row->conflict);
}

static void files_and_commands_are_not_told_here(void **state)
{
    (void)state;
    struct sim_access access;
    assert_false(effect_access(FL_SPAN("file read"), FL_SPAN(""), &access));
    assert_false(effect_access(FL_SPAN("redis GET"), FL_SPAN("a"), &access));
}

int main(void)
{
    static struct CMUnitTest rows[ROWS_MAX];
    size_t count = 0;
    static_assert(FL_COUNT(pairs) + FL_COUNT(outsides) + 2 <= ROWS_MAX, "room for all rows");
    tiny_init(&tiny);
    for (size_t i = 0; i < FL_COUNT(pairs); i++)
        rows[count++] =
            (struct CMUnitTest){pairs[i].one, pair_row, NULL, NULL, (void *)(uintptr_t)&pairs[i]};
    for (size_t i = 0; i < FL_COUNT(outsides); i++)
        rows[count++] = (struct CMUnitTest){outsides[i].label, outside_row, NULL, NULL,
                                            (void *)(uintptr_t)&outsides[i]};
    rows[count++] =
        (struct CMUnitTest)cmocka_unit_test(commands_that_do_not_conflict_change_places);
    rows[count++] = (struct CMUnitTest)cmocka_unit_test(files_and_commands_are_not_told_here);
    int failed = _cmocka_run_group_tests("footprints", rows, count, NULL, NULL);
    tiny_release(&tiny);
    return failed;
}
