/* The program from its arguments to its output, over a pool whose workers are scripted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/cli/commands.h"
#include "scripted_pool.h"

enum { ARGS_MAX = 12 };

/* What the program does with the outside are only names among the commands here. */
static int nothing(int argc, char **argv, FILE *out, FILE *err)
{
    (void)argc, (void)argv, (void)out, (void)err;
    return CLI_PASSED;
}
const struct cli_command command_push = {
    .name = "push", .arguments = "", .summary = "Pushes", .run = nothing};
const struct cli_command command_serve = {
    .name = "serve", .arguments = "", .summary = "Serves", .run = nothing};
const struct cli_command command_proxy = {
    .name = "proxy", .arguments = "", .summary = "Passes on", .run = nothing};
const struct cli_command command_ctl = {
    .name = "ctl", .arguments = "", .summary = "Asks", .run = nothing};
const struct cli_command command_bench = {
    .name = "bench", .arguments = "", .summary = "Measures", .run = nothing};

struct fixture {
    char folder[64];
    char *out, *err;
    int code;
};

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.folder = "/tmp/faultline-cli-XXXXXX"};
    assert_non_null(mkdtemp(fixture.folder));
    assert_int_equal(chdir(fixture.folder), 0);
    assert_int_equal(mkdir("scenarios", 0777), 0);
    assert_int_equal(mkdir("scenarios/a", 0777), 0);
    write_text("scenarios/a/one.scenario",
               "scenario 1 \"one\"\nset rows 3\nenqueue j W []\nexpect j done\n");
    write_text("scenarios/a/seeds.scenario",
               "scenario 1 \"seeds\"\nseeds 1..100\nenqueue j W []\nexpect j done\n");
    write_text("scenarios/b.scenario", "scenario 1 \"b\"\nenqueue j W []\n"
                                       "sweep kill p1 when j step * before,after\nexpect j done\n");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];
    free(f->out);
    free(f->err);
    f->out = f->err = NULL;
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    return system(command);
}

/* Arguments are words separated by blanks. */
static void faultline(struct fixture *f, const char *arguments)
{
    char *text = strdup(arguments), *argv[ARGS_MAX] = {NULL}, *rest = NULL;
    char program[] = "faultline";
    size_t length;
    int argc = 0;
    argv[argc++] = program;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    free(f->out);
    free(f->err);
    FILE *out = tmpfile();
    FILE *err = open_memstream(&f->err, &length);
    f->code = faultline_main(argc, argv, out, err);
    fclose(err);
    f->out = calloc(1, 1024 * 1024);
    rewind(out);
    assert_true(fread(f->out, 1, 1024 * 1024 - 1, out) < 1024 * 1024 - 1);
    fclose(out);
    free(text);
}

static const char *last_line(const char *text)
{
    const char *last = text;
    for (const char *at = text; *at; at++)
        if (*at == '\n' && at[1]) last = at + 1;
    return last;
}

/* --- scripts --- */
static struct scripted_run eighteen_points(const struct run_request *request, int worker,
                                           uint64_t seed, int32_t sweep)
{
    struct scripted_run run = {.item.effects = 100, .item.virtual_us = 3600 * INT64_C(1000000)};
    (void)request, (void)worker, (void)seed;
    if (sweep >= 18) run.item.verdict = RUN_SWEPT;
    return run;
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

static void use(struct script *script)
{
    scripted_pool_use(script);
}

/* --- check --- */
static struct scripted_run crashes(const struct run_request *request, int worker, uint64_t seed,
                                   int32_t sweep)
{
    (void)worker, (void)seed, (void)sweep;
    return (struct scripted_run){.crashes = strcmp(request->path, "scenarios/b.scenario") == 0,
                                 .item.verdict = RUN_BAD_INPUT,
                                 .item.failed_line = 3,
                                 .item.text = FL_SPAN("expected  a table\nfound     none\nmore")};
}

static void check_tells_what_a_run_would_not_take(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = crashes});
    faultline(f, "check scenarios");
    assert_int_equal(f->code, 2);
    assert_non_null(strstr(f->err, "scenarios/a/one.scenario:3:1: expected a table, found none\n"));
    assert_non_null(strstr(f->err, "scenarios/b.scenario: cannot be played:\nexpected  a handler"));
    assert_string_equal(f->out, "0 passed, 2 failed, 1 skipped\n");
}

