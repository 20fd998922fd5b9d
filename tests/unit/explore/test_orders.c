/* Whole runs: what an order by chance leads to, at each instant at which time passes and at the
 * end, one of those that dpor plays has led to as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/steps.h"
#include "harness/explore/dpor.h"
#include "harness/explore/path.h"
#include "harness/explore/seen.h"
#include "harness/run/run.h"
#include "harness/scenario/parse.h"

enum { TEXT_BYTES_MAX = 4 * 1024 * 1024, WALKS = 100, SWITCHES_MAX = 12, RUNS_MAX = 30 * 1000 };

static struct run_house *house;

struct world {
    struct plan *plan;
    struct fl_buf record, steps; /* of the run that is played */
    struct seen met;             /* digests of instants, and of ends */
    uint32_t runs, ends;
};

static void init(struct world *world, const char *lines)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX), message = FL_BUF_INIT(TEXT_BYTES_MAX);
    *world =
        (struct world){.record = FL_BUF_INIT(TEXT_BYTES_MAX), .steps = FL_BUF_INIT(TEXT_BYTES_MAX)};
    assert_int_equal(
        fl_buf_printf(&text, "scenario 1 \"orders\"\nmodule " MODULE_RACE "\n%s", lines), FL_OK);
    if (scenario_parse("orders.scenario", fl_buf_span(&text), NULL, 0, &world->plan, &message))
        fail_msg("%s", message.bytes);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void release(struct world *world)
{
    scenario_plan_free(world->plan);
    fl_buf_release(&world->record);
    fl_buf_release(&world->steps);
    seen_release(&world->met);
}

/* Plays the record; the digest of its end, 0 when another run has it. */
static uint64_t play(struct world *world)
{
    struct sim_choices *choices;
    struct run_result result;
    uint32_t line;
    assert_int_equal(sim_choices_from_text(fl_buf_span(&world->record), &choices, &line), FL_OK);
    const struct run_order order = {.house = house,
                                    .plan = world->plan,
                                    .choices = choices,
                                    .sweep = -1,
                                    .wants = RUN_WANTS_STATE};
    run_play(&order, &result);
    assert_true(result.verdict != RUN_HARNESS_FAULT);
    const struct sim_steps *steps = sim_choices_steps(choices);
    fl_buf_truncate(&world->steps, 0);
    assert_int_equal(sim_steps_format(steps, &world->steps), FL_OK);
    uint64_t end = seen_digest(fl_buf_span(&result.state));
    end = seen_mix(end + (uint64_t)result.verdict * 8 + result.failed_line);
    if (sim_steps_are_asleep(steps)) end = 0;
    sim_choices_free(choices);
    run_result_release(&result);
    return end;
}

/* Whether the digest is new; those of walks must not be. */
static bool meet(struct world *world, uint64_t digest)
{
    bool is_new;
    assert_int_equal(seen_add(&world->met, digest, &is_new), FL_OK);
    return is_new;
}

static uint32_t meet_instants(struct world *world, const struct path *path)
{
    uint32_t news = 0;
    for (uint32_t i = 0; i < path->count; i++)
        if (path->steps[i].later) news += meet(world, path->before[i]);
    return news;
}

static void reduce(struct world *world)
{
    struct dpor *dpor;
    struct shapes shapes = {.arena = FL_ARENA_INIT(SHAPES_BYTES_MAX)};
    struct path path = {0};
    uint32_t node;
    assert_int_equal(dpor_new(&dpor), FL_OK);
    while (dpor_next(dpor, &node)) {
        bool whole;
        fl_buf_truncate(&world->record, 0);
        assert_int_equal(dpor_write(dpor, node, &world->record), FL_OK);
        uint64_t end = play(world);
        assert_int_equal(dpor_take(dpor, node, fl_buf_span(&world->steps), &whole), FL_OK);
        assert_int_equal(path_read(&path, &shapes, fl_buf_span(&world->steps), &whole), FL_OK);
        meet_instants(world, &path);
        if (end) world->ends += meet(world, end);
        assert_true(++world->runs < RUNS_MAX);
    }
    assert_true(dpor_complete(dpor));
    dpor_free(dpor);
    path_release(&path);
    shapes_release(&shapes);
}

