/* ImportProcessorWorker, tested as a team tests its own worker: with real records, the command
 * object replaced where its own work is not the matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "faultline/testing.h"
#include "workers/process_csv_import.h"

/* --- factories
 * -------------------------------------------------------------------------------------- */

enum { BUSINESS_ACCOUNT = 1, IMPORT = 7 };

static void test_business_account(struct fl_test *test)
{
    fl_test_given(test, "business_accounts", "id=1", "name=Acme", "email=owner@acme.example", NULL);
}

static void test_import(struct fl_test *test, const char *type, const char *source)
{
    char type_pair[64], source_pair[128];
    snprintf(type_pair, sizeof type_pair, "import_type=%s", type);
    snprintf(source_pair, sizeof source_pair, "source=%s", source);
    fl_test_given(test, "imports", "id=7", "business_account_id=1", type_pair, source_pair, NULL);
}

static void test_import_with_file(struct fl_test *test, struct fl_span csv)
{
    test_import(test, "csv", "import.csv");
    fl_test_given_file(test, "import.csv", csv);
}

/* --- a command object in ProcessCsvImport's place
 * --------------------------------------------------------- */

static struct { /* what it was called with, and what it is to answer */
    int calls;
    int64_t import_id, business_account_id;
    struct import_report report;
} mock;

static void mock_run(struct fl_job *job, const struct import_record *record,
                     struct import_report *ret_report)
{
    (void)job;
    mock.calls++;
    mock.import_id = record->id;
    mock.business_account_id = record->business_account_id;
    *ret_report = mock.report;
}

static const struct import_command mock_command = {.run = mock_run};
static const struct fl_test_command commands[] = {{PROCESS_CSV_IMPORT, &mock_command}, {0}};

static struct fl_test *mocked_world(struct import_report report)
{
    mock.calls = 0;
    mock.report = report;
    struct fl_test *test =
        fl_test_begin(&(struct fl_test_options){.workers = fl_workers, .commands = commands});
    test_business_account(test);
    return test;
}

static struct fl_test *world(void)
{
    struct fl_test *test = fl_test_begin(&(struct fl_test_options){.workers = fl_workers});
    test_business_account(test);
    return test;
}

/* --- perform: when the import's type is csv
 * ------------------------------------------------------------- */

static void calls_the_process_csv_import_command(void **state)
{
    (void)state;
    struct fl_test *test = mocked_world((struct import_report){.result = IMPORT_SUCCEEDED});
    test_import_with_file(test, FL_SPAN("name,email\n"));
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
    assert_int_equal(mock.calls, 1);
    assert_int_equal(mock.import_id, IMPORT);
    assert_int_equal(mock.business_account_id, BUSINESS_ACCOUNT);
    fl_test_end(test);
}

static void marks_the_import_failed_when_the_command_reports_failure(void **state)
{
    (void)state;
    struct fl_test *test = mocked_world(
        (struct import_report){.result = IMPORT_FAILED, .message = "the file is no CSV"});
    test_import_with_file(test, FL_SPAN("name,email\n"));
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
    assert_int_equal(
        fl_test_count(test, "imports", "id=7", "state=failed", "error=the file is no CSV", NULL),
        1);
    fl_test_end(test);
}

static void marks_the_import_failed_and_raises_again_when_the_command_raises(void **state)
{
    (void)state;
    struct fl_test *test = mocked_world((struct import_report){
        .result = IMPORT_RAISED, .error_class = "Net::ReadTimeout", .message = "no answer"});
    test_import_with_file(test, FL_SPAN("name,email\n"));
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_FAILED);
    assert_string_equal(fl_test_error_class(test), "Net::ReadTimeout");
    assert_string_equal(fl_test_error_message(test), "no answer");
    assert_string_equal(fl_test_value(test, "imports", "error", "id=7", NULL), "no answer");
    fl_test_end(test);
}

/* --- with the real command
 * -------------------------------------------------------------------------------- */

static void imports_the_rows_of_the_file(void **state)
{
    (void)state;
    struct fl_test *test = world();
    test_import_with_file(test, FL_SPAN("name,email\nAda,ada@x.example\nBob,bob@x.example\n"));
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
    assert_string_equal(fl_test_value(test, "imports", "state", "id=7", NULL), "completed");
    assert_int_equal(fl_test_count(test, "import_rows", "import_id=7", NULL), 2);
    assert_int_equal(fl_test_effects(test, "file open import.csv"), 1);
    fl_test_end(test);
}

static void enqueues_the_notifications_and_sends_none_itself(void **state)
{
    (void)state;
    struct fl_test *test = world();
    test_import_with_file(test, FL_SPAN("name,email\nAda,ada@x.example\n"));
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
    assert_int_equal(fl_test_enqueued(test, "UserNotificationWorker"), 1);
    assert_int_equal(fl_test_enqueued(test, "StaffNotificationWorker"), 1);
    assert_int_equal(fl_test_effects(test, "mail *"), 0);
    assert_int_equal(fl_test_run_enqueued(test), 2);
    assert_int_equal(fl_test_effects(test, "mail owner@acme.example *"), 1);
    assert_int_equal(fl_test_effects(test, "mail *"), 2);
    fl_test_end(test);
}

static void marks_an_unsupported_type_failed(void **state)
{
    (void)state;
    struct fl_test *test = world();
    test_import(test, "xlsx", "import.xlsx");
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[7]"), FL_DONE);
    assert_string_equal(fl_test_value(test, "imports", "error", "id=7", NULL),
                        "Unsupported import type: xlsx");
    fl_test_end(test);
}

static void discards_a_missing_record(void **state)
{
    (void)state;
    struct fl_test *test = world();
    assert_int_equal(fl_test_perform(test, "ImportProcessorWorker", "[404]"), FL_DISCARDED);
    fl_test_end(test);
}

static void marks_the_import_failed_when_its_retries_are_exhausted(void **state)
{
    (void)state;
    struct fl_test *test = world();
    test_import_with_file(test, FL_SPAN("name,email\n"));
    fl_test_exhaust(test, "ImportProcessorWorker", "[7]", 5, "no answer");
    assert_string_equal(fl_test_value(test, "imports", "error", "id=7", NULL),
                        "Processing failed after 5 attempts");
    fl_test_end(test);
}

static void a_feed_that_never_answers_is_tried_six_times(void **state)
{
    (void)state;
    struct fl_test *test = world();
    test_import(test, "csv", "http://feed.example/people.csv");
    fl_test_given_http(test, "GET", "http://feed.example/people.csv", 0, "");
    fl_test_push(test, "ImportProcessorWorker", "[7]");
    fl_test_drain(test);
    assert_string_equal(fl_test_value(test, "imports", "state", "id=7", NULL), "failed");
    assert_string_equal(fl_test_value(test, "imports", "error", "id=7", NULL),
                        "Processing failed after 5 attempts");
    assert_int_equal(fl_test_effects(test, "mail owner@acme.example *"), 1);
    fl_test_end(test);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_the_process_csv_import_command),
        cmocka_unit_test(marks_the_import_failed_when_the_command_reports_failure),
        cmocka_unit_test(marks_the_import_failed_and_raises_again_when_the_command_raises),
        cmocka_unit_test(imports_the_rows_of_the_file),
        cmocka_unit_test(enqueues_the_notifications_and_sends_none_itself),
        cmocka_unit_test(marks_an_unsupported_type_failed),
        cmocka_unit_test(discards_a_missing_record),
        cmocka_unit_test(marks_the_import_failed_when_its_retries_are_exhausted),
        cmocka_unit_test(a_feed_that_never_answers_is_tried_six_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
