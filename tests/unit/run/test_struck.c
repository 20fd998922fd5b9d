/* What faults do to commands and processes, and where they strike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/scenario/parse.h"
#include "playing.h"

/* --- what a fault does to a batch --- */

static void a_batch_whose_17th_reply_is_lost_is_applied_and_16_replies_come_back(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault lose-ack when a and the 17th \"redis SADD *\" after\n"
                   "expect a done\n"
                   "expect redis SCARD batch = 64\n"
                   "expect log \"batch: FL_ELOST, 16 replies, 0 errors\" exactly 1\n"
                   "expect effect \"redis SADD batch *\" exactly 64\n");
}

static void the_first_reply_of_a_batch_is_lost(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault lose-ack when a and the 1st \"redis SADD *\" after\n"
                   "expect redis SCARD batch = 64\n"
                   "expect log \"batch: FL_ELOST, 0 replies, 0 errors\" exactly 1\n");
}

static void a_command_of_a_batch_is_refused_and_the_others_are_applied(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a BatchWorker []\n"
                   "fault error oom when a and the 40th \"redis SADD *\"\n"
                   "expect redis SCARD batch = 63\n"
                   "expect redis SISMEMBER batch 40 = 0\n"
                   "expect log \"batch: FL_OK, 64 replies, 1 errors\" exactly 1\n"
                   "expect effect \"redis SADD batch *\" exactly 63\n");
}

static void a_kill_in_the_middle_of_a_batch_leaves_what_had_been_sent(void **state)
{
    (void)state;
    must_pass(HEAD "processes 1 fetch basic\n"
                   "enqueue a BatchWorker []\n"
                   "fault kill process-of a when a and the 33rd \"redis SADD *\" before\n"
                   "expect a lost\n"
                   "expect redis SCARD batch = 32\n");
}

static void a_delay_of_a_range_is_drawn_each_time(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\nenqueue b PlainWorker []\n"
                   "fault delay 10s..20s when web and step \"redis LPUSH *\" times 2\n"
                   "expect a starts in 10s..21s\nexpect b starts in 20s..41s\n");
}

static void a_sweep_cuts_a_reply_behind_each_of_its_bytes(void **state)
{
    (void)state;
    static const char text[] = HEAD "enqueue a PlainWorker []\n"
                                    "sweep cut-reply * when a step \"redis SADD first *\"\n"
                                    "expect runs of a = 2\n";
    for (int32_t bytes = 0; bytes <= 4; bytes++) { /* ":1\r\n" */
        struct run_result result;
        play(text, 1, bytes, &result);
        assert_int_equal(result.verdict, bytes < 4 ? RUN_PASSED : RUN_SWEPT);
        run_result_release(&result);
    }
}

static void a_payload_comes_again_spoilt(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\n"
                   "fault poison a class-unknown when web and step \"redis LPUSH *\" after\n"
                   "fault poison a no-json at +1s\n"
                   "fault poison a jid-number at +1s\n"
                   "expect a done\nexpect effect \"redis SADD first *\" exactly 2\n"
                   "expect redis ZCARD dead = 2\n");
    must_end(HEAD "enqueue a PlainWorker [] when +1m\nfault poison a null at +1s\nexpect a done\n",
             RUN_FAILED, 4, "no such payload yet");
}

static void a_queue_is_turned(void **state)
{
    (void)state;
    must_pass(HEAD "processes 1 concurrency 1\nfault pause p1 10s at +0s\n"
                   "enqueue first PlainWorker []\nenqueue second PlainWorker []\n"
                   "enqueue third PlainWorker []\nfault reorder default at +5s\n"
                   "expect third starts before second\nexpect second starts before first\n"
                   "expect runs of first = 1\n");
}

/* Each kill of an hour, at each command; while one is dead the other is spared. */
static void what_strikes_always_spares_as_many_as_are_tolerated(void **state)
{
    (void)state;
#define STORM                                                                                      \
    HEAD "processes 2\nenqueue a PlainWorker [] when +1m\nheal at +30m\n"                          \
         "fault kill p1 when p1 step \"redis *\" times always restart after 1h\n"                  \
         "fault kill p2 when p2 step \"redis *\" times always restart after 1h\n"
    must_pass(STORM "tolerates 1 down\nexpect a starts in 1m..2m\n");
    must_pass(STORM "expect a starts in 1h..2h\n");
    must_end(HEAD "processes 2\ntolerates 0 down\nenqueue a PlainWorker []\n"
                  "fault kill p1 when p1/fetch\nexpect deliveries of a = 9\n",
             RUN_FAILED, 7, "");
}

/* --- clocks --- */

