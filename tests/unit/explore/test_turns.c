/* Over a tiny tree of known leaves all orders are equally likely, where the same chance for each
 * ready task prefers some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/choices.h"
#include "harness/explore/weights.h"

/* Three tasks with one, two and three steps: 6! / (1! 2! 3!) orders. */
enum { TASKS = 3, STEPS = 6, LEAVES = 60, CODES = 3 * 3 * 3 * 3 * 3 * 3, WALKS = 60 * 1000 };
static const uint32_t steps_of[TASKS] = {1, 2, 3};
static const char *const tasks[TASKS] = {"p1/main", "p1/fetch", "p2/main"};

static struct sim_choices *from_text(const char *record, uint64_t seed)
{
    struct sim_choices *choices;
    uint32_t line = 0;
    assert_int_equal(sim_choices_from_text_then_seed(fl_span_from(record), seed, &choices, &line),
                     FL_OK);
    return choices;
}

/* The order as a number with a digit for each step. */
static uint32_t walk(struct sim_choices *choices)
{
    uint32_t left[TASKS], code = 0;
    memcpy(left, steps_of, sizeof left);
    for (int step = 0; step < STEPS; step++) {
        const char *ready[TASKS];
        uint32_t numbers[TASKS];
        size_t count = 0;
        for (uint32_t i = 0; i < TASKS; i++) {
            if (!left[i]) continue;
            numbers[count] = i;
            ready[count++] = tasks[i];
        }
        uint32_t ran =
            numbers[sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", ready, count)];
        left[ran]--;
        code = code * 3 + ran;
    }
    return code;
}

/* Chi-square against equal shares, with 59 degrees of freedom: above 110 one time in 20,000. */
static double unevenness(const char *record)
{
    static uint32_t seen[CODES];
    const double share = (double)WALKS / LEAVES;
    double sum = 0;
    uint32_t leaves = 0;
    memset(seen, 0, sizeof seen);
    for (uint64_t seed = 0; seed < WALKS; seed++) {
        struct sim_choices *choices = from_text(record, seed);
        seen[walk(choices)]++;
        sim_choices_free(choices);
    }
    for (uint32_t code = 0; code < CODES; code++) {
        leaves += seen[code] > 0;
        if (seen[code]) sum += (seen[code] - share) * (seen[code] - share) / share;
    }
    assert_int_equal(leaves, LEAVES);
    return sum;
}

static void all_orders_are_equally_likely(void **state)
{
    (void)state;
    assert_true(unevenness("instant\nturns 1 p1/main\nturns 2 p1/fetch\nturns 3 p2/main\n") < 110);
}

static void without_weights_they_are_not(void **state)
{
    (void)state;
    assert_true(unevenness("") > 1000);
}

static void who_is_not_known_still_gets_a_turn(void **state)
{
    (void)state;
    assert_true(unevenness("instant\nturns 5 p2/main\n") > 1000);
}

static void a_walk_plays_again_from_its_record(void **state)
{
    (void)state;
    struct fl_buf record = FL_BUF_INIT(64 * 1024);
    struct sim_choices *choices = from_text("turns 1 p1/main\nturns 2 p1/fetch\n", 5), *again;
    uint32_t line, code = walk(choices);
    assert_int_equal(sim_choices_format(choices, &record), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_buf_span(&record), &again, &line), FL_OK);
    assert_int_equal(walk(again), code);
    assert_int_equal(sim_choices_misses(again), 0);
    sim_choices_free(choices);
    sim_choices_free(again);
    fl_buf_release(&record);
}

static void what_is_no_line_of_turns_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"turns\n", "turns p1\n", "turns 1\n", "turns -1\n",
                                        "turns 99999999 p1\n"};
    for (size_t i = 0; i < FL_COUNT(wrong); i++) {
        struct sim_choices *choices;
        uint32_t line = 0;
        assert_int_equal(
            sim_choices_from_text_then_seed(fl_span_from(wrong[i]), 1, &choices, &line), FL_EPARSE);
        assert_int_equal(line, 1);
    }
}

static void weights_are_the_turns_of_a_run(void **state)
{
    (void)state;
    static const char steps[] = "name p1/main\nname p2/main\nstep 0 0,1 w1\nstep 1 0,1 w1\n"
                                "time a\nstep - 1 w2\n";
    struct fl_buf weights = FL_BUF_INIT(1024);
    assert_int_equal(weights_write(fl_span_from(steps), &weights), FL_OK);
    assert_string_equal(weights.bytes, "turns 2 p1/main\nturns 1 p2/main\n");
    fl_buf_truncate(&weights, 0);
    assert_int_equal(weights_write(FL_SPAN("nonsense\n"), &weights), FL_EPARSE);
    fl_buf_release(&weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orders_are_equally_likely),
        cmocka_unit_test(without_weights_they_are_not),
        cmocka_unit_test(who_is_not_known_still_gets_a_turn),
        cmocka_unit_test(a_walk_plays_again_from_its_record),
        cmocka_unit_test(what_is_no_line_of_turns_is_refused),
        cmocka_unit_test(weights_are_the_turns_of_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
