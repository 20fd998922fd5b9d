/* What runs and replays tell of themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/cli/commands.h"
#include "typed.h"

static const char *last_line(const char *text)
{
    const char *last = text;
    for (const char *at = text; *at; at++)
        if (*at == '\n' && at[1]) last = at + 1;
    return last;
}

static struct scripted_run seed_42_fails(const struct run_request *request, int worker,
                                         uint64_t seed, int32_t sweep)
{
    struct scripted_run run = eighteen_points(request, worker, seed, sweep);
    if (seed < 42 || strcmp(request->path, "scenarios/a/seeds.scenario") != 0) return run;
    run.item.verdict = RUN_FAILED;
    run.item.failed_line = 4;
    run.item.text = FL_SPAN("expected  j done\nfound     j waiting");
    return run;
}

static struct scripted_run point_7_is_stuck(const struct run_request *request, int worker,
                                            uint64_t seed, int32_t sweep)
{
    struct scripted_run run = eighteen_points(request, worker, seed, sweep);
    if (sweep != 7) return run;
    run.item.verdict = RUN_STUCK;
    run.item.text = FL_SPAN("j is pending because p1 is dead");
    run.item.swept_at = FL_SPAN("kill p1 before j#1.4 db COMMIT");
    return run;
}

static struct scripted_run workers_differ_at_seed_5(const struct run_request *request, int worker,
                                                    uint64_t seed, int32_t sweep)
{
    struct scripted_run run = eighteen_points(request, worker, seed, sweep);
    if (seed != 5) return run;
    run.item.trace_hash[1] = (uint64_t)worker;
    run.item.trace = worker % 2 ? FL_SPAN("same\nodd\n") : FL_SPAN("same\neven\n");
    run.item.allocations = worker % 2 ? FL_SPAN("p1 9 a#1.1 mail\np1 12 a#1.2 db COMMIT\n")
                                      : FL_SPAN("p1 9 a#1.1 mail\np1 14 a#1.2 db COMMIT\n");
    run.item.choices = worker % 2 ? FL_SPAN("c\ndelay \"a#1\" \"mail\" 0 5\n") : FL_SPAN("c\n");
    return run;
}

static struct scripted_run seed_9_crashes(const struct run_request *request, int worker,
                                          uint64_t seed, int32_t sweep)
{
    struct scripted_run run = eighteen_points(request, worker, seed, sweep);
    run.crashes = seed == 9;
    return run;
}

static struct scripted_run everything_hangs(const struct run_request *request, int worker,
                                            uint64_t seed, int32_t sweep)
{
    (void)request, (void)worker, (void)seed, (void)sweep;
    return (struct scripted_run){.hangs = true};
}

/* --- run --- */
static void a_suite_that_passes(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios --jobs 3");
    assert_int_equal(f->code, CLI_PASSED);
    assert_string_equal(f->err, "");
    assert_non_null(strstr(f->out, "PASS  a/one "));
    assert_non_null(strstr(f->out, "  1 run\n"));
    assert_non_null(strstr(f->out, "  100 seeds\n"));
    assert_non_null(strstr(f->out, "  18 sweeps\n"));
    assert_non_null(strstr(f->out, "\n119 runs \xC2\xB7 "));
    assert_non_null(strstr(f->out, " 4 virtual days in "));
    assert_string_equal(last_line(f->out), "3 passed, 0 failed, 0 skipped\n");
}

static void results_stand_in_file_order_whatever_order_answers_have(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios --jobs 1");
    char *one = strdup(f->out);
    use(&(struct script){.play = eighteen_points, .last_in_first_out = true});
    faultline(f, "run scenarios --jobs 4");
    *strstr(one, " runs ") = *strstr(f->out, " runs ") = '\0';
    assert_string_equal(f->out, one);
    free(one);
}

static void every_run_is_played_twice_unless_told_otherwise(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/seeds.scenario");
    assert_int_equal(scripted_pool_runs(), 200);
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/seeds.scenario --no-verify");
    assert_int_equal(scripted_pool_runs(), 100);
    assert_true(scripted_pool_requests() < 20); /* in batches */
}

static void a_failure_is_told_with_its_first_seed_and_how_to_replay_it(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = seed_42_fails, .last_in_first_out = true});
    faultline(f, "run scenarios");
    assert_int_equal(f->code, CLI_FAILED);
    assert_non_null(strstr(f->out, "  100 seeds, 59 failed\n"
                                   "      scenarios/a/seeds.scenario:4:1\n"
                                   "      expected  j done\n"
                                   "      found     j waiting\n"
                                   "      seed      42\n"
                                   "      replay    faultline replay out/a-seeds.replay\n"));
    assert_string_equal(last_line(f->out), "2 passed, 1 failed, 0 skipped\n");
}

static void the_replay_file_of_a_failure_plays_that_run(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = seed_42_fails});
    faultline(f, "run scenarios/a/seeds.scenario");
    use(&(struct script){.play = seed_42_fails});
    faultline(f, "replay out/a-seeds.replay");
    assert_int_equal(f->code, CLI_FAILED);
    assert_int_equal(scripted_pool_runs(), 3); /* twice, and once more for the record */
    assert_non_null(strstr(f->out, "      same trace as recorded\n"));
    assert_non_null(strstr(f->out, "      seed      42\n"));
    use(&(struct script){.play = eighteen_points});
    faultline(f, "replay out/a-seeds.replay");
    assert_int_equal(f->code, CLI_PASSED);
}

