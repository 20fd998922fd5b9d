/* Who runs next: by priority, by a record and then by chance, and what else could have run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/choices.h"
#include "harness/choice/priorities.h"

enum { TEXT_BYTES_MAX = 64 * 1024, HORIZON = 100, SEEDS = 200 };

static const char *const tasks[] = {"p1/fetch", "p1/thread-1", "p2/poller"};

static size_t pick(struct sim_choices *choices)
{
    return sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, FL_COUNT(tasks));
}

static struct sim_choices *from_text(const char *text)
{
    struct sim_choices *choices;
    uint32_t line;
    assert_int_equal(sim_choices_from_text(fl_span_from(text), &choices, &line), FL_OK);
    return choices;
}

static void one_task_runs_until_a_change_point(void **state)
{
    (void)state;
    unsigned first_tasks = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct sim_priorities priorities;
        sim_priorities_init(&priorities, seed, 3, HORIZON);
        size_t changes = 0, last = sim_priorities_pick(&priorities, 0, tasks, FL_COUNT(tasks));
        first_tasks |= 1U << last;
        for (uint64_t number = 1; number < HORIZON; number++) {
            size_t now = sim_priorities_pick(&priorities, number, tasks, FL_COUNT(tasks));
            changes += now != last;
            last = now;
        }
        assert_true(changes <= 2);
        /* Change points at 0 are made before the first pick, and two may meet. */
        if (priorities.changes[0] > 0 && priorities.changes[1] > 0 &&
            priorities.changes[0] != priorities.changes[1])
            assert_int_equal(changes, 2);
    }
    assert_int_equal(first_tasks, 7);
}

static void who_falls_runs_after_all_others(void **state)
{
    (void)state;
    struct sim_priorities priorities;
    sim_priorities_init(&priorities, 7, 2, 1); /* the change point is the first choice */
    size_t second = sim_priorities_pick(&priorities, 0, tasks, FL_COUNT(tasks));
    size_t fallen = 0;
    while (strcmp(tasks[fallen], priorities.fallen[0].name) != 0)
        fallen++;
    assert_int_not_equal(fallen, second);
    const char *const pair[] = {tasks[fallen], tasks[3 - fallen - second]};
    assert_int_equal(sim_priorities_pick(&priorities, 1, pair, 2), 1);
    assert_int_equal(sim_priorities_pick(&priorities, 2, pair, 1), 0);
}

static void a_depth_of_one_changes_nothing(void **state)
{
    (void)state;
    struct sim_priorities priorities;
    sim_priorities_init(&priorities, 7, 1, HORIZON);
    size_t first = sim_priorities_pick(&priorities, 0, tasks, FL_COUNT(tasks));
    for (uint64_t number = 1; number < HORIZON; number++)
        assert_int_equal(sim_priorities_pick(&priorities, number, tasks, FL_COUNT(tasks)), first);
}

static void a_run_by_priority_is_instant_and_plays_again_from_its_record(void **state)
{
    (void)state;
    struct sim_choices *choices, *again;
    struct fl_buf one = FL_BUF_INIT(TEXT_BYTES_MAX), other = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(sim_choices_by_priority(7, 3, 20, &choices), FL_OK);
    for (int i = 0; i < 20; i++)
        pick(choices);
    assert_int_equal(sim_choices_scheduled(choices), 20);
    assert_int_equal(sim_choices_format(choices, &one), FL_OK);
    again = from_text(one.bytes);
    assert_true(sim_choices_instant(choices));
    assert_true(sim_choices_instant(again));
    for (int i = 0; i < 20; i++)
        pick(again);
    assert_int_equal(sim_choices_format(again, &other), FL_OK);
    assert_string_equal(one.bytes, other.bytes);
    assert_int_equal(sim_choices_misses(again), 0);
    sim_choices_free(choices);
    sim_choices_free(again);
    fl_buf_release(&one);
    fl_buf_release(&other);
}

