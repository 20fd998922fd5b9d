/* Every allocation of what a campaign learns, and of its sources of choices, fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/choice/choices.h"
#include "harness/choice/steps.h"
#include "harness/cli/never.h"
#include "harness/cli/small_worlds.h"
#include "harness/explore/dpor.h"
#include "harness/explore/guided.h"
#include "harness/explore/tree.h"
#include "harness/explore/weights.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static enum fl_error enumerate(void *context)
{
    struct tree *tree;
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t node;
    (void)context;
    enum fl_error err = tree_new(0, &tree);
    if (err) return err;
    if (tree_next(tree, &node))
        err = tree_take(tree, node, FL_SPAN("0 schedule a\n1 schedule b\n"));
    if (!err && tree_next(tree, &node)) err = tree_write(tree, node, &record);
    tree_free(tree);
    fl_buf_release(&record);
    return err;
}

static enum fl_error be_guided(void *context)
{
    struct guided guided = {0};
    bool is_new;
    (void)context;
    enum fl_error err = guided_note(&guided, FL_SPAN("a"), FL_SPAN("b"), false, &is_new);
    for (int i = 0; i < 40 && !err; i++)
        err = seen_add(&guided.pairs, seen_mix((uint64_t)i + 1), &is_new);
    if (!err) err = guided_keep(&guided, FL_SPAN("instant\n"));
    guided_release(&guided);
    return err;
}

static enum fl_error gather_what_never_happened(void *context)
{
    struct never never = NEVER_INIT;
    (void)context;
    enum fl_error err = never_take(&never, FL_SPAN("4 a dead\n"));
    if (!err) err = never_take(&never, FL_SPAN("4 a dead\n"));
    never_release(&never);
    return err;
}

/* Who draws is never disturbed: the record fails, when it is asked for. */
static enum fl_error draw(struct sim_choices *choices)
{
    static const char *const tasks[] = {"p1/fetch", "p2/poller"};
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX), others = FL_BUF_INIT(TEXT_BYTES_MAX);
    sim_choices_list_alternatives(choices, 0, &others);
    for (int i = 0; i < 3; i++)
        sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, 2);
    enum fl_error err = sim_choices_format(choices, &record);
    fl_buf_release(&record);
    fl_buf_release(&others);
    sim_choices_free(choices);
    return err;
}

static enum fl_error run_by_priority(void *context)
{
    struct sim_choices *choices;
    (void)context;
    enum fl_error err = sim_choices_by_priority(7, 3, 20, &choices);
    return err ? err : draw(choices);
}

static enum fl_error run_from_a_record_and_then_a_seed(void *context)
{
    struct sim_choices *choices;
    uint32_t line;
    (void)context;
    enum fl_error err = sim_choices_from_text_then_seed(
        FL_SPAN("instant\nschedule \"world\" \"next\" 1 \"p2/poller\"\n"), 7, &choices, &line);
    return err ? err : draw(choices);
}

static enum fl_error make_worlds_small(void *context)
{
    static const struct plan_job jobs[] = {
        {.name = "a", .worker = "A", .args = FL_SPAN("[]"), .in_us = -1, .at_us = -1},
        {.name = "b", .worker = "B", .args = FL_SPAN("[]"), .in_us = -1, .at_us = -1}};
    const struct plan plan = {.title = "small",
                              .seed_first = 1,
                              .jobs = jobs,
                              .job_count = 2,
                              .start_us = PLAN_START_DEFAULT_US,
                              .horizon_us = PLAN_HORIZON_DEFAULT_US,
                              .fold_idle = true,
                              .heal_us = -1};
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct small_worlds *worlds;
    struct small_world world;
    (void)context;
    enum fl_error err = small_worlds_new(&plan, 2, 2, &worlds);
    if (err) return err;
    err = small_worlds_write(worlds, 1, &world, &text);
    small_worlds_free(worlds);
    fl_buf_release(&text);
    return err;
}

static enum fl_error weigh(void *context)
{
    struct fl_buf weights = FL_BUF_INIT(TEXT_BYTES_MAX);
    (void)context;
    enum fl_error err = weights_write(FL_SPAN("name p1/main\nstep - 0 w1\n"), &weights);
    fl_buf_release(&weights);
    return err;
}

static enum fl_error walk_uniformly(void *context)
{
    struct sim_choices *choices;
    uint32_t line;
    (void)context;
    enum fl_error err = sim_choices_from_text_then_seed(
        FL_SPAN("instant\nturns 3 p1/fetch\nturns 2 p2/poller\n"), 7, &choices, &line);
    return err ? err : draw(choices);
}

/* Whoever logs is not disturbed either. */
static enum fl_error log_steps(void *context)
{
    static const char *const tasks[] = {"p1/fetch", "p2/poller"};
    static const char record[] = "instant\nby process\nasleep 1 p2 w1 r2\n";
    struct sim_choices *choices;
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t line;
    (void)context;
    enum fl_error err = sim_choices_from_text(fl_span_from(record), &choices, &line);
    if (err) return err;
    struct sim_steps *steps = sim_choices_steps(choices);
    for (uint64_t i = 0; i < 2; i++) {
        if (!sim_steps_begin(steps, tasks, 2, 0)) break;
        sim_steps_run(steps, 0, i);
        sim_steps_touch(steps, 3, SIM_WRITES);
    }
    err = sim_steps_format(steps, &told);
    sim_choices_free(choices);
    fl_buf_release(&told);
    return err;
}

static enum fl_error reduce(void *context)
{
    static const char steps[] = "name p1/main\nname p2/main\nstep 0 0,1 w1\ntime 1f\nstep - 1 w1\n"
                                "step 1 0,1 w1\nstep - 1 w1\n";
    struct dpor *dpor;
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t node;
    bool whole;
    (void)context;
    enum fl_error err = dpor_new(&dpor);
    if (err) return err;
    if (dpor_next(dpor, &node)) err = dpor_take(dpor, node, fl_span_from(steps), &whole);
    if (!err && dpor_next(dpor, &node)) err = dpor_write(dpor, node, &record);
    dpor_free(dpor);
    fl_buf_release(&record);
    return err;
}

static enum fl_error (*const attempts[])(void *) = {
    enumerate,       be_guided,
    log_steps,       reduce,
    weigh,           make_worlds_small,
    walk_uniformly,  gather_what_never_happened,
    run_by_priority, run_from_a_record_and_then_a_seed};

static void each_allocation_that_fails_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        alloc_sweep(attempts[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_that_fails_is_an_error_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
