/* tests/examples/test_import_life.c - imports as the queue plays them: retries, faults and their
 * effects, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faultline/testing.h"

static int setup(void **state)
{
    struct fl_test *test = fl_test_new(fl_workers);
    fl_test_given(test, "db business_accounts id=1 email=owner@acme.example");
    fl_test_given(test, "db imports id=7 business_account_id=1 import_type=csv "
                        "source=http://feed.example/people.csv");
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    fl_test_free(*state);
    return 0;
}

static void retries_after_a_timeout_with_sidekiqs_backoff(void **state)
{
    struct fl_test *test = *state;
    fl_test_given(test, "http GET http://feed.example/people.csv -> timeout 30s "
                        "then 200 \"name,email\\nAda,ada@x.example\\n\"");
    fl_test_enqueue(test, "imp-7", "ImportProcessorWorker", "[7]");
    fl_test_assert_drained(test);
    fl_test_assert(test, "imp-7 done");
    fl_test_assert(test, "runs of imp-7 = 2");
    fl_test_assert(test, "gap of imp-7 1..2 in 15s..33s");
    fl_test_assert(test, "db imports id=7 state=completed");
}

static void fails_for_good_once_its_retries_are_spent(void **state)
{
    struct fl_test *test = *state;
    fl_test_given(test, "http GET http://feed.example/people.csv -> 503");
    fl_test_enqueue(test, "imp-7", "ImportProcessorWorker", "[7]");
    fl_test_assert_drained(test);
    fl_test_assert(test, "imp-7 dead");
    fl_test_assert(test, "runs of imp-7 = 6");
    fl_test_assert(test,
                   "db imports id=7 state=failed error=\"Processing failed after 5 attempts\"");
    fl_test_assert(test, "effect \"mail owner@acme.example*\" exactly 1");
}

static void discards_a_missing_import_without_a_retry(void **state)
{
    struct fl_test *test = *state;
    fl_test_enqueue(test, "imp-404", "ImportProcessorWorker", "[404]");
    fl_test_assert_drained(test);
    fl_test_assert(test, "imp-404 discarded");
    fl_test_assert(test, "runs of imp-404 = 1");
    fl_test_assert(test, "redis ZCARD retry = 0");
}

static void mails_once_although_its_process_is_killed(void **state)
{
    struct fl_test *test = *state;
    fl_test_given(test, "http GET http://feed.example/people.csv -> "
                        "200 \"name,email\\nAda,ada@x.example\\n\"");
    fl_test_enqueue(test, "imp-7", "ImportProcessorWorker", "[7]");
    fl_test_fault(test, "kill process-of imp-7 when imp-7 step \"db COMMIT\" after");
    fl_test_assert_drained(test);
    fl_test_assert(test, "imp-7 done");
    fl_test_assert(test, "deliveries of imp-7 = 2");
    fl_test_assert(test, "db import_rows import_id=7 count 1");
    fl_test_assert(test, "effect \"mail owner@acme.example*\" exactly 1");
    fl_test_assert(test, "effect \"mail staff@localhost*\" exactly 1");
}

#define UNIT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(retries_after_a_timeout_with_sidekiqs_backoff),
        UNIT(fails_for_good_once_its_retries_are_spent),
        UNIT(discards_a_missing_import_without_a_retry),
        UNIT(mails_once_although_its_process_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
