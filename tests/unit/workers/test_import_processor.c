#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "outside.h"
#include "workers/csv.h"
#include "workers/import_record.h"
#include "workers/process_csv_import.h"

#define WORKER "ImportProcessorWorker"
#define ROWS   "SELECT count(*) FROM import_rows WHERE import_id = 7"
#define STATE  "SELECT state FROM imports WHERE id = 7"
#define ERROR  "SELECT error FROM imports WHERE id = 7"

static int set_up(void **state)
{
    *state = malloc(sizeof(struct outside));
    assert_non_null(*state);
    outside_open(*state);
    return 0;
}

static int tear_down(void **state)
{
    outside_close(*state);
    free(*state);
    return 0;
}

static void given_import(struct outside *o, const char *type, const char *source)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO imports (id, business_account_id, import_type, source)"
             " VALUES (7, 1, '%s', '%s')",
             type, source);
    outside_sql(o, sql);
}

static void given_file(struct outside *o, const char *text)
{
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_bytes(o->files, "people.csv", fl_span_from(text)), FL_OK);
}

static void given_feed(struct outside *o, const struct fake_http_answer *answers, size_t count)
{
    given_import(o, "csv", "http://feed.example/people.csv");
    assert_int_equal(fake_http_stub(o->web, "GET", "http://feed.example/*", answers, count), FL_OK);
}

static void expect_state(struct outside *o, const char *state)
{
    char text[OUTSIDE_TEXT_BYTES];
    assert_string_equal(outside_text(o, STATE, text), state);
}

static void expect_error(struct outside *o, const char *error)
{
    char text[OUTSIDE_TEXT_BYTES];
    assert_string_equal(outside_text(o, ERROR, text), error);
}

/* User and staff have each got one mail of this outcome under its key, and nothing is left to tell.
 */
static void expect_told(struct outside *o, const char *outcome)
{
    char key[64];
    outside_drain_pushes(o);
    snprintf(key, sizeof key, "import-7-%s-user", outcome);
    assert_int_equal(fake_mail_deliveries(o->office, fl_span_from(key)), 1);
    snprintf(key, sizeof key, "import-7-%s-staff", outcome);
    assert_int_equal(fake_mail_deliveries(o->office, fl_span_from(key)), 1);
    assert_int_equal(outside_number(o, "SELECT count(*) FROM outbox WHERE state = 'pending'"), 0);
}

static void a_csv_file_is_imported_and_told_of(void **state)
{
    struct outside *o = *state;
    char text[OUTSIDE_TEXT_BYTES];
    given_file(o, "\xEF\xBB\xBFname,note\r\nann,\"a, b\"\r\nbob,\u00fc\r\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "completed");
    assert_int_equal(outside_number(o, ROWS), 2);
    assert_string_equal(outside_text(o, "SELECT data FROM import_rows WHERE row_number = 2", text),
                        "{\"name\":\"ann\",\"note\":\"a, b\"}");
    assert_int_equal(o->successes, 1);
    assert_int_equal(o->failures, 0);
    assert_non_null(strstr(o->log, "event=import_processing_started\nimport_id=7\n"
                                   "worker=ImportProcessorWorker\nqueue=default\n"));
    assert_int_equal(o->push_count, 2);
    assert_string_equal(o->pushes[0].queue, "staff_notifications");
    assert_string_equal(o->pushes[1].queue, "user_notifications");
    assert_string_not_equal(o->pushes[0].jid, o->pushes[1].jid);
    expect_told(o, "completed");
}

static void an_unsupported_type_fails_without_a_retry(void **state)
{
    struct outside *o = *state;
    given_import(o, "xlsx", "people.xlsx");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "failed");
    expect_error(o, "Unsupported import type: xlsx");
    expect_told(o, "failed");
}

static void a_missing_record_is_logged_and_not_retried(void **state)
{
    struct outside *o = *state;
    assert_int_equal(outside_deliver(o, WORKER, "[8]", -1), OUTSIDE_DISCARDED);
    assert_non_null(strstr(o->log, "Record not found: import 8"));
    assert_int_equal(o->push_count, 0);
}

static void wrong_arguments_are_a_permanent_error(void **state)
{
    struct outside *o = *state;
    assert_int_equal(outside_deliver(o, WORKER, "[\"7\"]", -1), OUTSIDE_DEAD);
    assert_string_equal(o->error_class, "ArgumentError");
}

/* --- failures of the source --- */

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