static void a_key_dies_by_the_clock_of_redis(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker [] in 1m\n"
                   "fault clock redis +2m at +5s\n"
                   "fault delay 1ms when p1/fetch and exists(p1:*) = 0\n"
                   "expect a starts in 1m..1m20s\n");
}

static void a_fast_clock_sees_first_what_is_due(void **state)
{
    (void)state;
    must_pass(HEAD "processes 2\nenqueue a PlainWorker [] in 100d\n"
                   "fault clock p2 rate 101/100 at +0s\n"
                   "expect a starts in 99d14m..99d15m\n");
}

#define MEASURES(worker, jump)                                                                     \
    HEAD "enqueue a " worker " []\nfault clock process-of a " jump                                 \
         " when a#1 step \"redis SADD first *\" after\nexpect runs of a = 1\n"

static void a_handler_that_measures_by_the_wall_clock_is_found(void **state)
{
    (void)state;
    must_end(MEASURES("WallClockWorker", "+1h"), RUN_FAILED, 5, "2 runs of a");
    must_end(MEASURES("WallClockWorker", "-1h"), RUN_FAILED, 5, "2 runs of a");
    must_pass(MEASURES("MonotonicWorker", "+1h"));
    must_pass(MEASURES("MonotonicWorker", "-1h"));
}

static void time_is_folded_once_a_fault_is_past_its_end(void **state)
{
    (void)state;
    struct run_result result;
    play_for_facts(HEAD "enqueue first PlainWorker []\nenqueue later PlainWorker [] in 100d\n"
                        "fault delay 1ms when first step \"redis *\" times always until +1m\n"
                        "expect later done\n",
                   RUN_WANTS_NOTHING, &result);
    assert_int_equal(result.verdict, RUN_PASSED);
    assert_in_range(result.effects, 1, 1000);
    run_result_release(&result);
}

/* --- processes --- */

