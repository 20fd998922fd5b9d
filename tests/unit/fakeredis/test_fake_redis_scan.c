/* The promise of SCAN and its kin: what is present from the first page to the last is seen,
 * whatever comes and goes meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/redis/engine/dice.h"
#include "redis_fixture.h"

enum { STAYING = 700, PASSING = 900, ROUNDS = 12, PAGES_MAX = 20 * 1000 };

static struct collection {
    const char *name;
    const char *scan;    /* what stands before the cursor */
    const char *add;     /* %: the element */
    const char *discard; /* likewise */
} collections[] = {
    {"SCAN misses no key that stays", "SCAN", "SET % v", "DEL %"},
    {"SSCAN misses no member that stays", "SSCAN s", "SADD s %", "SREM s %"},
    {"HSCAN misses no field that stays", "HSCAN h", "HSET h % v", "HDEL h %"},
    {"ZSCAN misses no member that stays", "ZSCAN z", "ZADD z 1 %", "ZREM z %"},
};

static void change(struct redis_fixture *f, const char *format, char kind, unsigned id)
{
    char element[32], line[128];
    snprintf(element, sizeof(element), "%c%u", kind, id);
    const char *hole = strchr(format, '%');
    snprintf(line, sizeof(line), "%.*s%s%s", (int)(hole - format), format, element, hole + 1);
    say(f->b, line);
}

static void churn(struct redis_fixture *f, const struct collection *collection,
                  struct fake_dice *dice)
{
    unsigned count = (unsigned)(fake_dice_roll(dice) % 60);
    for (unsigned i = 0; i < count; i++) {
        bool comes = fake_dice_roll(dice) % 2;
        change(f, comes ? collection->add : collection->discard, 'p',
               (unsigned)(fake_dice_roll(dice) % PASSING));
    }
}

/* Asks for a page, notes which of those that stay were on it, and returns the next cursor. */
static uint64_t read_page(struct redis_fixture *f, const struct collection *collection,
                          uint64_t cursor, unsigned count, unsigned *seen)
{
    char line[128];
    snprintf(line, sizeof(line), "%s %llu COUNT %u", collection->scan, (unsigned long long)cursor,
             count);
    const char *reply = say(f->a, line);
    assert_memory_equal(reply, "*2\r\n$", 5);
    const char *text = strstr(reply + 4, "\r\n") + 2;
    uint64_t next = strtoull(text, NULL, 10);
    for (const char *at = text; (at = strstr(at, "\r\ns")); at++) {
        unsigned long id = strtoul(at + 3, NULL, 10);
        assert_true(id < STAYING);
        seen[id]++;
    }
    return next;
}

static void misses_nothing_that_stays(void **state)
{
    const struct collection *collection = *state;
    void *fixture;
    assert_int_equal(redis_fixture_setup(&fixture), 0);
    struct redis_fixture *f = fixture;
    struct fake_dice dice = {.state = 11};
    for (unsigned id = 0; id < STAYING; id++)
        change(f, collection->add, 's', id);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned seen[STAYING] = {0};
        uint64_t cursor = 0;
        unsigned pages = 0, count = 1 + (unsigned)(fake_dice_roll(&dice) % 40);
        do {
            cursor = read_page(f, collection, cursor, count, seen);
            churn(f, collection, &dice);
            assert_true(++pages < PAGES_MAX);
        } while (cursor);
        assert_true(pages >= STAYING / count); /* it was no single page */
        for (unsigned id = 0; id < STAYING; id++)
            assert_int_equal(seen[id], 1); /* once is more than Redis promises */
    }
    redis_fixture_teardown(&fixture);
}

static void shows_nothing_that_was_gone_before_the_first_page(void **state)
{
    struct redis_fixture *f = *state;
    char line[64];
    for (unsigned i = 0; i < STAYING; i++) {
        snprintf(line, sizeof(line), "SADD s x%u", i);
        say(f->a, line);
    }
    assert_string_equal(say(f->b, "SREM s x5"), ":1\r\n");
    assert_null(strstr(say(f->a, "SSCAN s 0 COUNT 10000"), "x5\r\n"));
}

static void answers_empty_pages_before_the_last(void **state)
{
    struct redis_fixture *f = *state;
    char line[64];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(line, sizeof(line), "SET k%u v", i);
        say(f->a, line);
    }
    const char *page = say(f->a, "SCAN 0 MATCH none* COUNT 10");
    assert_memory_not_equal(page, "*2\r\n$1\r\n0\r\n", 11);
    assert_non_null(strstr(page, "*0\r\n"));
    page = say(f->a, "SCAN 0 TYPE list COUNT 10");
    assert_memory_not_equal(page, "*2\r\n$1\r\n0\r\n", 11);
    assert_non_null(strstr(page, "*0\r\n"));
}

static void answers_what_is_small_in_one_page(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "HSET h a 1 b 2 c 3");
    assert_string_equal(say(f->a, "HSCAN h 0 COUNT 1"),
                        "*2\r\n$1\r\n0\r\n*6\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nc"
                        "\r\n$1\r\n3\r\n");
}

static void tells_what_is_small_in_the_order_in_which_redis_holds_it(void **state)
{
    static const char ascending[] = "$2\r\n-5\r\n$1\r\n1\r\n$2\r\n30\r\n";
    struct redis_fixture *f = *state;
    say(f->a, "SADD s 30 -5 1");
    assert_string_equal(say(f->a, "SMEMBERS s") + 4, ascending);
    assert_string_equal(say(f->a, "SUNION s s") + 4, ascending);
    assert_string_equal(say(f->a, "SORT s BY nosort") + 4, ascending);
    assert_string_equal(say(f->a, "SSCAN s 0") + 15, ascending);
    assert_string_equal(say(f->a, "SSCAN s 0 MATCH 3*") + 15, "$2\r\n30\r\n");
    say(f->a, "ZADD z 2 b 1 c 3 a");
    assert_string_equal(say(f->a, "ZSCAN z 0 MATCH [ab]") + 15,
                        "$1\r\nb\r\n$1\r\n2\r\n$1\r\na\r\n$1\r\n3\r\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    enum { COLLECTIONS = sizeof(collections) / sizeof(collections[0]) };
    struct CMUnitTest tests[COLLECTIONS + 4] = {
        TEST(shows_nothing_that_was_gone_before_the_first_page),
        TEST(answers_empty_pages_before_the_last),
        TEST(answers_what_is_small_in_one_page),
        TEST(tells_what_is_small_in_the_order_in_which_redis_holds_it),
    };
#undef TEST
    for (size_t i = 0; i < COLLECTIONS; i++)
        tests[4 + i] = (struct CMUnitTest){collections[i].name, misses_nothing_that_stays, NULL,
                                           NULL, &collections[i]};
    return _cmocka_run_group_tests("fake_redis_scan", tests, COLLECTIONS + 4, NULL, NULL);
}