/* --- the hook --- */

static void the_hook_gives_up_after_five_tries(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    outside_sql(o, "UPDATE imports SET state = 'processing', run = 1");
    o->cut_at = 1; /* its last run cannot begin, nor can the hook end it */
    assert_int_equal(outside_deliver(o, WORKER, "[7]", 4), OUTSIDE_DEAD);
    expect_state(o, "processing");
    assert_int_equal(o->clock.mono_us, 4 * INT64_C(1000000));
    assert_non_null(strstr(o->log, "import 7 could not be marked failed for good"));
}

static void heal_at_the_fourth(struct outside *o, int64_t nth)
{
    if (nth == 4) o->cut_at = 0;
}

static void the_hook_ends_what_a_killed_run_has_left(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    outside_sql(o, "UPDATE imports SET state = 'processing', run = 1");
    o->cut_at = 1; /* the database is away for the run and most of the hook */
    o->before_effect = heal_at_the_fourth;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", 4), OUTSIDE_DEAD);
    expect_state(o, "failed");
    expect_error(o, "Processing failed after 5 attempts");
    expect_told(o, "failed");
}

static void heal_at_the_tenth(struct outside *o, int64_t nth)
{
    if (nth == 10) o->cut_at = 0;
}

static void the_hook_leaves_the_message_of_an_import_that_has_ended(void **state)
{
    struct outside *o = *state;
    given_import(o, "xlsx", "people.xlsx");
    o->cut_at = 9; /* behind the COMMIT of the state: nobody can be told, until the hook runs */
    o->before_effect = heal_at_the_tenth;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", 4), OUTSIDE_DEAD);
    assert_int_equal(outside_number(o, "SELECT count(*) FROM outbox"), 2);
    expect_state(o, "failed");
    expect_error(o, "Unsupported import type: xlsx");
    expect_told(o, "failed");
}

/* --- commands in the place of the standard one --- */

static void succeed(struct fl_job *job, const struct import_record *record,
                    struct import_report *ret_report)
{
    (void)job;
    assert_int_equal(record->id, 7);
    assert_int_equal(record->business_account_id, 1);
    *ret_report = (struct import_report){.result = IMPORT_SUCCEEDED};
}

static void report_failure(struct fl_job *job, const struct import_record *record,
                           struct import_report *ret_report)
{
    (void)job, (void)record;
    *ret_report = (struct import_report){.result = IMPORT_FAILED, .message = "no such luck"};
}

static void run_out_of_memory(struct fl_job *job, const struct import_record *record,
                              struct import_report *ret_report)
{
    (void)job, (void)record;
    *ret_report = (struct import_report){
        .result = IMPORT_EXHAUSTED, .error_class = "NoMemoryError", .message = "out of memory"};
}

static const struct import_command succeeding = {succeed}, failing = {report_failure},
                                   starving = {run_out_of_memory};

static void a_command_that_succeeds_completes(void **state)
{
    struct outside *o = *state;
    given_import(o, "csv", "people.csv");
    o->command = &succeeding;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "completed");
}

static void a_command_that_reports_failure_is_not_retried(void **state)
{
    struct outside *o = *state;
    given_import(o, "csv", "people.csv");
    o->command = &failing;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    expect_state(o, "failed");
    expect_error(o, "no such luck");
}

static void a_lack_of_memory_is_a_system_failure(void **state)
{
    struct outside *o = *state;
    given_import(o, "csv", "people.csv");
    o->command = &starving;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_RETRY);
    assert_int_equal(o->failure, FL_SYSTEM);
    expect_state(o, "failed");
}

static void delete_and_go_on(struct fl_job *job, const struct import_record *record,
                             struct import_report *ret_report)
{
    struct fl_db_conn *conn;
    assert_int_equal(fl_db_checkout(fl_job_db(job), FL_NEVER_US, &conn), FL_OK);
    assert_int_equal(
        fl_db_execute(fl_job_db(job), conn, "DELETE FROM imports WHERE id = 7", NULL, 0, NULL),
        FL_OK);
    fl_db_checkin(fl_job_db(job), conn);
    process_csv_import.run(job, record, ret_report);
}
static const struct import_command deleting = {delete_and_go_on};

static void a_record_deleted_while_running_is_discarded(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    outside_sql(o, "INSERT INTO import_rows VALUES (7, 2, '{}')"); /* of an earlier batch */
    o->command = &deleting;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DISCARDED);
    assert_int_equal(outside_number(o, ROWS), 0);
    assert_int_equal(outside_number(o, "SELECT count(*) FROM outbox"), 0);
}

