/* The world at an effect, as numbers: which moments are alike, and which keys are written over
 * before anybody looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/run/stage.h"
#include "playing.h"

enum { TEXT_BYTES = 1024, WRITE = 32 /* so many commands leave at once */ };
#define WANTS (RUN_WANTS_STATE | RUN_WANTS_DEEDS | RUN_WANTS_MOMENTS | RUN_WANTS_OVERWRITTEN)

/* --- moments --- */

static void play_job(const char *processes, const char *args, const char *fault,
                     struct run_result *ret_result)
{
    char text[TEXT_BYTES];
    snprintf(text, sizeof text, HEAD "processes %s\nenqueue a SayWorker %s\n%s%s\nexpect a done\n",
             processes, args, *fault ? "fault " : "", fault);
    play_for_facts(text, WANTS, ret_result);
    if (ret_result->verdict != RUN_PASSED) fail_msg("%s", ret_result->text.bytes);
}

/* Before this effect of the job, or behind it. */
static struct run_moment moment_at(const struct run_facts *facts, const char *who, uint64_t ordinal,
                                   bool behind)
{
    for (uint32_t i = 0; i < facts->effect_count; i++) {
        const struct run_effect *effect = &facts->effects[i];
        if (!fl_span_is(effect->who, who) || effect->ordinal != ordinal) continue;
        uint32_t index = behind ? effect->after : effect->before;
        assert_in_range(index, 1, facts->moment_count);
        return facts->moments[index - 1];
    }
    fl_panic("no such effect");
}

static struct run_moment moment_of(const char *args, const char *fault, const char *who,
                                   uint64_t ordinal)
{
    struct run_result result;
    play_job("1", args, fault, &result);
    struct run_moment moment = moment_at(&result.facts, who, ordinal, false);
    run_result_release(&result);
    return moment;
}

#define TWO_SETS "[\"SET x 1\", \"SET y 2\"]"

static void a_dead_process_leaves_what_was_done_however_it_came_to_die(void **state)
{
    struct run_result result;
    (void)state;
    play_job("1", TWO_SETS, "", &result);
    struct run_moment behind = moment_at(&result.facts, "a#1", 1, true),
                      before = moment_at(&result.facts, "a#1", 2, false),
                      first = moment_at(&result.facts, "a#1", 1, false);
    run_result_release(&result);
    assert_true(behind.dead == before.dead && behind.changes == before.changes);
    assert_true(first.dead == before.dead); /* the key is told beside it, */
    assert_int_equal(before.changes, first.changes + 1);
    assert_true(first.alive != before.alive); /* and who lives has heard of it */
}

static void a_job_begins_again_alike_wherever_its_process_died(void **state)
{
    (void)state;
    const char *first = "kill p1 when a#1 the 1st \"redis SET\" before restart after 1s",
               *second = "kill p1 when a#1 the 2nd \"redis SET\" before restart after 1s",
               *refused = "error \"ERR no\" when a#1 the 2nd \"redis SET\"";
    uint64_t again = moment_of(TWO_SETS, first, "a#2", 1).alive;
    assert_true(again == moment_of(TWO_SETS, second, "a#2", 1).alive);
    assert_true(again != moment_of(TWO_SETS, "", "a#1", 1).alive);      /* recoveries are counted */
    assert_true(again != moment_of(TWO_SETS, refused, "a#2", 1).alive); /* and failures told */
}

static void two_failures_of_one_kind_leave_the_same(void **state)
{
    (void)state;
    const char *first = "error \"ERR no\" when a#1 the 1st \"redis SET\"",
               *second = "error \"ERR no\" when a#1 the 2nd \"redis SET\"";
    assert_true(moment_of(TWO_SETS, first, "a#1", 2).alive ==
                moment_of(TWO_SETS, second, "a#1", 3).alive); /* the handler has returned */
    assert_true(moment_of(TWO_SETS, first, "a#2", 1).alive ==
                moment_of(TWO_SETS, second, "a#2", 1).alive);
}

static void what_a_task_has_heard_tells_moments_apart(void **state)
{
    (void)state;
    struct run_moment one = moment_of("[\"GET x\", \"SET x 2\"]", "", "a#1", 2),
                      other = moment_of("[\"INCR x\", \"SET x 2\"]", "", "a#1", 2);
    assert_true(one.alive != other.alive);
}

static void who_is_paused_or_about_to_stop_tells_moments_apart(void **state)
{
    struct run_result result;
    (void)state;
    play_job("1", TWO_SETS, "", &result);
    uint64_t undisturbed = moment_at(&result.facts, "a#1", 2, false).alive;
    run_result_release(&result);
    play_job("1", TWO_SETS, "term p1 when a#1 the 1st \"redis SET\" before restart after 1s",
             &result);
    assert_true(moment_at(&result.facts, "a#1", 2, false).alive != undisturbed);
    run_result_release(&result);
}

/* The other process does the job; the first one wakes when all is done. */
static struct run_moment moment_aside(const char *fault, struct run_moment *ret_wake)
{
    struct run_result result;
    play_job("2", TWO_SETS, fault, &result);
    struct run_moment moment = moment_at(&result.facts, "a#2", 2, false);
    assert_in_range(result.facts.woke, 1, result.facts.moment_count);
    *ret_wake = result.facts.moments[result.facts.woke - 1];
    run_result_release(&result);
    return moment;
}

