/* What is wrong with a command line or a scenario, and what there is to be asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
    struct typed *f = *state;
    use(&(struct script){.play = crashes});
    faultline(f, "check scenarios");
    assert_int_equal(f->code, 2);
    assert_non_null(strstr(f->err, "scenarios/a/one.scenario:3:1: expected a table, found none\n"));
    assert_non_null(strstr(f->err, "scenarios/b.scenario: cannot be played:\nexpected  a handler"));
    assert_string_equal(f->out, "0 passed, 2 failed, 1 skipped\n");
}

static void check_plays_nothing_when_told_so(void **state)
{
    struct typed *f = *state;
    use(&(struct script){.play = crashes});
    faultline(f, "check --no-run scenarios --set rows=4");
    assert_int_equal(f->code, 2); /* two of the three know no such setting */
    assert_string_equal(f->out, "1 passed, 2 failed, 0 skipped\n");
    assert_int_equal(scripted_pool_requests(), 0);
}

/* --- bad input --- */
static void nothing_is_run_when_one_scenario_cannot_be_read(void **state)
{
    struct typed *f = *state;
    typed_write("scenarios/c.scenario", "scenario 1 \"c\"\nexpct j done\n");
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
    struct typed *f = *state;
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
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    faultline(f, "run scenarios/a/one.scenario --set rows=4");
    assert_int_equal(f->code, CLI_PASSED);
}

static void lists_what_would_run(void **state)
{
    struct typed *f = *state;
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
    struct typed *f = *state;
    use(&(struct script){.play = eighteen_points});
    typed_write("scenarios/v.scenario", "scenario 1 \"v\"\nvary n 1 2\nenqueue j W []\n"
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
    struct typed *f = *state;
    faultline(f, "--help");
    assert_int_equal(f->code, CLI_PASSED);
    assert_non_null(strstr(f->out, "  replay    Plays a failed run again"));
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
    struct typed *f = *state;
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
        cmocka_unit_test_setup_teardown(check_tells_what_a_run_would_not_take, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(check_plays_nothing_when_told_so, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_run_when_one_scenario_cannot_be_read,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(wrong_usage_is_one_clear_line_and_2, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(a_set_that_a_scenario_has_reaches_the_run_workers,
                                        typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(lists_what_would_run, typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(each_variant_and_value_is_a_play, typed_setup,
                                        typed_teardown),
        cmocka_unit_test_setup_teardown(help_and_version, typed_setup, typed_teardown),
        cmocka_unit_test_setup_teardown(colour_follows_the_option_and_the_environment, typed_setup,
                                        typed_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