static uint32_t drawn(uint64_t *state, uint32_t bound)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(seen_mix(*state) % bound);
}

/* The path's turns up to that step, at which another of its options has the turn. */
static void write_switch(struct world *world, const struct shapes *shapes, const struct path *path,
                         uint32_t at, uint32_t option)
{
    fl_buf_truncate(&world->record, 0);
    assert_int_equal(fl_buf_append_text(&world->record, "instant\nby process\n"), FL_OK);
    for (uint32_t i = 0; i <= at; i++) {
        const struct path_step *step = &path->steps[i];
        uint32_t task = shapes->options[step->options].tasks[i == at ? option : 0];
        if (step->choice == PATH_NO_CHOICE) continue;
        assert_int_equal(fl_buf_printf(&world->record, "schedule \"world\" \"next\" %u \"%s\"\n",
                                       step->choice, shapes->task_names.texts[task]),
                         FL_OK);
    }
}

/* An order with a few switches at places by chance, each of which changes all that follows. */
static void walk(struct world *world, uint64_t seed)
{
    struct shapes shapes = {.arena = FL_ARENA_INIT(SHAPES_BYTES_MAX)};
    struct path path = {0};
    bool whole;
    fl_buf_truncate(&world->record, 0);
    assert_int_equal(fl_buf_append_text(&world->record, "instant\nby process\n"), FL_OK);
    uint64_t end = play(world);
    for (uint32_t i = drawn(&seed, SWITCHES_MAX); i > 0; i--) {
        assert_int_equal(path_read(&path, &shapes, fl_buf_span(&world->steps), &whole), FL_OK);
        uint32_t at = drawn(&seed, path.count);
        uint32_t options = shapes.options[path.steps[at].options].count;
        if (options < 2) continue;
        write_switch(world, &shapes, &path, at, 1 + drawn(&seed, options - 1));
        end = play(world);
    }
    assert_int_equal(path_read(&path, &shapes, fl_buf_span(&world->steps), &whole), FL_OK);
    assert_int_equal(meet_instants(world, &path), 0);
    assert_false(meet(world, end));
    path_release(&path);
    shapes_release(&shapes);
}

static void leads_nowhere_else(const char *lines, uint32_t ends)
{
    struct world world;
    init(&world, lines);
    reduce(&world);
    assert_int_equal(world.ends, ends);
    for (uint64_t seed = 1; seed <= WALKS; seed++)
        walk(&world, seed);
    release(&world);
}

static void two_workers_and_a_job(void **state)
{
    (void)state;
    leads_nowhere_else("processes 2 concurrency 1\nenqueue a RepairedWorker []\nexpect a done\n",
                       1);
}

static void a_lost_update(void **state)
{
    (void)state;
    leads_nowhere_else("processes 2 concurrency 1\nenqueue n-{1..2} CounterWorker []\n"
                       "expect redis GET counter = 2\n",
                       2);
}

static void pollers_that_meet(void **state)
{
    (void)state;
    leads_nowhere_else(
        "processes 2 concurrency 1\nenqueue a RepairedWorker [] in 12s\nexpect a done\n", 1);
}

static void a_process_that_is_killed_and_comes_again(void **state)
{
    (void)state;
    leads_nowhere_else("processes 2 concurrency 1\nenqueue a CounterWorker []\n"
                       "fault kill p1 when p1 the 5th \"redis *\" restart after 2s\n"
                       "expect redis GET counter = 1\n",
                       1);
}

static void a_job_killed_in_its_middle(void **state)
{
    (void)state;
    leads_nowhere_else(
        "processes 2 concurrency 1\nenqueue a CounterWorker []\n"
        "fault kill process-of a when a#1 the 1st \"redis SET\" after restart after 2s\n"
        "expect redis GET counter = 1\n",
        1);
}

static int setup(void **state)
{
    (void)state;
    return run_house_new(&house) ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    run_house_free(house);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_workers_and_a_job),
        cmocka_unit_test(a_lost_update),
        cmocka_unit_test(pollers_that_meet),
        cmocka_unit_test(a_process_that_is_killed_and_comes_again),
        cmocka_unit_test(a_job_killed_in_its_middle),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
