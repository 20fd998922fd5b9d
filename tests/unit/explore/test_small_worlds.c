/* All small worlds of a scenario, each once: jobs by their kinds, processes by their number, and
 * the claims that mean something in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/cli/small_worlds.h"
#include "harness/scenario/parse.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static struct plan *read(const char *lines)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX), message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan;
    assert_int_equal(fl_buf_printf(&text, "scenario 1 \"small\"\n%s", lines), FL_OK);
    assert_int_equal(scenario_parse("s", fl_buf_span(&text), NULL, 0, &plan, &message), FL_OK);
    fl_buf_release(&text);
    fl_buf_release(&message);
    return plan;
}

static void expect_count(const char *lines, uint32_t jobs, uint32_t processes, uint32_t want)
{
    struct plan *plan = read(lines);
    struct small_worlds *worlds;
    assert_int_equal(small_worlds_new(plan, jobs, processes, &worlds), FL_OK);
    assert_int_equal(small_worlds_count(worlds), want);
    small_worlds_free(worlds);
    scenario_plan_free(plan);
}

static const char alike[] = "enqueue a-{1..20} NoteWorker [{1..20}]\nexpect a-* done\n";
static const char different[] =
    "enqueue a-{1..20} NoteWorker [{1..20}]\nenqueue b NoteWorker [] in 5s\n"
    "enqueue c OtherWorker []\nexpect a-* done\n";

static void jobs_that_are_alike_are_counted_not_told_apart(void **state)
{
    (void)state;
    expect_count(alike, 1, 1, 1);
    expect_count(alike, 3, 2, 6);
    expect_count(different, 1, 1, 3);
    /* of two: a a, a b, a c, b c */
    expect_count(different, 2, 1, 3 + 4);
    expect_count(different, 2, 3, 3 * (3 + 4));
    expect_count("enqueue a NoteWorker []\nexpect a done\n", 8, 1, 1);
}

static void world_is(const char *lines, uint32_t jobs, uint32_t processes, uint32_t index,
                     const char *want)
{
    struct plan *plan = read(lines);
    struct small_worlds *worlds;
    struct small_world world;
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(small_worlds_new(plan, jobs, processes, &worlds), FL_OK);
    assert_int_equal(small_worlds_write(worlds, index, &world, &text), FL_OK);
    assert_string_equal(text.bytes, want);
    fl_buf_release(&text);
    small_worlds_free(worlds);
    scenario_plan_free(plan);
}

static const char whole[] = "seeds 1..9\nprocesses 1 concurrency 1\nprocesses 3 concurrency 2\n"
                            "enqueue a-{1..3} NoteWorker [{1..3}]\nenqueue b OtherWorker []\n"
                            "fault f: kill p1 when p1 the 3rd \"redis *\"\nheal 5s after fault f\n"
                            "expect a-* done\nexpect b done\nexpect p2 exits 0\n";

static void a_world_has_the_first_jobs_and_processes_no_faults_and_the_claims_on_them(void **state)
{
    (void)state;
    world_is(whole, 2, 2, 0,
             "scenario 1 \"small\"\nprocesses 1 concurrency 1\nenqueue  b OtherWorker []\n"
             "expect   b done\n");
    world_is(whole, 2, 2, 7,
             "scenario 1 \"small\"\nprocesses 1 concurrency 1\nprocesses 1 concurrency 2\n"
             "enqueue  a-1 NoteWorker [1]\nenqueue  a-2 NoteWorker [2]\n"
             "expect   a-* done\nexpect   p2 exits 0\n");
}

static void there_may_be_more_processes_than_the_scenario_has(void **state)
{
    (void)state;
    world_is("enqueue a NoteWorker []\nexpect a done\n", 1, 3, 2,
             "scenario 1 \"small\"\nprocesses 3\nenqueue  a NoteWorker []\nexpect   a done\n");
}

static void without_a_claim_no_job_may_be_lost(void **state)
{
    (void)state;
    world_is("enqueue a NoteWorker []\nenqueue b OtherWorker []\nexpect b done\n", 1, 1, 1,
             "scenario 1 \"small\"\nprocesses 1\nenqueue  a NoteWorker []\n"
             "expect   jobs lost = 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_that_are_alike_are_counted_not_told_apart),
        cmocka_unit_test(a_world_has_the_first_jobs_and_processes_no_faults_and_the_claims_on_them),
        cmocka_unit_test(there_may_be_more_processes_than_the_scenario_has),
        cmocka_unit_test(without_a_claim_no_job_may_be_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