static void until_it_wakes_it_makes_no_difference_where_a_process_was_paused(void **state)
{
    struct run_moment first_wake, second_wake;
    (void)state;
    struct run_moment first = moment_aside("pause process-of a 150s when a#1 the 1st \"redis SET\" "
                                           "before",
                                           &first_wake),
                      second =
                          moment_aside("pause process-of a 150s when a#1 the 2nd \"redis SET\" "
                                       "before",
                                       &second_wake);
    assert_true(first.alive != second.alive && first.dead != second.dead);
    assert_true(first.aside == second.aside && first.aside_dead == second.aside_dead);
    assert_true(first.aside && first.aside != first.aside_dead);
    assert_true(first_wake.aside && first_wake.aside == second_wake.aside);
    assert_true(first_wake.alive != second_wake.alive);
}

static void nobody_is_left_aside_where_nobody_is_paused(void **state)
{
    (void)state;
    struct run_moment moment = moment_of(TWO_SETS, "", "a#1", 1);
    assert_true(!moment.aside && !moment.aside_dead);
}

static void a_batch_has_no_moment_behind_its_first(void **state)
{
    struct run_result result;
    (void)state;
    play_for_facts(HEAD "enqueue a BatchWorker []\nexpect a done\n", WANTS, &result);
    struct run_moment first = moment_at(&result.facts, "a#1", 1, false),
                      second = moment_at(&result.facts, "a#1", 2, false);
    assert_true(first.alive != second.alive);
    for (uint32_t i = 0; i < result.facts.effect_count; i++) {
        const struct run_effect *effect = &result.facts.effects[i];
        if (fl_span_is(effect->who, "a#1") && fl_span_is(effect->what, "redis SADD"))
            assert_int_equal(effect->after != 0, effect->ordinal % WRITE == 0);
    }
    run_result_release(&result);
}

static void who_looks_at_the_wall_clock_is_told(void **state)
{
    struct run_result result;
    (void)state;
    play_for_facts(HEAD "enqueue a WallClockWorker []\nexpect a done\n", WANTS, &result);
    assert_true(result.facts.asked_time);
    run_result_release(&result);
    play_job("1", TWO_SETS, "", &result);
    assert_false(result.facts.asked_time);
    run_result_release(&result);
}

static void looking_changes_nothing(void **state)
{
    struct run_result plain, watched;
    (void)state;
    static const char text[] = HEAD "enqueue a SayWorker " TWO_SETS "\n"
                                    "fault kill p1 when a#1 the 2nd \"redis SET\" after\n"
                                    "expect a done\n";
    play_for_facts(text, RUN_WANTS_STATE, &plain);
    play_for_facts(text, WANTS, &watched);
    assert_memory_equal(plain.trace_hash, watched.trace_hash, sizeof plain.trace_hash);
    run_result_release(&plain);
    run_result_release(&watched);
}

/* --- keys that are written over --- */

static struct touch_row {
    const char *name, *args;
    bool overwritten; /* the key x, behind a kill before the first command */
} touches[] = {
    {"touch: set", "[\"SET x 1\"]", true},
    {"touch: set for a time", "[\"SET x 1 EX 60\"]", true},
    {"touch: set, then read", "[\"SET x 1\", \"GET x\"]", true},
    {"touch: set after another key was read", "[\"GET y\", \"SET x 1\"]", true},
    {"touch: read, then set", "[\"GET x\", \"SET x 1\"]", false},
    {"touch: set if it is not there", "[\"SET x 1 NX\"]", false},
    {"touch: set, and told what was there", "[\"SET x 1 GET\"]", false},
    {"touch: set, and its lifetime kept", "[\"SET x 1 KEEPTTL\"]", false},
    {"touch: counted up", "[\"INCR x\"]", false},
    {"touch: deleted, which tells whether it was there", "[\"DEL x\", \"SET x 1\"]", false},
    {"touch: all keys listed, then set", "[\"KEYS *\", \"SET x 1\"]", false},
    {"touch: another key set", "[\"SET y 1\"]", false},
};

static void touch_row(void **state)
{
    const struct touch_row *row = *state;
    struct run_result result;
    bool overwritten = false;
    play_job("1", row->args, "kill p1 when a#1 the 1st \"redis *\" before restart after 1s",
             &result);
    for (uint32_t i = 0; i < result.facts.overwritten_count; i++)
        overwritten |= result.facts.overwritten[i] == run_key_digest(FL_SPAN("x"));
    assert_int_equal(overwritten, row->overwritten);
    run_result_release(&result);
}

int main(void)
{
    static const struct CMUnitTest plain[] = {
        cmocka_unit_test(a_dead_process_leaves_what_was_done_however_it_came_to_die),
        cmocka_unit_test(a_job_begins_again_alike_wherever_its_process_died),
        cmocka_unit_test(two_failures_of_one_kind_leave_the_same),
        cmocka_unit_test(what_a_task_has_heard_tells_moments_apart),
        cmocka_unit_test(who_is_paused_or_about_to_stop_tells_moments_apart),
        cmocka_unit_test(until_it_wakes_it_makes_no_difference_where_a_process_was_paused),
        cmocka_unit_test(nobody_is_left_aside_where_nobody_is_paused),
        cmocka_unit_test(a_batch_has_no_moment_behind_its_first),
        cmocka_unit_test(who_looks_at_the_wall_clock_is_told),
        cmocka_unit_test(looking_changes_nothing),
    };
    struct CMUnitTest tests[FL_COUNT(plain) + FL_COUNT(touches)];
    memcpy(tests, plain, sizeof plain);
    for (size_t i = 0; i < FL_COUNT(touches); i++)
        tests[FL_COUNT(plain) + i] =
            (struct CMUnitTest){touches[i].name, touch_row, NULL, NULL, &touches[i]};
    return _cmocka_run_group_tests("moments", tests, FL_COUNT(tests), playing_open_house,
                                   playing_close_house);
}
