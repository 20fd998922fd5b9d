/* Files and feeds that cannot be imported, or not all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "import_seven.h"
#include "workers/csv.h"

static struct refusal_case {
    const char *name, *text, *error;
} refusals[] = {
    {"refused: empty file", "", "people.csv is empty: it has no header"},
    {"refused: nothing but line ends", "\r\n\n", "people.csv is empty: it has no header"},
    {"refused: header twice the same", "a,b,a\n", "row 1, column 3: the header names \"a\" twice"},
    {"refused: header not well-formed", "a,b\"c\n1,2\n",
     "row 1, column 2: a quote inside an unquoted field"},
    {"refused: quote never closed", "a,b\n1,2\n3,\"4\n5,6\n",
     "row 3, column 2: the quote is never closed"},
    {"refused: UTF-16",
     "\xFF\xFE"
     "a",
     "row 1, column 1: invalid UTF-8"},
};

static void refusal_row(void **state)
{
    const struct refusal_case *row = *state;
    struct outside o;
    outside_open(&o);
    given_file(&o, row->text);
    assert_int_equal(outside_deliver(&o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(&o, "failed");
    expect_error(&o, row->error);
    expect_told(&o, "failed");
    outside_close(&o);
}

static void a_missing_file_is_refused(void **state)
{
    struct outside *o = *state;
    given_import(o, "csv", "gone.csv");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_error(o, "gone.csv: not found");
}

static void bad_rows_are_kept_with_their_reason(void **state)
{
    struct outside *o = *state;
    char text[OUTSIDE_TEXT_BYTES];
    given_file(o, "a,b\n1,2\n3\n4,\xff\n5,6\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "completed");
    assert_int_equal(outside_number(o, ROWS), 2);
    assert_string_equal(
        outside_text(o, "SELECT reason FROM import_rejected_rows WHERE row_number = 3", text),
        "row 3: expected 2 fields, found 1");
    assert_string_equal(
        outside_text(
            o, "SELECT reason || '; ' || raw FROM import_rejected_rows WHERE row_number = 4", text),
        "row 4, column 2: invalid UTF-8; 4,\uFFFD");
}

/* As JSON, control characters take six times their room. */
static void a_row_that_is_too_large_as_an_object_is_rejected(void **state)
{
    struct outside *o = *state;
    size_t field = CSV_ROW_BYTES_MAX - 8, length = 0;
    char *text = malloc(2 * CSV_ROW_BYTES_MAX);
    assert_non_null(text);
    for (int row = 0; row < 2; row++) {
        memset(text + length, row ? 1 : 2, field);
        length += field;
        text[length++] = '\n';
    }
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_bytes(o->files, "people.csv", (struct fl_span){text, length}),
                     FL_OK);
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "completed");
    assert_int_equal(outside_number(o, "SELECT count(*) FROM import_rejected_rows"), 1);
    free(text);
}

static struct answer_case {
    const char *name;
    struct fake_http_answer answer;
    enum outside_end end;
    const char *error;
} answers[] = {
    {"feed: 404 is final",
     {.status = 404},
     OUTSIDE_DONE,
     "http://feed.example/people.csv answered with HTTP status 404"},
    {"feed: 503 is retried",
     {.status = 503},
     OUTSIDE_RETRY,
     "http://feed.example/people.csv answered with HTTP status 503"},
    {"feed: 429 is retried",
     {.status = 429},
     OUTSIDE_RETRY,
     "http://feed.example/people.csv answered with HTTP status 429"},
    {"feed: timeout is retried",
     {.kind = FAKE_HTTP_TIMEOUT},
     OUTSIDE_RETRY,
     "http://feed.example/people.csv: timed out"},
    {"feed: refused is retried",
     {.kind = FAKE_HTTP_REFUSED},
     OUTSIDE_RETRY,
     "http://feed.example/people.csv: could not be reached; nothing was applied"},
};

static void answer_row(void **state)
{
    const struct answer_case *row = *state;
    struct outside o;
    outside_open(&o);
    given_feed(&o, &row->answer, 1);
    assert_int_equal(outside_deliver(&o, WORKER, "[7]", -1), row->end);
    expect_state(&o, "failed");
    expect_error(&o, row->error);
    assert_int_equal(o.failures, 1);
    assert_int_equal(o.push_count, row->end == OUTSIDE_DONE ? 2 : 0);
    outside_close(&o);
}

static void a_raised_error_is_taken_back_by_the_next_run(void **state)
{
    struct outside *o = *state;
    const struct fake_http_answer feed[] = {
        {.kind = FAKE_HTTP_TIMEOUT},
        {.kind = FAKE_HTTP_CUT, .body = FL_SPAN("a,b\n1,2\n3,4\n"), .status = 200},
        {.kind = FAKE_HTTP_STATUS, .body = FL_SPAN("a,b\n1,2\n3,4\n"), .status = 200},
    };
    given_feed(o, feed, FL_COUNT(feed));
    assert_int_equal(outside_drain(o, WORKER, "[7]"), OUTSIDE_DONE);
    expect_state(o, "completed");
    assert_int_equal(outside_number(o, "SELECT run FROM imports"), 3);
    assert_int_equal(outside_number(o, ROWS), 2);
    expect_told(o, "completed");
}

static void six_failed_runs_are_five_attempts(void **state)
{
    struct outside *o = *state;
    const struct fake_http_answer down = {.status = 500};
    given_feed(o, &down, 1);
    assert_int_equal(outside_drain(o, WORKER, "[7]"), OUTSIDE_DEAD);
    assert_int_equal(fake_http_count(o->web), 6);
    expect_state(o, "failed");
    expect_error(o, "Processing failed after 5 attempts");
    expect_told(o, "failed");
}

int main(void)
{
    const struct CMUnitTest single[] = {
        WITH_OUTSIDE(a_missing_file_is_refused),
        WITH_OUTSIDE(bad_rows_are_kept_with_their_reason),
        WITH_OUTSIDE(a_row_that_is_too_large_as_an_object_is_rejected),
        WITH_OUTSIDE(a_raised_error_is_taken_back_by_the_next_run),
        WITH_OUTSIDE(six_failed_runs_are_five_attempts),
    };
    struct CMUnitTest tests[FL_COUNT(single) + FL_COUNT(refusals) + FL_COUNT(answers)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(single); i++)
        tests[n++] = single[i];
    for (size_t i = 0; i < FL_COUNT(refusals); i++)
        tests[n++] = (struct CMUnitTest){refusals[i].name, refusal_row, NULL, NULL, &refusals[i]};
    for (size_t i = 0; i < FL_COUNT(answers); i++)
        tests[n++] = (struct CMUnitTest){answers[i].name, answer_row, NULL, NULL, &answers[i]};
    return _cmocka_run_group_tests("import_source", tests, n, NULL, NULL);
}