static void check_plays_nothing_when_told_so(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = crashes});
    faultline(f, "check --no-run scenarios --set rows=4");
    assert_int_equal(f->code, 2); /* two of the three know no such setting */
    assert_string_equal(f->out, "1 passed, 2 failed, 0 skipped\n");
    assert_int_equal(scripted_pool_requests(), 0);
}

/* --- run --- */
static void a_suite_that_passes(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    use(&(struct script){.play = everything_hangs});
    faultline(f, "run scenarios/a/seeds.scenario");
    assert_int_equal(f->code, CLI_HANDLER_CRASHED);
    assert_int_equal(scripted_pool_runs(), 2); /* its two plays */
    assert_non_null(strstr(f->out, ", the rest not run\n"));
    assert_non_null(strstr(f->out, "found     no effect for too long in real time"));
}

static void an_answer_that_cannot_be_read_is_a_fault_of_the_harness(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points, .answer = "{"});
    faultline(f, "run scenarios/a/one.scenario");
    assert_int_equal(f->code, CLI_HARNESS_FAULT);
    assert_string_equal(last_line(f->out), "0 passed, 1 failed, 0 skipped\n");
}

static void the_trace_of_a_single_run_is_printed(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/seeds.scenario --seed 7 --trace");
    assert_int_equal(f->code, CLI_PASSED);
    assert_memory_equal(f->out, "0 a#1.1 redis LREM\nPASS  a/seeds", 32);
}

/* --- bad input --- */
static void nothing_is_run_when_one_scenario_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    write_text("scenarios/c.scenario", "scenario 1 \"c\"\nexpct j done\n");
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios");
    assert_int_equal(f->code, CLI_USAGE);
    assert_string_equal(f->err,
                        "scenarios/c.scenario:2:1: expected a statement, found \"expct\"; did "
                        "you mean \"expect\"?\n");
    assert_string_equal(f->out, "0 passed, 1 failed, 3 skipped\n");
    assert_int_equal(scripted_pool_runs(), 0);
}

static struct usage_case {
    const char *arguments, *want;
} usages[] = {
    {"", "usage: faultline COMMAND"},
    {"rn",
     "faultline: expected a command, found \"rn\"; did you mean \"run\"? (faultline --help)\n"},
    {"run", "faultline run: expected a scenario file or folder (faultline run --help)\n"},
    {"run nowhere",
     "faultline run: expected a scenario file or a folder of them, found \"nowhere\": not found "
     "(faultline run --help)\n"},
    {"run scenarios -k sedes",
     "faultline run: no scenario's name contains \"sedes\"; did you mean \"seeds\"? (faultline run "
     "--help)\n"},
    {"run scenarios --seed x",
     "faultline run: expected a number from 0 to 9223372036854775807 after --seed, found \"x\" "
     "(faultline run --help)\n"},
    {"--hlep", "faultline: expected a command, found \"--hlep\"; did you mean \"--help\"?"},
    {"run scenarios/a/one.scenario --sweep 0",
     "faultline run: --sweep wants a scenario with a line `sweep`, found "
     "\"scenarios/a/one.scenario\""},
    {"run scenarios --seeds 5",
     "faultline run: expected two seeds, like 1..100, found \"5\" (faultline run --help)\n"},
    {"run scenarios --set n",
     "faultline run: expected NAME=VALUE, found \"n\" (faultline run --help)\n"},
    {"run scenarios --color red",
     "faultline run: expected auto, always or never, found \"red\" (faultline run --help)\n"},
    {"run scenarios --trace",
     "faultline run: --trace and --sweep want a single scenario, found 3 (faultline run --help)\n"},
    {"run scenarios/a/one.scenario --set rwos=4",
     "scenarios/a/one.scenario:1:1: expected a --set whose name a line `set` has, found \"rwos\"; "
     "did "
     "you mean \"rows\"?\n"},
    {"replay nothing",
     "faultline replay: expected a replay file, found \"nothing\": No such file or directory "
     "(faultline replay --help)\n"},
    {"replay scenarios",
     "faultline replay: expected a replay file, found \"scenarios\": Is a directory (faultline "
     "replay --help)\n"},
};

static void wrong_usage_is_one_clear_line_and_2(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        use(&(struct script){.play = eighteen_points});
        faultline(f, usages[i].arguments);
        assert_int_equal(f->code, CLI_USAGE);
        assert_memory_equal(f->err, usages[i].want, strlen(usages[i].want));
        assert_int_equal(scripted_pool_runs(), 0);
    }
}

static void a_set_that_a_scenario_has_reaches_the_run_workers(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/one.scenario --set rows=4");
    assert_int_equal(f->code, CLI_PASSED);
}

