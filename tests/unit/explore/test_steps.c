/* Steps are told as they were played; who sleeps gets no turn until somebody touches what it will;
 * and what processes have learnt, and nothing else, tells instants apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/choices.h"
#include "harness/choice/steps.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static const char *const tasks[] = {"p1/fetch", "p1/thread-1", "p2/fetch", "planned"};

static struct sim_choices *from_text(const char *text)
{
    struct sim_choices *choices;
    uint32_t line = 0;
    assert_int_equal(sim_choices_from_text(fl_span_from(text), &choices, &line), FL_OK);
    return choices;
}

static void refused(const char *text)
{
    struct sim_choices *choices;
    uint32_t line = 0;
    assert_int_equal(sim_choices_from_text(fl_span_from(text), &choices, &line), FL_EPARSE);
}

/* One step, of whoever has the turn; SIZE_MAX: nobody. */
static size_t step(struct sim_choices *choices, int64_t now_us)
{
    struct sim_steps *steps = sim_choices_steps(choices);
    uint64_t choice = sim_choices_scheduled(choices);
    if (!sim_steps_begin(steps, tasks, FL_COUNT(tasks), now_us)) return SIZE_MAX;
    size_t chosen =
        sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, FL_COUNT(tasks));
    sim_steps_run(steps, chosen, choice);
    return chosen;
}

static void only_a_record_by_process_logs_steps(void **state)
{
    (void)state;
    struct sim_choices *choices = from_text("instant\n");
    assert_null(sim_choices_steps(choices));
    sim_choices_free(choices);
    choices = from_text("instant\nby process\n");
    assert_non_null(sim_choices_steps(choices));
    sim_choices_free(choices);
    refused("by process\nby process\n");
    refused("asleep 1 p2 w1\n"); /* whose steps nobody logs */
    refused("by process\nasleep p2 w1\n");
    refused("by process\nasleep 1 p2 x1\n");
    refused("by process\nasleep 1 p2 w1\nasleep 2 p1 w1\n");
}

static void a_step_tells_who_ran_and_what_it_touched(void **state)
{
    (void)state;
    struct sim_choices *choices =
        from_text("instant\nby process\nschedule \"world\" \"next\" 1 \"p2/fetch\"\n");
    struct sim_steps *steps = sim_choices_steps(choices);
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(step(choices, 0), 0);
    sim_steps_touch(steps, 0xab, SIM_READS);
    sim_steps_touch(steps, 0xcd, SIM_ADDS);
    sim_steps_touch(steps, 0xab, SIM_WRITES); /* as well */
    assert_int_equal(step(choices, 0), 2);
    sim_steps_end(steps);
    sim_steps_touch(steps, 0xef, SIM_WRITES); /* by nobody */
    assert_int_equal(sim_steps_format(steps, &told), FL_OK);
    assert_non_null(
        strstr(told.bytes, "name p1/fetch\nname p2/fetch\nname planned\nstep 0 0,1,2 w"));
    assert_non_null(strstr(told.bytes, " wab acd\nstep 1 1,0,2 w"));
    assert_null(strstr(told.bytes, "wef"));
    sim_choices_free(choices);
    fl_buf_release(&told);
}

static void the_process_that_ran_goes_on_with_its_first_task(void **state)
{
    (void)state;
    struct sim_choices *choices =
        from_text("instant\nby process\nschedule \"world\" \"next\" 1 \"p2/fetch\"\n");
    const size_t want[] = {0, 2, 2, 2};
    for (size_t i = 0; i < FL_COUNT(want); i++)
        assert_int_equal(step(choices, 0), want[i]);
    sim_choices_free(choices);
}

static void who_sleeps_gets_no_turn_until_somebody_conflicts(void **state)
{
    (void)state;
    struct sim_choices *choices =
        from_text("instant\nby process\nschedule \"world\" \"next\" 1 \"p2/fetch\"\n"
                  "asleep 1 p1 rab wcd\n");
    struct sim_steps *steps = sim_choices_steps(choices);
    assert_int_equal(step(choices, 0), 0); /* not yet asleep */
    assert_int_equal(step(choices, 0), 2);
    sim_steps_touch(steps, 0xab, SIM_READS);
    assert_int_equal(step(choices, 0), 2);
    assert_int_equal(step(choices, 0), 2);
    sim_steps_touch(steps, 0xcd, SIM_READS);
    sim_steps_begin(steps, tasks, 2, 0); /* only p1's are ready */
    assert_int_equal(sim_steps_default(steps), 0);
    sim_choices_free(choices);
}

