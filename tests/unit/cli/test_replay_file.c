#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/cli/replay_file.h"

static void a_replay_reads_back_as_it_was_written(void **state)
{
    const struct scenario_setting settings[] = {{"file", "a \"b\"\n.csv"}, {"n", ""}};
    const struct replay sent = {.scenario = "scenarios/a b.scenario",
                                .settings = settings,
                                .setting_count = 2,
                                .seed = 7,
                                .sweep = 12,
                                .has_trace = true,
                                .trace_hash = {0xabc, 0xdef},
                                .choices = FL_SPAN("seed 9\nreplay 1\n")};
    struct fl_buf text = FL_BUF_INIT(4096), message = FL_BUF_INIT(4096);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct replay got;
    (void)state;
    assert_int_equal(replay_format(&sent, &text), FL_OK);
    assert_int_equal(replay_parse("r", fl_buf_span(&text), &arena, &got, &message), FL_OK);
    assert_string_equal(got.scenario, sent.scenario);
    assert_int_equal(got.setting_count, 2);
    assert_string_equal(got.settings[0].value, settings[0].value);
    assert_string_equal(got.settings[1].value, "");
    assert_int_equal(got.seed, 7);
    assert_int_equal(got.sweep, 12);
    assert_true(got.has_trace && got.trace_hash[0] == 0xabc && got.trace_hash[1] == 0xdef);
    assert_true(fl_span_equal(got.choices, sent.choices));
    fl_arena_release(&arena);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void priorities_and_what_follows_choices_read_back(void **state)
{
    const struct replay deep = {.scenario = "a", .sweep = -1, .depth = 3, .horizon = 81};
    const struct replay varied = {
        .scenario = "a", .sweep = -1, .then_seeded = true, .choices = FL_SPAN("instant\n")};
    const struct replay *const sent[] = {&deep, &varied};
    (void)state;
    for (size_t i = 0; i < FL_COUNT(sent); i++) {
        struct fl_buf text = FL_BUF_INIT(4096), message = FL_BUF_INIT(4096);
        struct fl_arena arena = FL_ARENA_INIT(0);
        struct replay got;
        assert_int_equal(replay_format(sent[i], &text), FL_OK);
        assert_int_equal(replay_parse("r", fl_buf_span(&text), &arena, &got, &message), FL_OK);
        assert_int_equal(got.depth, sent[i]->depth);
        assert_int_equal(got.horizon, sent[i]->horizon);
        assert_int_equal(got.then_seeded, sent[i]->then_seeded);
        assert_true(fl_span_equal(got.choices, sent[i]->choices));
        fl_arena_release(&arena);
        fl_buf_release(&text);
        fl_buf_release(&message);
    }
}

static struct bad_case {
    const char *name, *text, *want;
} cases[] = {
    {"bad: empty", "", "r:0:1: expected a line `scenario`, found the end of the line"},
    {"bad: another file", "scenario 1 \"t\"\n",
     "r:1:1: expected replay 1 as the first line, found \"scenario 1 \"t\"\""},
    {"bad: an unknown word", "replay 1\nsede 7\n",
     "r:2:1: expected scenario, set, seed, sweep, trace, priorities, then-seeded or choices, "
     "found \"sede\""},
    {"bad: no number", "replay 1\nseed x\n", "r:2:1: expected a number, found \"x\""},
    {"bad: a text without quotes", "replay 1\nscenario a\n",
     "r:2:1: expected a text in quotes, found \"a\""},
    {"bad: half a setting", "replay 1\nset \"a\"\n",
     "r:2:1: expected a text in quotes, found \"\""},
    {"bad: a quote that never ends", "replay 1\nscenario \"a\\\n",
     "r:2:1: expected a text in quotes, found \"\"a\\\""},
    {"bad: priorities without a horizon", "replay 1\npriorities 3\n",
     "r:2:1: expected a depth and a horizon, found \"3\""},
    {"bad: too deep", "replay 1\npriorities 17 81\n", "r:2:1: expected a number, found \"17\""},
    {"bad: half a hash", "replay 1\ntrace 12\n",
     "r:2:1: expected a hash of 32 hex digits, found \"12\""},
};

static void bad_row(void **state)
{
    const struct bad_case *row = *state;
    struct fl_buf message = FL_BUF_INIT(4096);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct replay got;
    assert_int_equal(replay_parse("r", fl_span_from(row->text), &arena, &got, &message), FL_EPARSE);
    assert_string_equal(message.bytes, row->want);
    fl_arena_release(&arena);
    fl_buf_release(&message);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(cases) + 2] = {
        cmocka_unit_test(a_replay_reads_back_as_it_was_written),
        cmocka_unit_test(priorities_and_what_follows_choices_read_back),
    };
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[i + 2] = (struct CMUnitTest){cases[i].name, bad_row, NULL, NULL, &cases[i]};
    return _cmocka_run_group_tests("replay_file", tests, FL_COUNT(tests), NULL, NULL);
}
