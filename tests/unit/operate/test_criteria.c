#include "tests/unit/queue/rows.h"

#include "operate/criteria.h"

#define JOB                                                                                        \
    "{\"class\":\"Wrapper\",\"wrapped\":\"Mail::Welcome\",\"jid\":\"abc\",\"args\":[\"r\\u00e9\"," \
    "7]}"

static const char *const abc[] = {"x", "abc"}, *const other[] = {"ab"};

static struct match_case {
    const char *name;
    struct fl_criteria criteria;
    bool want;
} matches[] = {
    {"match: nothing asked", {0}, true},
    {"match: one of the jids", {.jids = abc, .jid_count = 2}, true},
    {"match: the beginning of a jid is another jid", {.jids = other, .jid_count = 1}, false},
    {"match: the class", {.worker = "Wrapper"}, true},
    {"match: the class inside", {.worker = "Mail::Welcome"}, true},
    {"match: part of a class", {.worker = "Mail"}, false},
    {"match: text anywhere", {.text = "lcome\",\"jid"}, true},
    {"match: other text", {.text = "goodbye"}, false},
    {"match: no text", {.text = ""}, true},
    {"match: all must hold", {.jids = abc, .jid_count = 2, .worker = "Other"}, false},
};

static void match_row(void **state)
{
    const struct match_case *row = *state;
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(FL_SPAN(JOB), &payload), FL_OK);
    assert_int_equal(fl_criteria_match(&row->criteria, FL_SPAN(JOB), &payload), row->want);
    fl_payload_release(&payload);
}

static void what_is_no_job_has_only_text(void **state)
{
    const struct fl_criteria jid = {.jids = abc, .jid_count = 2}, worker = {.worker = "abc"},
                             text = {.text = "abc"}, none = {0};
    (void)state;
    assert_false(fl_criteria_match(&jid, FL_SPAN("abc"), NULL));
    assert_false(fl_criteria_match(&worker, FL_SPAN("abc"), NULL));
    assert_true(fl_criteria_match(&text, FL_SPAN("<abc>"), NULL));
    assert_true(fl_criteria_match(&none, FL_SPAN("abc"), NULL));
    assert_true(fl_criteria_are_empty(&none));
    assert_false(fl_criteria_are_empty(&text) || fl_criteria_are_empty(&jid) ||
                 fl_criteria_are_empty(&worker));
}

static struct pattern_case {
    const char *name;
    struct fl_criteria criteria;
    const char *want;
} patterns[] = {
    {"pattern: none", {0}, ""},
    {"pattern: a jid", {.jids = other, .jid_count = 1}, "*ab*"},
    {"pattern: several jids have none", {.jids = abc, .jid_count = 2}, ""},
    {"pattern: a class", {.worker = "Mail::Welcome"}, "*Mail::Welcome*"},
    {"pattern: text counts first", {.text = "x", .worker = "y"}, "*x*"},
    {"pattern: a glob is a text", {.text = "a*b?[c]\\^"}, "*a\\*b\\?\\[c\\]\\\\\\^*"},
    {"pattern: text is bytes", {.text = "r\xc3\xa9\""}, "*r\xc3\xa9\"*"},
    {"pattern: a class that JSON may write otherwise", {.worker = "R\xc3\xa9"}, ""},
};

static void pattern_row(void **state)
{
    const struct pattern_case *row = *state;
    struct fl_buf pattern = FL_BUF_INIT(1000);
    assert_int_equal(fl_criteria_pattern(&row->criteria, &pattern), FL_OK);
    assert_string_equal(pattern.bytes ? pattern.bytes : "", row->want);
    fl_buf_release(&pattern);
}

static struct shown_case {
    const char *name, *job, *want;
} shown[] = {
    {"shown: the class", "{\"class\":\"W\"}", "W"},
    {"shown: what is wrapped", JOB, "Mail::Welcome"},
    {"shown: the class for display", "{\"class\":\"W\",\"wrapped\":\"X\",\"display_class\":\"Y\"}",
     "Y"},
    {"shown: an odd name", "{\"class\":\"W\",\"wrapped\":7}", "W"},
    {"shown: none", "{}", ""},
};

static void shown_row(void **state)
{
    const struct shown_case *row = *state;
    struct fl_payload payload;
    assert_int_equal(fl_payload_parse(fl_span_from(row->job), &payload), FL_OK);
    assert_true(fl_span_is(fl_payload_shown_class(&payload), row->want));
    fl_payload_release(&payload);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_job_has_only_text)};
    rows_add(&rows, match_row, matches, FL_COUNT(matches), sizeof(matches[0]));
    rows_add(&rows, pattern_row, patterns, FL_COUNT(patterns), sizeof(patterns[0]));
    rows_add(&rows, shown_row, shown, FL_COUNT(shown), sizeof(shown[0]));
    int failed = cmocka_run_group_tests_name("criteria", tests, NULL, NULL);
    return failed + rows_run(&rows, "criteria rows");
}
