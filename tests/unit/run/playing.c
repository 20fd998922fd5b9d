#include "playing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/scenario/parse.h"

struct run_house *playing_house;

int playing_open_house(void **state)
{
    (void)state;
    return run_house_new(&playing_house) ? -1 : 0;
}

int playing_close_house(void **state)
{
    (void)state;
    run_house_free(playing_house);
    return 0;
}

struct plan *playing_read(const char *text)
{
    struct fl_buf message = FL_BUF_INIT(64 * 1024);
    struct plan *plan = NULL;
    if (scenario_parse("test.scenario", fl_span_from(text), NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

void play_plan(const struct plan *plan, uint64_t seed, int32_t sweep, struct run_result *ret_result)
{
    struct sim_choices *choices;
    assert_int_equal(sim_choices_from_seed(seed, &choices), FL_OK);
    const struct run_order order = {.house = playing_house,
                                    .plan = plan,
                                    .choices = choices,
                                    .sweep = sweep,
                                    .want_trace = true};
    run_play(&order, ret_result);
    sim_choices_free(choices);
}

static void play_order(const char *text, struct run_order order, struct run_result *ret_result)
{
    struct plan *plan = playing_read(text);
    assert_int_equal(sim_choices_from_seed(1, &order.choices), FL_OK);
    order.house = playing_house;
    order.plan = plan;
    order.sweep = -1;
    run_play(&order, ret_result);
    sim_choices_free(order.choices);
    scenario_plan_free(plan);
}

void play_for_facts(const char *text, unsigned wants, struct run_result *ret_result)
{
    play_order(text, (struct run_order){.wants = wants}, ret_result);
}

void play_for_end(const char *text, uint64_t same_as, struct run_result *ret_result)
{
    play_order(text,
               (struct run_order){.wants = RUN_WANTS_STATE | RUN_WANTS_DEEDS, .same_as = &same_as},
               ret_result);
}

void play(const char *text, uint64_t seed, int32_t sweep, struct run_result *ret_result)
{
    struct plan *plan = playing_read(text);
    play_plan(plan, seed, sweep, ret_result);
    scenario_plan_free(plan);
}

void must_pass(const char *text)
{
    struct run_result result;
    play(text, 1, -1, &result);
    if (result.verdict != RUN_PASSED) fail_msg("%s", result.text.bytes);
    run_result_release(&result);
}

void must_end(const char *text, enum run_verdict verdict, uint32_t line, const char *part)
{
    struct run_result result;
    play(text, 1, -1, &result);
    assert_int_equal(result.verdict, verdict);
    assert_int_equal(result.failed_line, line);
    if (!strstr(result.text.bytes, part))
        fail_msg("expected \"%s\" in:\n%s", part, result.text.bytes);
    run_result_release(&result);
}