static void lists_what_would_run(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios --list -k a/");
    assert_int_equal(f->code, CLI_PASSED);
    assert_memory_equal(f->out, "a/one ", 6);
    assert_non_null(strstr(f->out, " seeds\n"));
    assert_null(strstr(f->out, "\nb "));
    assert_int_equal(scripted_pool_runs(), 0);
}

static void each_variant_and_value_is_a_play(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points});
    write_text("scenarios/v.scenario", "scenario 1 \"v\"\nvary n 1 2\nenqueue j W []\n"
                                       "expect j done\nvariant plain\nvariant late\nvary m x y\n");
    faultline(f, "run scenarios/v.scenario --list");
    assert_int_equal(f->code, CLI_PASSED);
    const char *at = f->out;
    for (const char *const *id =
             (const char *const[]){"v[plain,n=1] ", "v[plain,n=2] ", "v[late,n=1,m=x] ",
                                   "v[late,n=1,m=y] ", "v[late,n=2,m=x] ", "v[late,n=2,m=y] ",
                                   NULL};
         *id; id++) {
        at = strstr(at, *id);
        if (!at) fail_msg("no %s in its order in %s", *id, f->out);
    }
    faultline(f, "run scenarios/v.scenario --list --set variant=late --set m=z");
    assert_memory_equal(f->out, "v[n=1] ", 7);
    faultline(f, "run scenarios/v.scenario --no-verify");
    assert_string_equal(last_line(f->out), "6 passed, 0 failed, 0 skipped\n");
    faultline(f, "check --no-run scenarios/v.scenario");
    assert_string_equal(f->out, "6 passed, 0 failed, 0 skipped\n");
}

static void help_and_version(void **state)
{
    struct fixture *f = *state;
    faultline(f, "--help");
    assert_int_equal(f->code, CLI_PASSED);
    assert_non_null(strstr(f->out, "  replay   Plays a failed run again"));
    faultline(f, "run --help");
    assert_int_equal(f->code, CLI_PASSED);
    assert_non_null(strstr(f->out, "--seeds A..B"));
    faultline(f, "help replay");
    assert_non_null(strstr(f->out, "usage: faultline replay"));
    faultline(f, "--version");
    assert_memory_equal(f->out, "faultline ", 10);
}

static void colour_follows_the_option_and_the_environment(void **state)
{
    struct fixture *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios --color always");
    assert_non_null(strstr(f->out, "\x1b[32mPASS\x1b[0m"));
    setenv("FORCE_COLOR", "1", 1);
    faultline(f, "run scenarios");
    assert_non_null(strstr(f->out, "\x1b[32mPASS\x1b[0m"));
    setenv("NO_COLOR", "1", 1);
    faultline(f, "run scenarios");
    assert_null(strstr(f->out, "\x1b["));
    unsetenv("FORCE_COLOR");
    unsetenv("NO_COLOR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_suite_that_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(results_stand_in_file_order_whatever_order_answers_have,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(every_run_is_played_twice_unless_told_otherwise, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_failure_is_told_with_its_first_seed_and_how_to_replay_it,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_replay_file_of_a_failure_plays_that_run, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_point_of_a_sweep_that_is_stuck, setup, teardown),
        cmocka_unit_test_setup_teardown(two_plays_that_differ_are_a_failure_of_their_own, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_crash_is_the_verdict_of_its_run_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_handler_that_always_hangs_is_not_waited_for_100_times,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_that_cannot_be_read_is_a_fault_of_the_harness,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_trace_of_a_single_run_is_printed, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_run_when_one_scenario_cannot_be_read, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(wrong_usage_is_one_clear_line_and_2, setup, teardown),
        cmocka_unit_test_setup_teardown(a_set_that_a_scenario_has_reaches_the_run_workers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(check_tells_what_a_run_would_not_take, setup, teardown),
        cmocka_unit_test_setup_teardown(check_plays_nothing_when_told_so, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_what_would_run, setup, teardown),
        cmocka_unit_test_setup_teardown(each_variant_and_value_is_a_play, setup, teardown),
        cmocka_unit_test_setup_teardown(help_and_version, setup, teardown),
        cmocka_unit_test_setup_teardown(colour_follows_the_option_and_the_environment, setup,
                                        teardown),
    };
    unsetenv("NO_COLOR");
    unsetenv("FORCE_COLOR");
    unsetenv("CLICOLOR_FORCE");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
