/* An import from its job to its end: what it does, what its hook does, commands in the place of the
 * standard one, redelivery. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "import_seven.h"
#include "workers/import_record.h"
#include "workers/process_csv_import.h"

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
                                   "worker=ImportProcessorWorker\n"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OUTSIDE(a_csv_file_is_imported_and_told_of),
        WITH_OUTSIDE(an_unsupported_type_fails_without_a_retry),
        WITH_OUTSIDE(a_missing_record_is_logged_and_not_retried),
        WITH_OUTSIDE(wrong_arguments_are_a_permanent_error),
        WITH_OUTSIDE(the_hook_gives_up_after_five_tries),
        WITH_OUTSIDE(the_hook_ends_what_a_killed_run_has_left),
        WITH_OUTSIDE(the_hook_leaves_the_message_of_an_import_that_has_ended),
        WITH_OUTSIDE(a_command_that_succeeds_completes),
        WITH_OUTSIDE(a_command_that_reports_failure_is_not_retried),
        WITH_OUTSIDE(a_lack_of_memory_is_a_system_failure),
        WITH_OUTSIDE(a_record_deleted_while_running_is_discarded),
        WITH_OUTSIDE(a_stale_owner_writes_nothing_and_yields),
        WITH_OUTSIDE(a_completed_import_only_tells_what_is_untold),
        WITH_OUTSIDE(a_notification_that_was_sent_is_not_sent_again),
        WITH_OUTSIDE(a_later_run_goes_on_at_the_checkpoint),
        WITH_OUTSIDE(a_source_that_has_shrunk_is_an_error),
    };
    return cmocka_run_group_tests_name("import_processor", tests, NULL, NULL);
}
