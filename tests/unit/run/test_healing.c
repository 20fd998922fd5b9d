/* When a run heals by itself, and when faults that nothing limits stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "playing.h"

/* Of 20 jobs with 2 effects each about 10 are refused: in no seed of these none at all. */
static void a_fault_that_strikes_by_chance_alone_strikes_until_the_work_has_drained(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct run_result result;
        play(HEAD "enqueue a-{1..20} PlainWorker []\n"
                  "fault reset when a-* and \"redis SADD *\" p 1/4 times always\n"
                  "expect a-* done\nexpect log \"RedisError\" at least 1\n",
             seed, -1, &result);
        if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
        run_result_release(&result);
    }
}

static void a_fault_that_always_strikes_does_so_until_the_work_has_drained(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker [] retry 2\n"
                   "fault reset when a and \"redis SADD *\" times always\n"
                   "expect a dead\nexpect runs of a = 3\n");
}

static int64_t minutes_to_pass(const char *text)
{
    struct run_result result;
    play(text, 1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    int64_t minutes = result.virtual_us / 60000000;
    run_result_release(&result);
    return minutes;
}

/* The only process that takes the job is killed, and nothing else would start it again. */
static void chance_is_over_when_nothing_has_moved_for_half_an_hour(void **state)
{
    (void)state;
    int64_t minutes = minutes_to_pass(HEAD "processes 1\nprocesses 1 queues other\n"
                                           "enqueue a PlainWorker []\n"
                                           "fault kill p1 when a p 1/1 times always\n"
                                           "expect a done\nexpect deliveries of a = 2\n");
    assert_in_range(minutes, 30, 40);
}

static void chance_is_over_when_nothing_can_move(void **state)
{
    (void)state;
    assert_int_equal(minutes_to_pass(HEAD "enqueue a PlainWorker []\n"
                                          "fault kill p1 when a p 1/1 times always\n"
                                          "expect a done\nexpect deliveries of a = 2\n"),
                     0);
}

/* Once it has struck as often as it may, nothing waits for the work to end. */
static void chance_that_has_been_taken_heals_at_once(void **state)
{
    (void)state;
    assert_in_range(minutes_to_pass(HEAD "processes 1\nprocesses 1 queues other\n"
                                         "enqueue a PlainWorker []\n"
                                         "fault kill p1 when a p 1/1\n"
                                         "expect a done\nexpect deliveries of a = 2\n"),
                    0, 2);
}

static void a_limited_fault_and_one_by_chance_are_both_waited_for(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\nenqueue b PlainWorker [] when +5m\n"
                   "fault reset when a the 1st \"redis SADD *\"\n"
                   "fault reset when b#1 and \"redis SADD *\" p 1/1 times always\n"
                   "expect runs of a = 2\nexpect runs of b = 2\nexpect * done\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_that_strikes_by_chance_alone_strikes_until_the_work_has_drained),
        cmocka_unit_test(a_fault_that_always_strikes_does_so_until_the_work_has_drained),
        cmocka_unit_test(chance_is_over_when_nothing_has_moved_for_half_an_hour),
        cmocka_unit_test(chance_is_over_when_nothing_can_move),
        cmocka_unit_test(chance_that_has_been_taken_heals_at_once),
        cmocka_unit_test(a_limited_fault_and_one_by_chance_are_both_waited_for),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
