#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/modes.h"
#include "harness/scenario/parse.h"

static const struct run_effect commit = {.who = FL_SPAN("hello#1"),
                                         .job = FL_SPAN("hello"),
                                         .what = FL_SPAN("db COMMIT"),
                                         .occurrence = 2};
static const struct run_effect fetch = {
    .who = FL_SPAN("p2/fetch"), .what = FL_SPAN("redis LMOVE"), .occurrence = 11};

static void writes(enum matrix_mode mode, const struct run_effect *effect, const char *line)
{
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_int_equal(matrix_mode_write(mode, effect, "new one.so", &out), FL_OK);
    assert_string_equal(out.bytes, line);
    fl_buf_release(&out);
}

static void a_mode_is_a_line_of_the_language(void **state)
{
    (void)state;
    writes(MATRIX_KILL_BEFORE, &commit,
           "fault kill process-of hello when hello#1 the 2nd \"db COMMIT\" before restart after "
           "1s\n");
    writes(MATRIX_KILL_AFTER, &fetch,
           "fault kill p2 when p2/fetch the 11th \"redis LMOVE\" after restart after 1s\n");
    writes(MATRIX_ERROR_BEFORE, &commit,
           "fault db disconnect when hello#1 the 2nd \"db COMMIT\"\n");
    writes(MATRIX_ERROR_BEFORE, &fetch,
           "fault error \"ERR refused\" when p2/fetch the 11th \"redis LMOVE\"\n");
    writes(MATRIX_REPLY_LOST, &fetch, "fault lose-ack when p2/fetch the 11th \"redis LMOVE\"\n");
    writes(MATRIX_STALL, &commit,
           "fault pause process-of hello 150s when hello#1 the 2nd \"db COMMIT\" before\n");
    writes(MATRIX_NEW_AFTER, &commit,
           "fault deploy all \"new one.so\" with kill process-of hello when hello#1 the 2nd \"db "
           "COMMIT\" after restart after 1s\n");
    writes(MATRIX_MALLOC, &commit,
           "fault oom nth 1 once in process-of hello when hello#1 the 2nd \"db COMMIT\" after\n");
}

/* Every line of every mode at effects of every kind, their labels full of what the language uses.
 */
static void every_line_can_be_read(void **state)
{
    static const char *const labels[] = {
        "redis EVALSHA", "db UPDATE t",          "http POST", "mail", "file open",
        "statsd",        "redis a*?[\\\"${1..2}"};
    (void)state;
    for (size_t i = 0; i < FL_COUNT(labels); i++)
        for (int mode = 0; mode < MATRIX_MODES; mode++) {
            struct run_effect effect = commit;
            struct fl_buf out = FL_BUF_INIT(4096), message = FL_BUF_INIT(4096);
            struct plan *plan;
            effect.what = fl_span_from(labels[i]);
            if (!matrix_mode_applies((enum matrix_mode)mode, &effect, 2)) continue;
            assert_int_equal(fl_buf_append_text(&out, "scenario 1 \"t\"\nenqueue hello W []\n"),
                             FL_OK);
            assert_int_equal(matrix_mode_write((enum matrix_mode)mode, &effect, "new.so", &out),
                             FL_OK);
            const struct scenario_changes changes = {.bare = true, .extra = fl_buf_span(&out)};
            if (scenario_parse_changed("s", FL_SPAN(""), &changes, NULL, 0, &plan, &message))
                fail_msg("%s%s", out.bytes, message.bytes);
            scenario_plan_free(plan);
            fl_buf_release(&out);
            fl_buf_release(&message);
        }
}

static void not_every_mode_applies(void **state)
{
    static const struct run_effect metric = {.what = FL_SPAN("statsd")};
    static const struct run_effect file = {.what = FL_SPAN("file read")};
    (void)state;
    assert_true(matrix_mode_applies(MATRIX_STALL, &commit, 2));
    assert_false(matrix_mode_applies(MATRIX_STALL, &commit, 1));
    assert_false(matrix_mode_applies(MATRIX_ERROR_BEFORE, &metric, 2));
    assert_true(matrix_mode_applies(MATRIX_ERROR_BEFORE, &file, 2));
    assert_false(matrix_mode_applies(MATRIX_REPLY_LOST, &file, 2));
    assert_true(matrix_mode_applies(MATRIX_KILL_AFTER, &metric, 1));
}

static void modes_are_read_by_their_names(void **state)
{
    char names[128];
    (void)state;
    matrix_modes_list(names, sizeof names);
    assert_int_equal(matrix_modes_parse(names), MATRIX_ALL_MODES);
    assert_int_equal(matrix_modes_parse("lost,kill>"),
                     1U << MATRIX_REPLY_LOST | 1U << MATRIX_KILL_AFTER);
    assert_int_equal(matrix_modes_parse("kill"), 0);
    assert_int_equal(matrix_modes_parse(""), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mode_is_a_line_of_the_language),
        cmocka_unit_test(every_line_can_be_read),
        cmocka_unit_test(not_every_mode_applies),
        cmocka_unit_test(modes_are_read_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
