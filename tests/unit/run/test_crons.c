/* Jobs that the clock enqueues: at which times of which zone, by whom, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "playing.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void a_tick_is_a_job_named_after_the_wall_clock(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 3h\n"
                   "cron hourly PlainWorker [] \"30 * * * *\"\n"
                   "expect hourly:2026-01-01T00:30 done\nexpect hourly:2026-01-01T01:30 done\n"
                   "expect hourly:2026-01-01T02:30 done\nexpect jobs of hourly:* = 3\n"
                   "expect jobs unexpected = 0\n");
}

static void a_time_that_is_skipped_in_spring_comes_at_the_jump(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-03-28T00:00Z tz " BERLIN "\nhorizon 3d\n"
                   "cron nightly PlainWorker [] \"30 2 * * *\"\n"
                   "expect nightly:2026-03-28T02:30 done\n"
                   "expect nightly:2026-03-29T03:00 done\n"
                   "expect nightly:2026-03-29T03:00 starts in 25h..25h2m\n"
                   "expect nightly:2026-03-30T02:30 done\nexpect jobs of nightly:* = 3\n");
}

static void a_time_that_comes_twice_in_autumn_counts_once(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-10-24T12:00Z\nhorizon 2d\n"
                   "cron nightly PlainWorker [] \"30 2 * * *\" tz " BERLIN "\n"
                   "expect nightly:2026-10-25T02:30 starts in 12h30m..12h32m\n"
                   "expect nightly:2026-10-26T02:30 done\nexpect jobs of nightly:* = 2\n");
}

static void a_clock_that_is_set_back_repeats_no_tick(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 4h\nprocesses 2\n"
                   "cron hourly PlainWorker [] \"0 * * * *\"\n"
                   "fault clock all -1h at +70m\n"
                   "expect jobs of hourly:2026-01-01T01:00 = 1\n"
                   "expect jobs of hourly:* = 2\nexpect * done\n");
}

static void a_dead_leader_is_followed_by_another_in_time(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 3h\nprocesses 2\n"
                   "cron hourly PlainWorker [] \"0 * * * *\"\n"
                   "fault kill p1 at +59m50s\nfault kill p2 at +1h30m\nfault restart p1 at +1h31m\n"
                   "expect jobs of hourly:* = 2\nexpect * done\n");
}

static void who_starts_again_when_nobody_lives_comes_to_the_next_tick(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 3h\n"
                   "cron hourly PlainWorker [] \"0 * * * *\"\n"
                   "fault term p1 at +70m restart after 5s\n"
                   "expect jobs of hourly:* = 2\nexpect * done\n");
}

static void the_queue_is_the_line_s(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 90m\nprocesses 1 queues other\n"
                   "cron hourly PlainWorker [\"x\", 7] \"@hourly\" queue other\n"
                   "expect hourly:* done\nexpect jobs of hourly:* = 1\n");
}

static void a_handler_s_local_time_is_that_of_the_zone(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-07-01T10:00Z tz " BERLIN "\nenqueue a LocalWorker []\n"
                   "expect log \"it is 12:00 CEST\" exactly 1\n");
    must_pass(HEAD "start 2026-07-01T10:00Z\nenqueue a LocalWorker []\n"
                   "expect log \"it is 10:00 UTC\" exactly 1\n");
}

static void what_cannot_be_played_is_bad_input(void **state)
{
    (void)state;
    must_end(HEAD "horizon 1d\ncron a PlainWorker [] \"0 3 * * *\" tz Europe/Berlim\n"
                  "expect a:* done\n",
             RUN_BAD_INPUT, 4, "no time zone 'Europe/Berlim'");
    must_end(HEAD "horizon 1d\ncron a PlianWorker [] \"0 3 * * *\"\nexpect a:* done\n",
             RUN_BAD_INPUT, 4, "did you mean PlainWorker?");
}

static void too_many_jobs_are_told_by_their_names(void **state)
{
    (void)state;
    must_end(HEAD "start 2026-01-01T00:00Z\nhorizon 150m\n"
                  "cron hourly PlainWorker [] \"0 * * * *\"\nexpect jobs of hourly:* = 1\n",
             RUN_FAILED, 6, "2 jobs: hourly:2026-01-01T01:00, hourly:2026-01-01T02:00");
}

static void idle_time_between_ticks_may_be_played_exactly(void **state)
{
    (void)state;
    must_pass(HEAD "start 2026-01-01T00:00Z\nhorizon 90m\nidle exact\n"
                   "cron hourly PlainWorker [] \"0 * * * *\"\n"
                   "expect hourly:2026-01-01T01:00 starts in 60m..61m\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tick_is_a_job_named_after_the_wall_clock),
        cmocka_unit_test(a_time_that_is_skipped_in_spring_comes_at_the_jump),
        cmocka_unit_test(a_time_that_comes_twice_in_autumn_counts_once),
        cmocka_unit_test(a_clock_that_is_set_back_repeats_no_tick),
        cmocka_unit_test(a_dead_leader_is_followed_by_another_in_time),
        cmocka_unit_test(who_starts_again_when_nobody_lives_comes_to_the_next_tick),
        cmocka_unit_test(the_queue_is_the_line_s),
        cmocka_unit_test(a_handler_s_local_time_is_that_of_the_zone),
        cmocka_unit_test(what_cannot_be_played_is_bad_input),
        cmocka_unit_test(too_many_jobs_are_told_by_their_names),
        cmocka_unit_test(idle_time_between_ticks_may_be_played_exactly),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
