/* Scenarios that are built by calls: what they print, that it reads back, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/faultline/scenario.h"
#include "harness/scenario/format.h"
#include "harness/scenario/parse.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static const char whole[] = "scenario 1 \"every \\\"kind\\\" of line, for \\$5\"\n"
                            "why      Prose: # and $ mean nothing.\n"
                            "why      A second line.\n"
                            "seeds    1..20\n"
                            "module   \"with blank.so\"\n"
                            "processes 2 concurrency 1 fetch basic\n"
                            "processes 1\n"
                            "given    db imports id=7 name=\"a b\" code=\"7\" note=null\n"
                            "given    file a.csv \"name\\nAda,\\{1..2}\\n\\xff\"\n"
                            "given    http GET http://x/ -> 200\n"
                            "enqueue  imp-7 W [7, \"$$x \\u007b1..2}\"] in 5m queue low\n"
                            "enqueue  later W []\n"
                            "fault    kill p1 when imp-7 step \"redis \\\"*\\\"\"\n"
                            "sweep    kill p1 when step \"db COMMIT\"\n"
                            "expect   runs of imp-7 = 2\n";

static struct fl_scenario *build_whole(void)
{
    static const struct fl_scenario_cell cells[] = {
        {"id", FL_SCENARIO_INTEGER, NULL, 7},
        {"name", FL_SCENARIO_TEXT, "a b", 0},
        {"code", FL_SCENARIO_TEXT, "7", 0},
        {"note", FL_SCENARIO_NULL, NULL, 0},
    };
    struct fl_scenario *scenario = fl_scenario_new("every \"kind\" of line, for $5");
    assert_non_null(scenario);
    fl_scenario_why(scenario, "Prose: # and $ mean nothing.\nA second line.\n");
    fl_scenario_seeds(scenario, 1, 20);
    fl_scenario_module(scenario, "with blank.so");
    fl_scenario_processes(scenario, 2, "concurrency 1 fetch basic");
    fl_scenario_processes(scenario, 1, NULL);
    fl_scenario_row(scenario, "imports", cells, 4);
    fl_scenario_file(scenario, "a.csv", FL_SPAN("name\nAda,{1..2}\n\xff"));
    fl_scenario_line(scenario, "given http GET http://x/ -> %d", 200);
    fl_scenario_enqueue(scenario, "imp-7", "W", "[7, \"$x {1..2}\"]", "in 5m queue low");
    fl_scenario_enqueue(scenario, "later", "W", "[]", NULL);
    fl_scenario_fault(scenario, "kill p1 when imp-7 step %s",
                      fl_scenario_quote(scenario, "redis \"*\""));
    fl_scenario_sweep(scenario, "kill p1 when step \"%s\"", "db COMMIT");
    fl_scenario_expect(scenario, "runs of %s = %d", "imp-7", 2);
    return scenario;
}

static void every_call_is_a_line(void **state)
{
    struct fl_scenario *scenario = build_whole();
    struct fl_span text;
    (void)state;
    if (!fl_scenario_print(scenario, &text)) fail_msg("%s", fl_scenario_problem(scenario));
    assert_string_equal(text.bytes, whole);
    assert_string_equal(fl_scenario_problem(scenario), "");
    fl_scenario_free(scenario);
}

static void what_is_printed_reads_back_as_it_was_meant(void **state)
{
    struct fl_scenario *scenario = build_whole();
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    struct fl_span text;
    (void)state;
    assert_true(fl_scenario_print(scenario, &text));
    assert_int_equal(scenario_parse("s", text, NULL, 0, &plan, &message), FL_OK);
    assert_string_equal(plan->title, "every \"kind\" of line, for $5");
    assert_true(fl_span_equal(plan->files[0].bytes, FL_SPAN("name\nAda,{1..2}\n\xff")));
    assert_int_equal(plan->rows[0].columns[2].type, PLAN_TEXT);
    assert_int_equal(plan->rows[0].columns[3].type, PLAN_NULL);
    assert_true(fl_span_is(plan->jobs[0].args, "[7, \"$x \\u007b1..2}\"]"));
    assert_string_equal(plan->faults[0].address.pattern, "redis \"*\"");
    assert_int_equal(plan->job_count, 2);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    fl_scenario_free(scenario);
}

static void mistakes_are_told_by_line(void **state)
{
    struct fl_scenario *scenario = fl_scenario_new("t");
    struct fl_span text;
    (void)state;
    fl_scenario_enqueue(scenario, "a", "W", "[]", "inn 5m");
    fl_scenario_expect(scenario, "b done");
    assert_false(fl_scenario_print(scenario, &text));
    assert_string_equal(fl_scenario_problem(scenario),
                        "scenario:2:16: expected an option of enqueue, found \"inn\"; did you mean "
                        "\"in\"?\nscenario:3:8: expected a job that a line `enqueue` names, found "
                        "\"b\"");
    fl_scenario_free(scenario);
}

static void a_second_line_is_not_slipped_in(void **state)
{
    struct fl_scenario *scenario = build_whole();
    struct fl_span text;
    (void)state;
    fl_scenario_fault(scenario, "kill p1 at +1s\nfault kill p2 at +1s");
    assert_false(fl_scenario_print(scenario, &text));
    assert_string_equal(fl_scenario_problem(scenario), "scenario: a text with more than one line");
    fl_scenario_free(scenario);
}

static void a_file_is_written_or_not(void **state)
{
    struct fl_scenario *scenario = build_whole();
    char path[] = "/tmp/faultline-computed-XXXXXX", read[TEXT_BYTES_MAX] = "";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_true(fl_scenario_write(scenario, path));
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(read, 1, sizeof read - 1, file), strlen(whole));
    fclose(file);
    assert_string_equal(read, whole);
    unlink(path);
    assert_false(fl_scenario_write(scenario, "/nowhere/s"));
    assert_string_equal(fl_scenario_problem(scenario), "/nowhere/s: No such file or directory");
    fl_scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_is_a_line),
        cmocka_unit_test(what_is_printed_reads_back_as_it_was_meant),
        cmocka_unit_test(mistakes_are_told_by_line),
        cmocka_unit_test(a_second_line_is_not_slipped_in),
        cmocka_unit_test(a_file_is_written_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
