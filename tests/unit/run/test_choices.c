/* A run is a function of its plan and its choices, whether idle time is folded or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/scenario/parse.h"
#include "playing.h"

#define BUSY                                                                                       \
    HEAD "processes 2\nenqueue a-{1..10} PlainWorker []\n"                                         \
         "fault kill p1 when a-3 step \"redis SADD second *\" before\nexpect * done\n"

static void one_seed_gives_one_trace(void **state)
{
    (void)state;
    struct run_result first, second;
    play(BUSY, 7, -1, &first);
    play(BUSY, 7, -1, &second);
    assert_int_equal(first.verdict, RUN_PASSED);
    assert_string_equal(first.trace.bytes, second.trace.bytes);
    assert_memory_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    run_result_release(&first);
    run_result_release(&second);
}

static void another_seed_gives_another_trace(void **state)
{
    (void)state;
    struct run_result first, second;
    play(BUSY, 7, -1, &first);
    play(BUSY, 8, -1, &second);
    assert_memory_not_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    run_result_release(&first);
    run_result_release(&second);
}

static void its_recorded_choices_give_the_same_trace(void **state)
{
    (void)state;
    struct plan *plan = playing_read(BUSY);
    struct sim_choices *seeded, *recorded;
    struct fl_buf text = FL_BUF_INIT(16 * 1024 * 1024);
    struct run_result first, second;
    uint32_t line;
    assert_int_equal(sim_choices_from_seed(3, &seeded), FL_OK);
    struct run_order order = {.house = playing_house, .plan = plan, .choices = seeded, .sweep = -1};
    run_play(&order, &first);
    assert_int_equal(sim_choices_format(seeded, &text), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_buf_span(&text), &recorded, &line), FL_OK);
    order.choices = recorded;
    run_play(&order, &second);
    assert_memory_equal(first.trace_hash, second.trace_hash, sizeof first.trace_hash);
    assert_int_equal(sim_choices_misses(recorded), 0);
    run_result_release(&first);
    run_result_release(&second);
    fl_buf_release(&text);
    sim_choices_free(seeded);
    sim_choices_free(recorded);
    scenario_plan_free(plan);
}

static enum run_verdict verdict_with(const struct plan *plan, struct sim_choices *choices)
{
    struct run_result result;
    struct run_order order = {
        .house = playing_house, .plan = plan, .choices = choices, .sweep = -1};
    run_play(&order, &result);
    enum run_verdict verdict = result.verdict;
    run_result_release(&result);
    return verdict;
}

static void a_claim_about_chance_is_judged_where_somebody_has_drawn(void **state)
{
    (void)state;
    struct plan *fair = playing_read(HEAD "enqueue a PlainWorker []\nexpect fair a dead\n");
    struct plan *any = playing_read(HEAD "enqueue a PlainWorker []\nexpect a dead\n");
    struct sim_choices *seeded, *recorded, *nobodys;
    struct fl_buf text = FL_BUF_INIT(16 * 1024 * 1024);
    uint32_t line;
    assert_int_equal(sim_choices_from_seed(3, &seeded), FL_OK);
    assert_int_equal(verdict_with(fair, seeded), RUN_FAILED);
    assert_int_equal(sim_choices_format(seeded, &text), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_buf_span(&text), &recorded, &line), FL_OK);
    assert_int_equal(verdict_with(fair, recorded), RUN_FAILED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sim_choices_from_text(FL_SPAN("instant\n"), &nobodys, &line), FL_OK);
        assert_int_equal(verdict_with(i ? any : fair, nobodys), i ? RUN_FAILED : RUN_PASSED);
        sim_choices_free(nobodys);
    }
    sim_choices_free(seeded);
    sim_choices_free(recorded);
    fl_buf_release(&text);
    scenario_plan_free(fair);
    scenario_plan_free(any);
}

static void folding_idle_time_changes_no_outcome(void **state)
{
    (void)state;
    static const char *const idles[] = {"", "idle exact\n"};
    for (size_t i = 0; i < FL_COUNT(idles); i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 HEAD "%senqueue a PlainWorker [] in 20m\nexpect a starts in 20m..20m20s\n"
                      "expect a done\n",
                 idles[i]);
        must_pass(text);
    }
}

static void a_wait_that_is_played_exactly_is_not_taken_for_a_standstill(void **state)
{
    (void)state;
    must_pass(HEAD "idle exact\nenqueue a PlainWorker [] in 3h\n"
                   "expect a starts in 3h..3h20s\nexpect a done\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_seed_gives_one_trace),
        cmocka_unit_test(another_seed_gives_another_trace),
        cmocka_unit_test(its_recorded_choices_give_the_same_trace),
        cmocka_unit_test(a_claim_about_chance_is_judged_where_somebody_has_drawn),
        cmocka_unit_test(folding_idle_time_changes_no_outcome),
        cmocka_unit_test(a_wait_that_is_played_exactly_is_not_taken_for_a_standstill),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