static void a_depth_out_of_range_is_refused(void **state)
{
    (void)state;
    struct sim_choices *choices;
    assert_int_equal(sim_choices_by_priority(7, 0, 20, &choices), FL_EINVAL);
    assert_int_equal(sim_choices_by_priority(7, SIM_PRIORITIES_DEPTH_MAX + 1, 20, &choices),
                     FL_EINVAL);
}

static void an_instant_task_goes_on_until_a_switch(void **state)
{
    (void)state;
    struct sim_choices *choices =
        from_text("instant\nschedule \"world\" \"next\" 2 \"p2/poller\"\n");
    const size_t want[] = {0, 0, 2, 2, 2};
    for (size_t i = 0; i < FL_COUNT(want); i++)
        assert_int_equal(pick(choices), want[i]);
    sim_choices_free(choices);
}

static void without_instant_the_simplest_is_the_first(void **state)
{
    (void)state;
    struct sim_choices *choices = from_text("schedule \"world\" \"next\" 1 \"p2/poller\"\n");
    const size_t want[] = {0, 2, 0};
    assert_false(sim_choices_instant(choices));
    for (size_t i = 0; i < FL_COUNT(want); i++)
        assert_int_equal(pick(choices), want[i]);
    sim_choices_free(choices);
}

static void what_else_could_have_run_is_listed_from_a_choice_on(void **state)
{
    (void)state;
    static const char *const twins[] = {"p1/fetch", "p1/thread-1", "p1/thread-1"};
    struct fl_buf listed = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct sim_choices *choices = from_text("instant\n");
    sim_choices_list_alternatives(choices, 1, &listed);
    pick(choices);
    pick(choices);
    sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", twins, FL_COUNT(twins));
    sim_choose_name(choices, SIM_CHOICE_RANDOM, "world", "colour", tasks, FL_COUNT(tasks));
    assert_string_equal(listed.bytes, "1 schedule \"world\" \"next\" 1 \"p1/thread-1\"\n"
                                      "1 schedule \"world\" \"next\" 1 \"p2/poller\"\n"
                                      "2 schedule \"world\" \"next\" 2 \"p1/thread-1\"\n");
    sim_choices_free(choices);
    fl_buf_release(&listed);
}

static void what_a_record_lacks_is_drawn_from_the_seed(void **state)
{
    (void)state;
    struct sim_choices *varied, *seeded;
    uint32_t line, differ = 0;
    static const char text[] = "schedule \"world\" \"next\" 0 \"p2/poller\"\n";
    assert_int_equal(sim_choices_from_text_then_seed(fl_span_from(text), 7, &varied, &line), FL_OK);
    assert_int_equal(sim_choices_from_seed(7, &seeded), FL_OK);
    assert_int_equal(pick(varied), 2);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pick(varied), pick(seeded));
        uint64_t number = sim_choose_below(varied, SIM_CHOICE_DELAY, "p1", "redis", 1000);
        assert_true(number == sim_choose_below(seeded, SIM_CHOICE_DELAY, "p1", "redis", 1000));
        differ += number != 0;
    }
    assert_true(differ > 40);
    sim_choices_free(varied);
    sim_choices_free(seeded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_task_runs_until_a_change_point),
        cmocka_unit_test(who_falls_runs_after_all_others),
        cmocka_unit_test(a_depth_of_one_changes_nothing),
        cmocka_unit_test(a_run_by_priority_is_instant_and_plays_again_from_its_record),
        cmocka_unit_test(a_depth_out_of_range_is_refused),
        cmocka_unit_test(an_instant_task_goes_on_until_a_switch),
        cmocka_unit_test(without_instant_the_simplest_is_the_first),
        cmocka_unit_test(what_else_could_have_run_is_listed_from_a_choice_on),
        cmocka_unit_test(what_a_record_lacks_is_drawn_from_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
