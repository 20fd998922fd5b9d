#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/selftest/mutant.h"

#define PATCH "--- a/src/queue/retry.c\n+++ b/src/queue/retry.c\n@@ -1 +1 @@\n-a\n+b\n"

struct fixture {
    struct fl_arena arena;
    struct fl_buf problem;
    struct mutant mutant;
};

static struct fixture fixture_new(void)
{
    return (struct fixture){.arena = FL_ARENA_INIT(1024 * 1024), .problem = FL_BUF_INIT(4096)};
}

static enum fl_error fixture_read(struct fixture *f, const char *text)
{
    return mutant_read("tests/planted/one-too-many.patch", fl_span_from(text), &f->arena,
                       &f->mutant, &f->problem);
}

static void fixture_release(struct fixture *f)
{
    fl_arena_release(&f->arena);
    fl_buf_release(&f->problem);
}

static void a_head_says_what_is_planted_and_who_finds_it(void **state)
{
    struct fixture f = fixture_new();
    (void)state;
    assert_int_equal(fixture_read(&f, "Bug: one retry too many\n"
                                      "Run: scenarios/retry/a.scenario --seeds 1..10\n"
                                      "Expect: runs of a = 6\n"
                                      "Budget: 10\n"
                                      "Explore: scenarios/redis/storm.scenario\n\n" PATCH),
                     FL_OK);
    assert_string_equal(f.mutant.name, "one-too-many");
    assert_string_equal(f.mutant.bug, "one retry too many");
    assert_string_equal(f.mutant.file, "src/queue/retry.c");
    assert_int_equal(f.mutant.word_count, 4);
    assert_string_equal(f.mutant.words[0], "run");
    assert_string_equal(f.mutant.words[3], "1..10");
    assert_string_equal(f.mutant.expect, "runs of a = 6");
    assert_string_equal(f.mutant.explore, "scenarios/redis/storm.scenario");
    assert_int_equal(f.mutant.budget, 10);
    assert_false(f.mutant.is_none);
    assert_string_equal(mutant_scenario(&f.mutant), "scenarios/retry/a.scenario");
    fixture_release(&f);
}

static void another_command_stands_before_its_arguments(void **state)
{
    struct fixture f = fixture_new();
    (void)state;
    assert_int_equal(
        fixture_read(&f, "Bug: b\nRun: oom a.scenario\nExpect: LOST\nBudget: 9\n\n" PATCH), FL_OK);
    assert_int_equal(f.mutant.word_count, 2);
    assert_string_equal(f.mutant.words[0], "oom");
    fixture_release(&f);
}

static void without_a_budget_the_first_run_must_be_red(void **state)
{
    struct fixture f = fixture_new();
    (void)state;
    assert_int_equal(
        fixture_read(&f, "Bug: b\nTest: tests/unit/t --quick\nExpect: claim\n\n" PATCH), FL_OK);
    assert_string_equal(f.mutant.test, "tests/unit/t");
    assert_int_equal(f.mutant.word_count, 1);
    assert_string_equal(f.mutant.words[0], "--quick");
    assert_int_equal(f.mutant.budget, 1);
    assert_null(mutant_scenario(&f.mutant));
    fixture_release(&f);
}

static void what_expects_nothing_is_no_bug(void **state)
{
    struct fixture f = fixture_new();
    (void)state;
    assert_int_equal(fixture_read(&f, "Bug: b\nRun: a.scenario\nExpect: nothing\n\n" PATCH), FL_OK);
    assert_true(f.mutant.is_none);
    fixture_release(&f);
}

static struct wrong_case {
    const char *name, *text, *problem;
} wrongs[] = {
    {"a head without a bug", "Run: a\nExpect: b\nBudget: 1\n\n" PATCH,
     "expected a Bug, found \"\""},
    {"a head without words", "Bug: a\nRun: a\nBudget: 1\n\n" PATCH,
     "expected an Expect, found \"\""},
    {"a head that names no finder", "Bug: a\nExpect: b\nBudget: 1\n\n" PATCH,
     "expected a Run or a Test, found \"\""},
    {"a head that names two finders", "Bug: a\nRun: a\nTest: b\nExpect: b\n\n" PATCH,
     "expected a Run or a Test, found \"\""},
    {"a line that is none", "Bug: a\nWho: b\n\n" PATCH,
     "expected Bug, Run, Test, Expect, Budget or Explore, found \"Who: b\""},
    {"a line twice", "Bug: a\nBug: b\n\n" PATCH,
     "expected each line of the head once, found \"Bug: b\""},
    {"a budget of nothing", "Bug: a\nRun: a\nExpect: b\nBudget: 0\n\n" PATCH,
     "expected a number of runs as the Budget, found \"0\""},
    {"a budget without end", "Bug: a\nRun: a\nExpect: b\nBudget: 100001\n\n" PATCH,
     "expected a number of runs as the Budget, found \"100001\""},
    {"no patch", "Bug: a\nRun: a\nExpect: b\nBudget: 1\n\n",
     "expected a patch behind the head, found \"\""},
    {"a patch of two files",
     "Bug: a\nRun: a\nExpect: b\nBudget: 1\n\n" PATCH "--- a/src/x.c\n+++ b/src/x.c\n",
     "expected a patch of one file, found \"src/x.c\""},
    {"a patch of the harness",
     "Bug: a\nRun: a\nExpect: b\nBudget: 1\n\n--- a/harness/x.c\n+++ b/harness/x.c\n",
     "expected a file of src or fakes, found \"harness/x.c\""},
};

static void wrong_row(void **state)
{
    const struct wrong_case *row = *state;
    struct fixture f = fixture_new();
    assert_int_equal(fixture_read(&f, row->text), FL_EINVAL);
    assert_string_equal(f.problem.bytes, row->problem);
    fixture_release(&f);
}

int main(void)
{
    enum { WRONGS = sizeof wrongs / sizeof wrongs[0] };
    struct CMUnitTest rows[WRONGS];
    for (size_t i = 0; i < WRONGS; i++)
        rows[i] = (struct CMUnitTest){wrongs[i].name, wrong_row, NULL, NULL, &wrongs[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_says_what_is_planted_and_who_finds_it),
        cmocka_unit_test(another_command_stands_before_its_arguments),
        cmocka_unit_test(without_a_budget_the_first_run_must_be_red),
        cmocka_unit_test(what_expects_nothing_is_no_bug),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests(rows, NULL, NULL);
}
