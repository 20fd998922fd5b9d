/* Which verdicts there are, and what they tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "playing.h"

static void an_expectation_that_does_not_hold_is_told_with_what_was_found(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\nexpect a done\nexpect runs of a = 2\n", RUN_FAILED, 5,
             "expected  runs of a = 2\nfound     1 runs of a");
}

static void the_faults_that_struck_are_told(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\n"
                  "fault kill p1 when a step \"redis SADD second *\" before\n"
                  "fault clock p1 +1h at +2m\nexpect a dead\n",
             RUN_FAILED, 6,
             "struck    kill p1 before a#1.2 redis SADD\n          clock p1 by time\n");
}

static void a_fault_that_never_strikes_is_a_failure(void **state)
{
    (void)state;
    must_end(HEAD
             "enqueue a PlainWorker []\nfault kill p1 when a step \"db COMMIT\"\nexpect a done\n",
             RUN_FAILED, 4, "never did");
}

static void a_job_that_nobody_takes_is_named_with_what_it_waits_for(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker [] queue other\nexpect a done\n", RUN_STUCK, 0,
             "a: waiting, in queue:other; unmoved for 30m; no process serves other");
}

static void a_table_that_does_not_exist_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "given db users id=1\nenqueue a PlainWorker []\nexpect a done\n", RUN_BAD_INPUT,
             3, "no such table: users");
}

static void a_module_that_does_not_exist_is_bad_input(void **state)
{
    (void)state;
    must_end("scenario 1 \"a test\"\nmodule no/such.so\nenqueue a PlainWorker []\nexpect a done\n",
             RUN_BAD_INPUT, 2, "no/such.so");
}

static void a_class_that_no_module_has_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlianWorker []\nexpect a done\n", RUN_BAD_INPUT, 3,
             "did you mean PlainWorker?");
}

static void a_sweep_ends_past_its_last_point(void **state)
{
    (void)state;
    struct run_result result;
    play(HEAD "enqueue a PlainWorker []\nsweep kill p1 when a step *\nexpect a done\n", 1, 1000,
         &result);
    assert_int_equal(result.verdict, RUN_SWEPT);
    run_result_release(&result);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expectation_that_does_not_hold_is_told_with_what_was_found),
        cmocka_unit_test(the_faults_that_struck_are_told),
        cmocka_unit_test(a_fault_that_never_strikes_is_a_failure),
        cmocka_unit_test(a_job_that_nobody_takes_is_named_with_what_it_waits_for),
        cmocka_unit_test(a_table_that_does_not_exist_is_bad_input),
        cmocka_unit_test(a_module_that_does_not_exist_is_bad_input),
        cmocka_unit_test(a_class_that_no_module_has_is_bad_input),
        cmocka_unit_test(a_sweep_ends_past_its_last_point),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