static void when_all_are_asleep_the_run_is_over(void **state)
{
    (void)state;
    struct sim_choices *choices =
        from_text("by process\nasleep 1 p1 w1\nasleep 1 p2 w2\nasleep 1 planned w0\n");
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct sim_steps *steps = sim_choices_steps(choices);
    assert_true(sim_steps_begin(steps, tasks, FL_COUNT(tasks), 0));
    assert_int_equal(sim_steps_format(steps, &told), FL_OK);
    assert_null(strstr(told.bytes, "asleep"));
    sim_choices_free(choices);
    choices = from_text("by process\nasleep 0 p1 w1\nasleep 0 p2 w2\nasleep 0 planned w0\n");
    steps = sim_choices_steps(choices);
    assert_int_equal(step(choices, 0), SIZE_MAX);
    assert_true(sim_steps_are_asleep(steps));
    fl_buf_truncate(&told, 0);
    assert_int_equal(sim_steps_format(steps, &told), FL_OK);
    assert_non_null(strstr(told.bytes, "asleep\n"));
    sim_choices_free(choices);
    fl_buf_release(&told);
}

static void what_a_task_holds_it_touches_in_every_step(void **state)
{
    (void)state;
    struct sim_choices *choices = from_text("instant\nby process\n");
    struct sim_steps *steps = sim_choices_steps(choices);
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t touched = 0;
    step(choices, 0);
    sim_steps_hold(steps, 0xab, SIM_WRITES);
    step(choices, 0);
    step(choices, 0);
    sim_steps_let_go(steps);
    step(choices, 0);
    assert_int_equal(sim_steps_format(steps, &told), FL_OK);
    for (const char *at = told.bytes; (at = strstr(at, " wab")); at++)
        touched++;
    assert_int_equal(touched, 3);
    sim_choices_free(choices);
    fl_buf_release(&told);
}

static void who_is_woken_by_another_process_conflicts(void **state)
{
    (void)state;
    struct sim_choices *choices = from_text("instant\nby process\n");
    struct sim_steps *steps = sim_choices_steps(choices);
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    step(choices, 0);
    sim_steps_wake(steps, "p1/thread-1"); /* its own */
    step(choices, 0);
    sim_steps_wake(steps, "p2/fetch");
    assert_int_equal(sim_steps_format(steps, &told), FL_OK);
    unsigned long long p1, p2;
    const char *first = strstr(told.bytes, "step 0 "), *second = strstr(told.bytes, "step 1 ");
    assert_int_equal(sscanf(first, "step 0 0,1,2 w%llx w%llx", &p1, &p2), 1);
    assert_int_equal(sscanf(second, "step 1 0,1,2 w%llx w%llx", &p1, &p2), 2);
    sim_choices_free(choices);
    fl_buf_release(&told);
}

/* The digest before the last step, which is at another instant. */
static uint64_t digest_after(const char *record, void (*play)(struct sim_choices *))
{
    struct sim_choices *choices = from_text(record);
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    unsigned long long digest = 0;
    play(choices);
    sim_steps_time_passes(sim_choices_steps(choices), 7);
    step(choices, 1000);
    assert_int_equal(sim_steps_format(sim_choices_steps(choices), &told), FL_OK);
    assert_int_equal(sscanf(strstr(told.bytes, "time "), "time %llx", &digest), 1);
    sim_choices_free(choices);
    fl_buf_release(&told);
    return digest;
}

static void both_learn(struct sim_choices *choices)
{
    for (int i = 0; i < 2; i++)
        sim_steps_learn(sim_choices_steps(choices), step(choices, 0));
}

static void both_write_what_no_digest_shows(struct sim_choices *choices)
{
    for (int i = 0; i < 2; i++) {
        step(choices, 0);
        sim_steps_touch_unseen(sim_choices_steps(choices), 5, SIM_WRITES);
    }
}

static const char p1_first[] = "instant\nby process\nschedule \"world\" \"next\" 1 \"p2/fetch\"\n";
static const char p2_first[] = "instant\nby process\nschedule \"world\" \"next\" 0 \"p2/fetch\"\n"
                               "schedule \"world\" \"next\" 1 \"p1/fetch\"\n";
static const char p1_alone[] = "instant\nby process\n";

static void equal_knowledge_is_an_equal_instant(void **state)
{
    (void)state;
    uint64_t one = digest_after(p1_first, both_learn);
    assert_true(one == digest_after(p2_first, both_learn));
    assert_true(one != digest_after(p1_alone, both_learn));
}

static void the_order_of_those_who_write_unseen_is_kept(void **state)
{
    (void)state;
    assert_true(digest_after(p1_first, both_write_what_no_digest_shows) !=
                digest_after(p2_first, both_write_what_no_digest_shows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_record_by_process_logs_steps),
        cmocka_unit_test(a_step_tells_who_ran_and_what_it_touched),
        cmocka_unit_test(the_process_that_ran_goes_on_with_its_first_task),
        cmocka_unit_test(who_sleeps_gets_no_turn_until_somebody_conflicts),
        cmocka_unit_test(when_all_are_asleep_the_run_is_over),
        cmocka_unit_test(what_a_task_holds_it_touches_in_every_step),
        cmocka_unit_test(who_is_woken_by_another_process_conflicts),
        cmocka_unit_test(equal_knowledge_is_an_equal_instant),
        cmocka_unit_test(the_order_of_those_who_write_unseen_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
