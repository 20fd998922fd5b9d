/* tests/examples/test_import_processor_worker.c - the worker alone: its command object is replaced,
 * and what it is called with is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "faultline/testing.h"
#include "workers/process_csv_import.h"

struct fixture {
    struct fl_test *test;
    int64_t business_account, import;
    char args[32];
};

/* --- the command object in place of ProcessCsvImport --- */

static const char mock_message[] = "row 3: the mock has failed";

static void mock_run(struct fl_job *job, const struct import_record *record,
                     struct import_report *ret_report)
{
    (void)job;
    check_expected(record->id);
    check_expected(record->business_account_id);
    *ret_report =
        (struct import_report){.result = mock_type(enum import_result), .error_class = "MockError"};
    snprintf(ret_report->message, sizeof ret_report->message, "%s", mock_message);
}

static const struct import_command mock_command = {mock_run};

static void setup_import(struct fixture *f)
{
    f->business_account = fl_test_create(f->test, "business_accounts email=owner@acme.example");
    f->import = fl_test_create(f->test,
                               "imports business_account_id=%lld import_type=csv source=people.csv",
                               (long long)f->business_account);
    fl_test_given(f->test, "file people.csv \"name,email\\nAda,ada@x.example\\n\"");
    snprintf(f->args, sizeof f->args, "[%lld]", (long long)f->import);
}

static int setup(void **state)
{
    static struct fixture fixture;
    fixture.test = fl_test_new(fl_workers);
    setup_import(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    fl_test_free(((struct fixture *)*state)->test);
    return 0;
}

static void expect_call(const struct fixture *f, enum import_result result)
{
    fl_test_replace(f->test, PROCESS_CSV_IMPORT, &mock_command);
    expect_value(mock_run, record->id, f->import);
    expect_value(mock_run, record->business_account_id, f->business_account);
    will_return(mock_run, result);
}

static void calls_the_command_with_the_import_and_its_account(void **state)
{
    struct fixture *f = *state;
    expect_call(f, IMPORT_SUCCEEDED);
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", f->args), FL_DONE);
}

static void completes_the_import_when_the_command_succeeds(void **state)
{
    struct fixture *f = *state;
    expect_call(f, IMPORT_SUCCEEDED);
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", f->args), FL_DONE);
    fl_test_assert(f->test, "db imports id=%lld state=completed", (long long)f->import);
    fl_test_assert(f->test, "UserNotificationWorker* waiting");
    fl_test_assert(f->test, "effect \"mail *\" exactly 0");
}

static void marks_the_import_failed_when_the_command_reports_failure(void **state)
{
    struct fixture *f = *state;
    expect_call(f, IMPORT_FAILED);
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", f->args), FL_DONE);
    fl_test_assert(f->test, "db imports id=%lld state=failed error=\"%s\"", (long long)f->import,
                   mock_message);
}

static void marks_the_import_failed_and_raises_when_the_command_raises(void **state)
{
    struct fixture *f = *state;
    expect_call(f, IMPORT_RAISED);
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", f->args), FL_FAILED);
    assert_string_equal(fl_test_error_class(f->test), "MockError");
    assert_string_equal(fl_test_error_message(f->test), mock_message);
    fl_test_assert(f->test, "db imports id=%lld state=failed error=\"%s\"", (long long)f->import,
                   mock_message);
    fl_test_assert(f->test, "log \"Import processing failed for import %lld\" exactly 1",
                   (long long)f->import);
}

static void refuses_a_type_that_no_command_handles(void **state)
{
    struct fixture *f = *state;
    char args[32];
    long long import = (long long)fl_test_create(
        f->test, "imports business_account_id=%lld import_type=xml source=people.xml",
        (long long)f->business_account);
    snprintf(args, sizeof args, "[%lld]", import);
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", args), FL_DONE);
    fl_test_assert(
        f->test, "db imports id=%lld state=failed error=\"Unsupported import type: xml\"", import);
}

static void discards_the_job_of_an_import_that_does_not_exist(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_test_perform(f->test, "ImportProcessorWorker", "[404]"), FL_DISCARDED);
    assert_string_equal(fl_test_error_message(f->test), "import 404 not found");
    fl_test_assert(f->test, "log \"Record not found: import 404\" exactly 1");
}

static void marks_the_import_failed_when_its_retries_are_exhausted(void **state)
{
    struct fixture *f = *state;
    fl_test_exhaust(f->test, "ImportProcessorWorker", f->args, 5, "no answer");
    fl_test_assert(f->test,
                   "db imports id=%lld state=failed error=\"Processing failed after 5 attempts\"",
                   (long long)f->import);
}

static void tells_both_audiences_once_inline(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_test_inline(f->test, "ImportProcessorWorker", f->args), FL_DONE);
    fl_test_assert(f->test, "db import_rows import_id=%lld count 1", (long long)f->import);
    fl_test_assert(f->test, "effect \"mail owner@acme.example*\" exactly 1");
    fl_test_assert(f->test, "effect \"mail staff@localhost*\" exactly 1");
    fl_test_assert(f->test, "*NotificationWorker* done");
}

#define UNIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(calls_the_command_with_the_import_and_its_account),
        UNIT(completes_the_import_when_the_command_succeeds),
        UNIT(marks_the_import_failed_when_the_command_reports_failure),
        UNIT(marks_the_import_failed_and_raises_when_the_command_raises),
        UNIT(refuses_a_type_that_no_command_handles),
        UNIT(discards_the_job_of_an_import_that_does_not_exist),
        UNIT(marks_the_import_failed_when_its_retries_are_exhausted),
        UNIT(tells_both_audiences_once_inline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
