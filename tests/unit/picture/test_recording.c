/* What a recording says of a store that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "harness/picture/recording.h"

struct fixture {
    struct fl_buf out;
    struct recording *recording;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) return -1;
    f->out = FL_BUF_INIT(2 * (size_t)RECORDING_BYTES_MAX);
    *state = f;
    return recording_new(&f->out, &f->recording) == FL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    recording_free(f->recording);
    fl_buf_release(&f->out);
    free(f);
    return 0;
}

/* One group with these lines; NULL: the store is empty. */
static void tell(struct fixture *f, const char *const *lines)
{
    recording_begin_store(f->recording, RECORDING_REDIS);
    if (lines) recording_group(f->recording, FL_SPAN("q"), FL_SPAN("list"));
    for (size_t i = 0; lines && lines[i]; i++)
        recording_line(f->recording, fl_span_from(lines[i]));
    recording_end_store(f->recording);
}

static void must_edit(struct fixture *f, const char *want)
{
    struct fl_span edits = recording_edits(f->recording);
    char *text = strndup(edits.length ? edits.bytes : "", edits.length);
    assert_string_equal(text, want);
    free(text);
    const struct recording_event event = {.kind = RECORDING_EFFECT};
    recording_add(f->recording, &event);
}

static void an_edit_is_what_lies_between_the_common_head_and_tail(void **state)
{
    struct fixture *f = *state;
    tell(f, (const char *const[]){"a", "b", "c", NULL});
    must_edit(f, "[0,\"q\",\"list\",0,[],[\"a\",\"b\",\"c\"]]");
    tell(f, (const char *const[]){"a", "x", "c", NULL});
    must_edit(f, "[0,\"q\",\"list\",1,[\"b\"],[\"x\"]]");
    tell(f, (const char *const[]){"n", "a", "x", "c", NULL});
    must_edit(f, "[0,\"q\",\"list\",0,[],[\"n\"]]");
    tell(f, (const char *const[]){"n", "a", "x", "c", NULL});
    must_edit(f, "");
}

static void a_line_that_comes_twice_is_no_line_that_stays(void **state)
{
    struct fixture *f = *state;
    tell(f, (const char *const[]){"a", "a", NULL});
    must_edit(f, "[0,\"q\",\"list\",0,[],[\"a\",\"a\"]]");
    tell(f, (const char *const[]){"a", NULL});
    must_edit(f, "[0,\"q\",\"list\",1,[\"a\"],[]]");
}

static void a_group_that_goes_takes_its_lines_with_it(void **state)
{
    struct fixture *f = *state;
    tell(f, (const char *const[]){"a", NULL});
    must_edit(f, "[0,\"q\",\"list\",0,[],[\"a\"]]");
    tell(f, NULL);
    must_edit(f, "[0,\"q\",null,0,[\"a\"],[]]");
}

static void changes_stand_apart_only_when_they_are_others(void **state)
{
    struct fixture *f = *state;
    tell(f, (const char *const[]){"a", NULL});
    struct recording_event event = {.kind = RECORDING_EFFECT,
                                    .changes = recording_edits(f->recording)};
    recording_add(f->recording, &event);
    assert_non_null(strstr(f->out.bytes, "\"d\":[["));
    assert_null(strstr(f->out.bytes, "\"c\":"));
    event.changes = FL_SPAN("[0,\"k\",\"set\",0,[],[]]");
    recording_add(f->recording, &event);
    assert_non_null(strstr(f->out.bytes, "\"c\":[[0,\"k\",\"set\",0,[],[]]]"));
}

static void every_line_is_json_whatever_the_texts(void **state)
{
    struct fixture *f = *state;
    const struct recording_event event = {.kind = RECORDING_MARK,
                                          .who = "\"\\\n\x01",
                                          .what = "</script>",
                                          .detail = FL_SPAN("\xff\xfe\"}"),
                                          .outcome = FL_SPAN("\xE2\x80\xA8")};
    struct fl_json json;
    tell(f, (const char *const[]){"\xc3(\x02\"", NULL});
    recording_add(f->recording, &event);
    assert_int_equal(fl_json_parse(fl_buf_span(&f->out), &json, NULL), FL_OK);
    assert_true(fl_json_is(fl_json_member(fl_json_root(&json), "l"), "</script>"));
    fl_json_release(&json);
}

static void a_full_recording_counts_what_it_leaves_out(void **state)
{
    struct fixture *f = *state;
    char detail[RECORDING_LINE_BYTES_MAX];
    memset(detail, 'x', sizeof detail);
    const struct recording_event event = {.kind = RECORDING_LOG, .detail = {detail, sizeof detail}};
    for (size_t i = 0; i < RECORDING_BYTES_MAX / sizeof detail; i++)
        recording_add(f->recording, &event);
    assert_true(recording_left_out(f->recording) > 0);
    assert_true(f->out.length <= RECORDING_BYTES_MAX);
    assert_int_equal(f->out.bytes[f->out.length - 1], '\n');
}

static void of_a_store_with_too_many_lines_the_first_are_told(void **state)
{
    struct fixture *f = *state;
    recording_begin_store(f->recording, RECORDING_REDIS);
    recording_group(f->recording, FL_SPAN("q"), FL_SPAN("list"));
    for (int i = 0; i < 2 * RECORDING_LINES_MAX; i++)
        recording_line(f->recording, FL_SPAN("x"));
    recording_end_store(f->recording);
    struct fl_span edits = recording_edits(f->recording);
    assert_true(edits.length < 5 * (size_t)RECORDING_LINES_MAX);
    assert_non_null(memmem(edits.bytes, edits.length, "not recorded", 12));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_edit_is_what_lies_between_the_common_head_and_tail),
        CASE(a_line_that_comes_twice_is_no_line_that_stays),
        CASE(a_group_that_goes_takes_its_lines_with_it),
        CASE(changes_stand_apart_only_when_they_are_others),
        CASE(every_line_is_json_whatever_the_texts),
        CASE(a_full_recording_counts_what_it_leaves_out),
        CASE(of_a_store_with_too_many_lines_the_first_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