static void
a_pause_beyond_the_heartbeat_gives_two_owners_and_the_stale_move_removes_nothing(void **state)
{
    (void)state;
    struct run_result result;
    play(HEAD "processes 2\n"
              "enqueue a PlainWorker []\n"
              "fault pause process-of a 200s when a#1 step \"redis SADD first *\" after\n"
              "expect a done\n"
              "expect deliveries of a = 2\n"
              "expect runs of a = 2\n"
              "expect log \"outcome is void\" exactly 1\n",
         1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    /* The stale owner's own acknowledgement: it found nothing to remove. */
    const char *stale = strstr(result.trace.bytes, "a#1.3");
    assert_non_null(stale);
    const char *end = strchr(stale, '\n');
    assert_memory_equal(end - 5, " -> 0", 5);
    run_result_release(&result);
}

static void a_killed_process_comes_back_when_the_run_is_healed(void **state)
{
    (void)state;
    must_pass(HEAD "enqueue a PlainWorker []\n"
                   "fault kill p1 when a step \"redis SADD second *\" before\n"
                   "expect a done\nexpect deliveries of a = 2\n");
}

/* --- addresses --- */

static void list_points(const char *worker, struct fl_buf *out)
{
    char text[1024];
    snprintf(text, sizeof text,
             HEAD "enqueue a %s []\nsweep kill p1 when a step * before,after\nexpect a done\n",
             worker);
    struct plan *plan = playing_read(text);
    for (int32_t point = 0;; point++) {
        struct run_result result;
        play_plan(plan, 1, point, &result);
        enum run_verdict verdict = result.verdict;
        if (verdict == RUN_PASSED)
            assert_int_equal(fl_buf_printf(out, "%s\n", result.swept_at.bytes), FL_OK);
        run_result_release(&result);
        if (verdict == RUN_SWEPT) break;
        assert_int_equal(verdict, RUN_PASSED);
    }
    scenario_plan_free(plan);
}

static void a_log_line_added_to_a_handler_moves_no_address(void **state)
{
    (void)state;
    struct fl_buf plain = FL_BUF_INIT(64 * 1024), chatty = FL_BUF_INIT(64 * 1024);
    list_points("PlainWorker", &plain);
    list_points("ChattyWorker", &chatty);
    assert_string_equal(plain.bytes, chatty.bytes);
    assert_non_null(strstr(plain.bytes, "kill p1 before a#1.1 redis SADD\n"));
    assert_non_null(strstr(plain.bytes, "kill p1 after a#1.3 redis LREM\n"));
    fl_buf_release(&plain);
    fl_buf_release(&chatty);
}

static void an_effect_may_be_meant_by_its_number(void **state)
{
    struct run_result result;
    (void)state;
    play(HEAD "enqueue a PlainWorker []\nenqueue b PlainWorker []\n"
              "fault reset when a#1.2\nfault delay 1s when web.1\nfault delay 2s when p1/fetch.2\n"
              "expect runs of a = 2\nexpect runs of b = 1\n",
         1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    assert_non_null(strstr(result.trace.bytes, "!! reset before a#1.2 redis SADD"));
    assert_non_null(strstr(result.trace.bytes, "!! delay before web.1 redis SADD"));
    assert_non_null(strstr(result.trace.bytes, "!! delay before p1/fetch.2 redis "));
    run_result_release(&result);
}

/* --- pairs --- */

/* With one retry a job survives one lost command, not two: only column 1 and on can show it. */
static const char twice[] = HEAD "enqueue a PlainWorker [] retry 1\n"
                                 "sweep pairs reset when a step \"redis SADD *\"\nexpect a done\n";

static enum run_verdict verdict_of_pair(const char *text, int32_t row, int32_t column,
                                        const char *want_swept)
{
    struct run_result result;
    play(text, 1, row * PLAN_PAIR_COLUMNS + column, &result);
    enum run_verdict verdict = result.verdict;
    if (want_swept) assert_string_equal(result.swept_at.bytes, want_swept);
    run_result_release(&result);
    return verdict;
}

static void the_first_column_of_pairs_strikes_once(void **state)
{
    (void)state;
    assert_int_equal(verdict_of_pair(twice, 0, 0, "reset before a#1.1 redis SADD"), RUN_PASSED);
    assert_int_equal(verdict_of_pair(twice, 1, 0, "reset before a#1.2 redis SADD"), RUN_PASSED);
    assert_int_equal(verdict_of_pair(twice, 2, 0, NULL), RUN_SWEPT);
}

static void two_faults_find_what_one_does_not(void **state)
{
    (void)state;
    assert_int_equal(verdict_of_pair(twice, 0, 1,
                                     "reset before a#1.1 redis SADD, then reset before a#2.1 "
                                     "redis SADD"),
                     RUN_FAILED);
    assert_int_equal(verdict_of_pair(twice, 0, 2, NULL), RUN_FAILED);
    assert_int_equal(verdict_of_pair(twice, 0, 3, NULL), RUN_SWEPT);
    assert_int_equal(verdict_of_pair(twice, 1, 2, NULL), RUN_FAILED);
}

static void who_is_killed_first_comes_back_to_be_killed_again(void **state)
{
    static const char text[] =
        HEAD "enqueue a PlainWorker []\n"
             "sweep pairs kill process-of a then lose-ack when a step \"redis SADD *\" after\n"
             "expect a done\nexpect deliveries of a = 3\n";
    (void)state;
    assert_int_equal(verdict_of_pair(text, 0, 1,
                                     "kill process-of a after a#1.1 redis SADD, then lose-ack "
                                     "after a#2.1 redis SADD"),
                     RUN_PASSED);
    assert_int_equal(verdict_of_pair(text, 0, 0, NULL), RUN_FAILED); /* two deliveries */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_whose_17th_reply_is_lost_is_applied_and_16_replies_come_back),
        cmocka_unit_test(the_first_reply_of_a_batch_is_lost),
        cmocka_unit_test(a_command_of_a_batch_is_refused_and_the_others_are_applied),
        cmocka_unit_test(a_kill_in_the_middle_of_a_batch_leaves_what_had_been_sent),
        cmocka_unit_test(a_delay_of_a_range_is_drawn_each_time),
        cmocka_unit_test(a_sweep_cuts_a_reply_behind_each_of_its_bytes),
        cmocka_unit_test(a_payload_comes_again_spoilt),
        cmocka_unit_test(a_queue_is_turned),
        cmocka_unit_test(what_strikes_always_spares_as_many_as_are_tolerated),
        cmocka_unit_test(a_key_dies_by_the_clock_of_redis),
        cmocka_unit_test(a_fast_clock_sees_first_what_is_due),
        cmocka_unit_test(a_handler_that_measures_by_the_wall_clock_is_found),
        cmocka_unit_test(time_is_folded_once_a_fault_is_past_its_end),
        cmocka_unit_test(
            a_pause_beyond_the_heartbeat_gives_two_owners_and_the_stale_move_removes_nothing),
        cmocka_unit_test(a_killed_process_comes_back_when_the_run_is_healed),
        cmocka_unit_test(a_log_line_added_to_a_handler_moves_no_address),
        cmocka_unit_test(an_effect_may_be_meant_by_its_number),
        cmocka_unit_test(the_first_column_of_pairs_strikes_once),
        cmocka_unit_test(two_faults_find_what_one_does_not),
        cmocka_unit_test(who_is_killed_first_comes_back_to_be_killed_again),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