static void a_point_of_a_sweep_that_is_stuck(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = point_7_is_stuck});
    faultline(f, "run scenarios/b.scenario");
    assert_int_equal(f->code, CLI_STUCK);
    assert_non_null(strstr(f->out, "  18 sweeps, 1 failed\n"
                                   "      swept     kill p1 before j#1.4 db COMMIT\n"
                                   "      j is pending because p1 is dead\n"));
    use(&(struct script){.play = point_7_is_stuck});
    faultline(f, "run scenarios/b.scenario --sweep 6");
    assert_int_equal(f->code, CLI_PASSED);
    use(&(struct script){.play = point_7_is_stuck});
    faultline(f, "run scenarios/b.scenario --sweep 18");
    assert_int_equal(f->code, CLI_USAGE);
    assert_non_null(strstr(f->out, "found     one behind its last\n"));
    use(&(struct script){.play = point_7_is_stuck});
    faultline(f, "replay out/b.replay");
    assert_int_equal(f->code, CLI_STUCK);
}

static void two_plays_that_differ_are_a_failure_of_their_own(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = workers_differ_at_seed_5});
    faultline(f, "run scenarios/a/seeds.scenario --jobs 2");
    assert_int_equal(f->code, CLI_NONDETERMINISM);
    assert_non_null(strstr(f->out, "      expected  the same run, played by two run workers"));
    assert_non_null(strstr(f->out, "first difference at event 2:\n"));
    assert_non_null(strstr(f->out, "both plays  same\n"));
    assert_non_null(strstr(f->out, "one play    even\n"));
    assert_non_null(strstr(f->out, "the other   odd\n"));
    assert_non_null(strstr(f->out, "first draw that differs, the 2.: none in one play, "
                                   "delay \"a#1\" \"mail\" 0 5 in the other\n"));
    assert_non_null(strstr(f->out, "allocations of p1 differ first by the end of a#1.2 db COMMIT: "
                                   "14 in one play, 12 in the other\n"));
    assert_non_null(strstr(f->out, "      seed      5\n"));
}

static void a_crash_is_the_verdict_of_its_run_alone(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = seed_9_crashes});
    faultline(f, "run scenarios/a/seeds.scenario");
    assert_int_equal(f->code, CLI_HANDLER_CRASHED);
    assert_non_null(strstr(f->out, "  100 seeds, 1 failed\n"
                                   "      expected  a handler that returns\n"
                                   "      found     SIGSEGV, after a#1.2 db COMMIT\n"
                                   "      seed      9\n"));
}

static void a_handler_that_always_hangs_is_not_waited_for_100_times(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = everything_hangs});
    faultline(f, "run scenarios/a/seeds.scenario");
    assert_int_equal(f->code, CLI_HANDLER_CRASHED);
    assert_int_equal(scripted_pool_runs(), 2); /* its two plays */
    assert_non_null(strstr(f->out, ", the rest not run\n"));
    assert_non_null(strstr(f->out, "found     no effect for too long in real time"));
}

static void an_answer_that_cannot_be_read_is_a_fault_of_the_harness(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points, .answer = "{"});
    faultline(f, "run scenarios/a/one.scenario");
    assert_int_equal(f->code, CLI_HARNESS_FAULT);
    assert_string_equal(last_line(f->out), "0 passed, 1 failed, 0 skipped\n");
}

static void the_trace_of_a_single_run_is_printed(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/seeds.scenario --seed 7 --trace");
    assert_int_equal(f->code, CLI_PASSED);
    assert_memory_equal(f->out, "0 a#1.1 redis LREM\nPASS  a/seeds", 32);
}

static void a_replay_may_be_reported_as_a_run_is(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = seed_42_fails});
    faultline(f, "run scenarios/a/seeds.scenario");
    use(&(struct script){.play = seed_42_fails});
    faultline(f, "replay out/a-seeds.replay --report tap");
    assert_int_equal(f->code, CLI_FAILED);
    assert_non_null(
        strstr(f->out, "TAP version 13\n1..1\nnot ok 1 - scenarios/a/seeds.scenario\n"));
    assert_non_null(strstr(f->err, "      seed      42\n")); /* a person reads elsewhere */
    use(&(struct script){.play = eighteen_points});
    faultline(f, "replay out/a-seeds.replay --report xml");
    assert_int_equal(f->code, CLI_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_suite_that_passes, typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(results_stand_in_file_order_whatever_order_answers_have,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(every_run_is_played_twice_unless_told_otherwise,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(a_failure_is_told_with_its_first_seed_and_how_to_replay_it,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(the_replay_file_of_a_failure_plays_that_run, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(a_point_of_a_sweep_that_is_stuck, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(two_plays_that_differ_are_a_failure_of_their_own,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(a_crash_is_the_verdict_of_its_run_alone, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(a_handler_that_always_hangs_is_not_waited_for_100_times,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(an_answer_that_cannot_be_read_is_a_fault_of_the_harness,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(the_trace_of_a_single_run_is_printed, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(a_replay_may_be_reported_as_a_run_is, typed_setup,
                                        typed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
