#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/selftest/sight.h"

#define FAILURE(members)                                                                           \
    "{\"type\":\"begin\"}\n{\"type\":\"failure\"," members "}\n{\"type\":\"summary\"}\n"

static struct sight_case {
    const char *name, *output;
    int status;
    uint64_t runs;
    enum sight want;
} sights[] = {
    {"green: it was not seen", "all is well", 0, 0, SIGHT_NOTHING},
    {"red with its words: found", "found 6 runs of a", 1, 10, SIGHT_FOUND},
    {"a stuck job is red", "found 6 runs of a", 4, 1, SIGHT_FOUND},
    {"a crash is red", "found 6 runs of a", 6, 1, SIGHT_FOUND},
    {"red with other words", "found 5 runs of a", 1, 1, SIGHT_OTHERWISE},
    {"past its budget", "found 6 runs of a", 1, 11, SIGHT_LATE},
    {"bad input finds nothing", "found 6 runs of a", 2, 1, SIGHT_BROKEN},
    {"nor does a fault of the harness", "found 6 runs of a", 5, 1, SIGHT_BROKEN},
    {"nor does a command that hangs", "found 6 runs of a", 124, 1, SIGHT_BROKEN},
};

static void sight_row(void **state)
{
    const struct sight_case *row = *state;
    const struct mutant mutant = {
        .words = {"run", "a.scenario"}, .word_count = 2, .expect = "6 runs of a", .budget = 10};
    assert_int_equal(sight_of(&mutant, row->status, fl_span_from(row->output), row->runs),
                     row->want);
}

static void of_a_change_that_is_no_bug_no_words_are_asked(void **state)
{
    const struct mutant mutant = {
        .words = {"run"}, .word_count = 1, .expect = "nothing", .is_none = true, .budget = 1};
    (void)state;
    assert_int_equal(sight_of(&mutant, 0, FL_SPAN(""), 0), SIGHT_NOTHING);
    assert_int_equal(sight_of(&mutant, 1, FL_SPAN("whatever"), 1), SIGHT_FOUND);
}

static void a_test_is_red_in_any_way_but_that_it_could_not_be_run(void **state)
{
    const struct mutant mutant = {.test = "tests/unit/t", .expect = "claim", .budget = 1};
    (void)state;
    assert_int_equal(sight_of(&mutant, 2, FL_SPAN("claim"), 1), SIGHT_FOUND);
    assert_int_equal(sight_of(&mutant, 134, FL_SPAN("claim"), 1), SIGHT_FOUND);
    assert_int_equal(sight_of(&mutant, 127, FL_SPAN("claim"), 1), SIGHT_BROKEN);
}

static struct runs_case {
    const char *name, *seeds, *report;
    uint64_t want;
} runs[] = {
    {"runs: a seed counts from the first", NULL, FAILURE("\"seed\":7"), 7},
    {"runs: which may be given", "5..20", FAILURE("\"seed\":7"), 3},
    {"runs: a point of a sweep counts from 0", NULL, FAILURE("\"seed\":1,\"sweep\":17"), 18},
    {"runs: no failure, no run", NULL, "{\"type\":\"scenario\",\"seed\":3}\n", 0},
    {"runs: a line that is cut is none", NULL, "{\"type\":\"failure\",\"se", 0},
};

static void runs_row(void **state)
{
    const struct runs_case *row = *state;
    struct mutant mutant = {.words = {"run", "a.scenario"}, .word_count = 2};
    if (row->seeds) {
        mutant.words[2] = "--seeds";
        mutant.words[3] = row->seeds;
        mutant.word_count = 4;
    }
    assert_int_equal(sight_runs(&mutant, fl_span_from(row->report), FL_SPAN("")), row->want);
}

static void a_matrix_tells_its_runs_itself(void **state)
{
    const struct mutant mutant = {.words = {"matrix", "a.scenario"}, .word_count = 2};
    (void)state;
    assert_int_equal(
        sight_runs(&mutant, FL_SPAN(""), FL_SPAN("7 modes x 9 effects: 2,016 runs in 0.9 s\n")),
        2016);
}

static void a_campaign_tells_its_first_run_that_failed(void **state)
{
    (void)state;
    assert_int_equal(
        sight_first_run(FL_SPAN("a: pct of depth 3 from seed 1, 64 runs, 1 final states, 64 "
                                "traces; run 41 is the first of 3 that failed\n")),
        41);
    assert_int_equal(sight_first_run(FL_SPAN("a: pct of depth 3 from seed 1, 64 runs\n")), 0);
}

int main(void)
{
    enum { SIGHTS = sizeof sights / sizeof sights[0], RUNS = sizeof runs / sizeof runs[0] };
    struct CMUnitTest rows[SIGHTS + RUNS];
    for (size_t i = 0; i < SIGHTS; i++)
        rows[i] = (struct CMUnitTest){sights[i].name, sight_row, NULL, NULL, &sights[i]};
    for (size_t i = 0; i < RUNS; i++)
        rows[SIGHTS + i] = (struct CMUnitTest){runs[i].name, runs_row, NULL, NULL, &runs[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_change_that_is_no_bug_no_words_are_asked),
        cmocka_unit_test(a_test_is_red_in_any_way_but_that_it_could_not_be_run),
        cmocka_unit_test(a_matrix_tells_its_runs_itself),
        cmocka_unit_test(a_campaign_tells_its_first_run_that_failed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests(rows, NULL, NULL);
}