/* The second owner begins, and ends, while the first is held up in the middle. */
static void overtake(struct fl_job *job, const struct import_record *record,
                     struct import_report *ret_report)
{
    struct import_store store = {.db = fl_job_db(job), .clock = fl_job_clock(job)};
    struct import_record second;
    struct import_report report;
    enum import_standing standing;
    assert_int_equal(import_begin(&store, record->id, &standing, &second), FL_OK);
    process_csv_import.run(job, &second, &report);
    assert_int_equal(report.result, IMPORT_SUCCEEDED);
    import_record_release(&second);
    process_csv_import.run(job, record, ret_report);
}
static const struct import_command overtaking = {overtake};

static void a_stale_owner_writes_nothing_and_yields(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n2\n");
    o->command = &overtaking;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DISCARDED);
    assert_int_equal(outside_number(o, ROWS), 2);
    assert_int_equal(outside_number(o, "SELECT imported_count FROM imports"), 2);
    expect_state(o, "processing"); /* the second owner's to end */
}

/* --- redelivery --- */

static void a_completed_import_only_tells_what_is_untold(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    o->push_count = 0;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    assert_int_equal(o->push_count, 2);
    expect_told(o, "completed");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    assert_int_equal(o->push_count, 0);
    assert_int_equal(o->successes, 1);
    assert_int_equal(outside_number(o, "SELECT run FROM imports"), 1);
}

static void a_notification_that_was_sent_is_not_sent_again(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    for (int times = 0; times < 2; times++)
        assert_int_equal(outside_deliver(o, "UserNotificationWorker", "[7,\"completed\"]", -1),
                         OUTSIDE_DONE);
    assert_int_equal(fake_mail_count(o->office), 1);
    assert_int_equal(outside_deliver(o, "UserNotificationWorker", "[7,\"failed\"]", -1),
                     OUTSIDE_DISCARDED);
}

static void a_later_run_goes_on_at_the_checkpoint(void **state)
{
    struct outside *o = *state;
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_rows(o->files, "people.csv", 2500), FL_OK);
    o->cut_at = 10; /* in the second batch */
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_RETRY);
    assert_int_equal(outside_number(o, ROWS), 1000);
    o->cut_at = 0;
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
    assert_int_equal(outside_number(o, ROWS), 2500);
    assert_int_equal(outside_number(o, "SELECT imported_count FROM imports"), 2500);
}

static void a_source_that_has_shrunk_is_an_error(void **state)
{
    struct outside *o = *state;
    given_file(o, "a\n1\n");
    outside_sql(o, "UPDATE imports SET byte_offset = 100, row_number = 50");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_RETRY);
    expect_error(o, "people.csv ends at byte 99, but was imported up to byte 100");
}

/* --- killed anywhere --- */

static void given_2500_rows(struct outside *o)
{
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_rows(o->files, "people.csv", 2500), FL_OK);
}

static void given_xlsx(struct outside *o)
{
    given_import(o, "xlsx", "people.xlsx");
}

static void given_a_feed_that_is_down(struct outside *o)
{
    static const struct fake_http_answer down = {.status = 500};
    given_feed(o, &down, 1);
}

static struct kill_case {
    const char *name;
    void (*given)(struct outside *o);
    const char *state, *error;
    int64_t rows, effects_min;
} kills[] = {
    {"killed anywhere: a file of three batches", given_2500_rows, "completed", "", 2500, 20},
    {"killed anywhere: an unsupported type", given_xlsx, "failed", "Unsupported import type: xlsx",
     0, 10},
    {"killed anywhere: a feed that stays down", given_a_feed_that_is_down, "failed",
     "Processing failed after 5 attempts", 0, 40},
};

/* False when there were fewer effects than that. */
static bool survives_a_kill(const struct kill_case *row, int64_t cut_at, bool after)
{
    struct outside o;
    outside_open(&o);
    row->given(&o);
    o.cut_at = cut_at;
    o.cut = after ? CUT_AFTER : CUT_BEFORE;
    (void)outside_drain(&o, WORKER, "[7]");
    outside_drain_pushes(&o);
    bool was_cut = o.effects >= cut_at;
    expect_state(&o, row->state);
    expect_error(&o, row->error);
    assert_int_equal(outside_number(&o, ROWS), row->rows);
    assert_int_equal(outside_number(&o, "SELECT count(*) FROM outbox"), 2);
    assert_int_equal(outside_number(&o, "SELECT count(*) FROM outbox WHERE state = 'sent'"), 2);
    outside_close(&o);
    return was_cut;
}

