/* A fetcher's polls in a wait are played as one, and nobody comes later for it. A process that is
 * paused with a job in hand keeps the wait from being folded away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/span.h"
#include "playing.h"

#define PAUSED                                                                                     \
    "processes 1 queues held\nprocesses 1 queues high low\n"                                       \
    "enqueue held PlainWorker [] queue held\n"                                                     \
    "fault pause p1 150s when held the 1st \"redis SADD *\" before\nexpect held done\n"

static uint32_t polls_of(const char *idle)
{
    char text[1024];
    uint32_t polls = 0;
    struct run_result result;
    snprintf(text, sizeof text, HEAD PAUSED "%s", idle);
    play(text, 1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    for (const char *at = result.trace.bytes; (at = strstr(at, "redis BLMOVE")); at++)
        polls++;
    run_result_release(&result);
    return polls;
}

static void the_polls_of_a_wait_are_played_as_one(void **state)
{
    (void)state;
    assert_in_range(polls_of(""), 10, 60);
    assert_in_range(polls_of("idle exact\n"), 145, 400);
}

/* The poll under way looks into one queue; the next pass looks into all. */
static void a_job_of_any_queue_starts_as_soon_as_if_all_had_been_played(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct run_result result;
        play(HEAD PAUSED "enqueue high PlainWorker [] queue high when +47300ms\n"
                         "enqueue low PlainWorker [] queue low when +93600ms\n"
                         "expect high starts in 47300ms..48400ms\n"
                         "expect low starts in 93600ms..94700ms\n",
             seed, -1, &result);
        if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
        run_result_release(&result);
    }
}

/* The last heartbeat that was answered gives it the right to take jobs for half a minute, which
 * ends while a later one still waits for its answer. */
static void a_fetcher_without_a_lease_takes_nothing(void **state)
{
    (void)state;
    must_pass(HEAD PAUSED "fault stall when p2/heartbeat and \"redis PING\" at +15s until +80s "
                          "times always\nheal at +80s\n"
                          "enqueue late PlainWorker [] queue high when +43s\n"
                          "expect late starts in 80s..83s\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_polls_of_a_wait_are_played_as_one),
        cmocka_unit_test(a_job_of_any_queue_starts_as_soon_as_if_all_had_been_played),
        cmocka_unit_test(a_fetcher_without_a_lease_takes_nothing),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
