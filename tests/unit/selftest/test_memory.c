/* Without memory a planted bug is not read, and nothing is lost of what has been. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/selftest/green.h"

static enum fl_error read_one(void *context)
{
    static const char text[] = "Bug: the newest job is fetched first\n"
                               "Run: scenarios/fetch/first-in.scenario --seeds 1..10\n"
                               "Expect: starts before\n"
                               "Budget: 10\n"
                               "Explore: scenarios/redis/storm.scenario\n\n"
                               "--- a/src/queue/fetcher.c\n+++ b/src/queue/fetcher.c\n";
    struct fl_arena arena = FL_ARENA_INIT(1024 * 1024);
    struct fl_buf problem = FL_BUF_INIT(4096);
    struct mutant mutant;
    (void)context;
    enum fl_error err =
        mutant_read("newest-first.patch", fl_span_from(text), &arena, &mutant, &problem);
    fl_arena_release(&arena);
    fl_buf_release(&problem);
    return err;
}

static enum fl_error add_both(void *context)
{
    struct greens greens = {0};
    const struct mutant mutant = {.words = {"run", "a.scenario"}, .word_count = 2};
    (void)context;
    enum fl_error err = greens_add_finder(&greens, &mutant);
    if (!err) err = greens_add_handler(&greens, "angel", "tests/good/angel.scenario");
    if (!err) assert_int_equal(greens.count, 6);
    greens_release(&greens);
    return err;
}

static void a_bug_is_read_or_memory_is_short(void **state)
{
    (void)state;
    alloc_sweep(read_one, NULL);
}

static void what_must_be_green_is_kept_or_memory_is_short(void **state)
{
    (void)state;
    alloc_sweep(add_both, NULL);
}

static void who_finds_two_bugs_is_asked_once(void **state)
{
    struct greens greens = {0};
    const struct mutant first = {.words = {"run", "a.scenario"}, .word_count = 2},
                        other = {.words = {"run", "b.scenario"}, .word_count = 2},
                        test = {.test = "tests/unit/t"};
    (void)state;
    assert_int_equal(greens_add_finder(&greens, &first), FL_OK);
    assert_int_equal(greens_add_finder(&greens, &other), FL_OK);
    assert_int_equal(greens_add_finder(&greens, &test), FL_OK);
    assert_int_equal(greens_add_finder(&greens, &first), FL_OK);
    assert_int_equal(greens.count, 3);
    assert_true(green_finds(&greens.items[1], &other));
    assert_false(green_finds(&greens.items[1], &first));
    greens_release(&greens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bug_is_read_or_memory_is_short),
        cmocka_unit_test(what_must_be_green_is_kept_or_memory_is_short),
        cmocka_unit_test(who_finds_two_bugs_is_asked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