static void kill_row(void **state)
{
    const struct kill_case *row = *state;
    int64_t cut_at = 1;
    while (survives_a_kill(row, cut_at, false))
        assert_true(survives_a_kill(row, cut_at++, true));
    assert_true(cut_at > row->effects_min);
}

/* --- out of memory --- */

struct starved {
    void (*given)(struct outside *o);
    const char *worker, *args;
};

static void given_rows_good_and_bad(struct outside *o)
{
    given_file(o, "a,b\n1,2\n3\n\"4\",5\n");
}

static void given_something_to_tell(struct outside *o)
{
    given_file(o, "a\n1\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
}

static enum fl_error deliver_starved(void *context)
{
    const struct starved *starved = context;
    struct outside o;
    alloc_sweep_pause();
    outside_open(&o);
    starved->given(&o);
    struct fl_json args;
    assert_int_equal(fl_json_parse(fl_span_from(starved->args), &args, NULL), FL_OK);
    alloc_sweep_resume();
    enum outside_end end = outside_deliver_parsed(&o, starved->worker, &args, -1);
    alloc_sweep_pause();
    fl_json_release(&args);
    outside_close(&o);
    alloc_sweep_resume();
    if (end == OUTSIDE_DONE) return FL_OK;
    return end == OUTSIDE_RETRY && o.failure == FL_SYSTEM ? FL_ENOMEM : FL_EIO;
}

static void every_allocation_of_an_import_may_fail(void **state)
{
    (void)state;
    alloc_sweep(deliver_starved, &(struct starved){given_rows_good_and_bad, WORKER, "[7]"});
}

static void every_allocation_of_a_notification_may_fail(void **state)
{
    (void)state;
    alloc_sweep(deliver_starved, &(struct starved){given_something_to_tell,
                                                   "UserNotificationWorker", "[7,\"completed\"]"});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest single[] = {
        TEST(a_csv_file_is_imported_and_told_of),
        TEST(an_unsupported_type_fails_without_a_retry),
        TEST(a_missing_record_is_logged_and_not_retried),
        TEST(wrong_arguments_are_a_permanent_error),
        TEST(a_missing_file_is_refused),
        TEST(bad_rows_are_kept_with_their_reason),
        TEST(a_row_that_is_too_large_as_an_object_is_rejected),
        TEST(a_raised_error_is_taken_back_by_the_next_run),
        TEST(six_failed_runs_are_five_attempts),
        TEST(the_hook_gives_up_after_five_tries),
        TEST(the_hook_ends_what_a_killed_run_has_left),
        TEST(the_hook_leaves_the_message_of_an_import_that_has_ended),
        TEST(a_command_that_succeeds_completes),
        TEST(a_command_that_reports_failure_is_not_retried),
        TEST(a_lack_of_memory_is_a_system_failure),
        TEST(a_record_deleted_while_running_is_discarded),
        TEST(a_stale_owner_writes_nothing_and_yields),
        TEST(a_completed_import_only_tells_what_is_untold),
        TEST(a_notification_that_was_sent_is_not_sent_again),
        TEST(a_later_run_goes_on_at_the_checkpoint),
        TEST(a_source_that_has_shrunk_is_an_error),
        cmocka_unit_test(every_allocation_of_an_import_may_fail),
        cmocka_unit_test(every_allocation_of_a_notification_may_fail),
    };
    struct CMUnitTest
        tests[FL_COUNT(single) + FL_COUNT(refusals) + FL_COUNT(answers) + FL_COUNT(kills)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(single); i++)
        tests[n++] = single[i];
    for (size_t i = 0; i < FL_COUNT(refusals); i++)
        tests[n++] = (struct CMUnitTest){refusals[i].name, refusal_row, NULL, NULL, &refusals[i]};
    for (size_t i = 0; i < FL_COUNT(answers); i++)
        tests[n++] = (struct CMUnitTest){answers[i].name, answer_row, NULL, NULL, &answers[i]};
    for (size_t i = 0; i < FL_COUNT(kills); i++)
        tests[n++] = (struct CMUnitTest){kills[i].name, kill_row, NULL, NULL, &kills[i]};
    return _cmocka_run_group_tests("import_processor", tests, n, NULL, NULL);
}
