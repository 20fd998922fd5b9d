/* Processes that start again with another module, while jobs of the old one are around. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "playing.h"

#define DEPLOY "fault deploy all " MODULE_NEXT " "

static void what_comes_after_a_deploy_is_run_by_the_new_module(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\nenqueue b PlainWorker [] when +5m\n" DEPLOY "at +1m\n"
                   "expect effect \"redis SADD first *\" exactly 1\n"
                   "expect effect \"redis SADD third *\" exactly 1\n"
                   "expect p1 exits 0\nexpect * done\n");
}

static void a_job_in_hand_is_ended_by_the_old_module(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\n" DEPLOY "when a the 1st \"redis SADD *\" after\n"
                   "expect a done\nexpect runs of a = 1\nexpect scard(second) = 1\n"
                   "expect exists(third) = 0\n");
}

static void a_job_that_a_kill_has_cut_is_ended_by_the_new_module(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\nfault deploy all " MODULE_NEXT
                   " with kill process-of a when a the 1st \"redis SADD *\" after\n"
                   "expect a done\nexpect runs of a = 2\nexpect exists(first) = 1\n"
                   "expect exists(second) = 0\nexpect exists(third) = 1\n");
}

/* Retried on end by a process that does not know it, though the client does. */
static void a_class_that_the_new_module_lacks_is_not_known_any_more(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker [] when +5m retry 1\n" DEPLOY "at +1m\n"
                   "expect a dead\nexpect runs of a = 0\nexpect deliveries of a = 2\n");
}

static void a_fleet_may_be_mixed(void **state)
{
    (void)state;
    must_pass(HEAD "processes 1 queues one\nprocesses 1 queues two\n"
                   "enqueue a PlainWorker [] queue one when +5m\n"
                   "enqueue b PlainWorker [] queue two when +5m\n"
                   "fault deploy p2 " MODULE_NEXT " at +1m\n"
                   "expect effect \"redis SADD second *\" exactly 1\n"
                   "expect effect \"redis SADD third *\" exactly 1\nexpect * done\n");
}

/* Of two modules the one that shares a class is replaced; the other's classes stay. */
static void a_module_without_a_class_in_common_stays(void **state)
{
    (void)state;
    must_pass("scenario 1 \"t\"\nmodule " MODULE_NEXT "\n"
              "enqueue a PlainWorker [] when +5m\n"
              "fault deploy all " MODULE_RUN " at +1m\n"
              "expect exists(third) = 0\nexpect exists(second) = 1\nexpect a done\n");
}

static void a_dead_process_starts_with_what_was_deployed_meanwhile(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker [] when +5m\n"
                   "fault kill p1 at +1m restart after 3m\n" DEPLOY "at +2m\n"
                   "expect exists(third) = 1\nexpect a starts in 5m..6m\n");
}

static void a_module_that_does_not_exist_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "enqueue a PlainWorker []\nfault deploy p1 no/such.so at +1h\nexpect a done\n",
             RUN_BAD_INPUT, 4, "no/such.so");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_after_a_deploy_is_run_by_the_new_module),
        cmocka_unit_test(a_job_in_hand_is_ended_by_the_old_module),
        cmocka_unit_test(a_job_that_a_kill_has_cut_is_ended_by_the_new_module),
        cmocka_unit_test(a_class_that_the_new_module_lacks_is_not_known_any_more),
        cmocka_unit_test(a_fleet_may_be_mixed),
        cmocka_unit_test(a_module_without_a_class_in_common_stays),
        cmocka_unit_test(a_dead_process_starts_with_what_was_deployed_meanwhile),
        cmocka_unit_test(a_module_that_does_not_exist_is_bad_input),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
