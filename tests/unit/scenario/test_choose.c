/* What a plan is made of when a file stands for many: settings, repetitions, variants, and lines
 * that are added or left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/scenario/format.h"
#include "planned.h"

static void settings_have_defaults_and_can_be_replaced(void **state)
{
    static const char text[] = "scenario 1 \"t\"\nset rows 3\nset file none.csv\n"
                               "given db t n=$rows f=\"${file}x\"\nexpect drained within 1s\n";
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    const struct scenario_setting settings[] = {{"rows", "12"}};
    (void)state;
    assert_int_equal(scenario_parse("s", fl_span_from(text), settings, 1, &plan, &message), FL_OK);
    assert_true(fl_span_is(plan->rows[0].columns[0].value, "12"));
    assert_int_equal(plan->rows[0].columns[0].type, PLAN_INTEGER);
    assert_true(fl_span_is(plan->rows[0].columns[1].value, "none.csvx"));
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

static void lines_are_repeated_for_each_number(void **state)
{
    (void)state;
    struct plan *plan =
        plan_of("repeat i 8..12 step 2\nset args [$i]\nenqueue a-$i W $args\n\n"
                "enqueue b-${i}-{1..2} W [] # both\nend\nset i 1\nenqueue c$i W []");
    static const char *const names[] = {"imp-7",  "a-8",  "b-8-1",  "b-8-2",  "a-10", "b-10-1",
                                        "b-10-2", "a-12", "b-12-1", "b-12-2", "c1"};
    assert_int_equal(plan->job_count, FL_COUNT(names));
    for (uint32_t i = 0; i < plan->job_count; i++)
        assert_string_equal(plan->jobs[i].name, names[i]);
    assert_true(fl_span_is(plan->jobs[7].args, "[12]"));
    assert_int_equal(plan->jobs[7].where.line, 5);
    scenario_plan_free(plan);
}

/* The faults of the sweep as they are played with this setting; NULL: none. */
static void sweeps_as(const char *line, const char *chosen, const char *wanted)
{
    char text[512];
    struct fl_buf message = FL_BUF_INIT(4096), found = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    const struct scenario_setting setting = {"sweep", chosen};
    snprintf(text, sizeof text, "scenario 1 \"t\"\nenqueue a W []\n%s\nexpect a done\n", line);
    if (scenario_parse("s", fl_span_from(text), &setting, chosen != NULL, &plan, &message))
        fail_msg("%s", message.bytes);
    assert_int_equal(scenario_format(plan, &found), FL_OK);
    if (!strstr(found.bytes, wanted)) fail_msg("expected \"%s\" in:\n%s", wanted, found.bytes);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    fl_buf_release(&found);
}

static void alternatives_of_a_sweep_are_swept_in_turn(void **state)
{
    static const char line[] =
        "sweep lose-ack | kill process-of a with reset | cut-reply * when a step *";
    (void)state;
    sweeps_as(line, NULL, "\nsweep    lose-ack when a step *\n");
    sweeps_as(line, "lose-ack", "\nsweep    lose-ack when a step *\n");
    sweeps_as(line, "cut-reply *", "\nsweep    cut-reply * when a\n");
    struct plan *plan =
        plan_of("enqueue a W []\nsweep lose-ack | stall | pause p1 5s when a step *");
    assert_int_equal(plan->varied_count, 1);
    assert_string_equal(plan->varied[0].name, "sweep");
    assert_int_equal(plan->varied[0].count, 3);
    assert_string_equal(plan->varied[0].values[2], "pause p1 5s");
    scenario_plan_free(plan);
}

static void pairs_of_alternatives_are_all_of_them(void **state)
{
    static const char line[] = "sweep pairs lose-ack | kill p1 when a step *";
    (void)state;
    struct plan *plan = plan_of("enqueue a W []\nsweep pairs lose-ack | kill p1 when a step *");
    assert_int_equal(plan->varied[0].count, 4);
    assert_string_equal(plan->varied[0].values[1], "lose-ack then kill p1");
    scenario_plan_free(plan);
    sweeps_as(line, NULL, "\nsweep    pairs lose-ack then lose-ack when a step *\n");
    sweeps_as(line, "kill p1 then lose-ack",
              "\nsweep    pairs kill p1 then lose-ack when a step *\n");
    sweeps_as("sweep pairs stall then lose-ack | kill p1 when a step *", "stall then kill p1",
              "\nsweep    pairs stall then kill p1 when a step *\n");
}

static void one_sweep_without_alternatives_varies_nothing(void **state)
{
    (void)state;
    struct plan *plan = plan_of("enqueue a W []\nsweep pairs lose-ack then kill p1 when a step *");
    assert_int_equal(plan->varied_count, 0);
    scenario_plan_free(plan);
}

static void a_mistake_in_repeated_lines_is_told_once(void **state)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    (void)state;
    assert_int_equal(scenario_parse("s",
                                    FL_SPAN("scenario 1 \"t\"\nrepeat i 1..9\nbogus\nend\n"
                                            "expect * done\nvariant a\nbogus\n"),
                                    NULL, 0, &plan, &message),
                     FL_EPARSE);
    assert_string_equal(message.bytes, "s:3:1: expected a statement, found \"bogus\"\n"
                                       "s:7:1: expected a statement, found \"bogus\"");
    fl_buf_release(&message);
}

static void a_long_repetition_is_refused(void **state)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    (void)state;
    assert_int_equal(scenario_parse("s",
                                    FL_SPAN("scenario 1 \"t\"\nrepeat i 0..9999999\n# nothing\n"
                                            "end\nexpect * done\n"),
                                    NULL, 0, &plan, &message),
                     FL_EBOUND);
    assert_non_null(strstr(message.bytes, "a smaller scenario"));
    fl_buf_release(&message);
}

static const char varied[] = "scenario 1 \"t\"\nvary n 1 2 3\nenqueue a-$n W [$n]\n"
                             "expect a-* done\nvariant early\nvariant late\nset x 5s\n"
                             "vary file b.csv c.csv\nenqueue b W [] in $x\n"
                             "given file f @$file\nexpect b dead\n";

static struct plan *variation(const struct scenario_setting *settings, uint32_t count)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_parse("tests/golden/s", fl_span_from(varied), settings, count, &plan, &message);
    if (err) fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static void the_first_variant_and_values_are_read_when_none_is_chosen(void **state)
{
    (void)state;
    struct plan *plan = variation(NULL, 0);
    assert_int_equal(plan->variant_count, 2);
    assert_string_equal(plan->variants[1], "late");
    assert_int_equal(plan->varied_count, 1);
    assert_string_equal(plan->varied[0].name, "n");
    assert_int_equal(plan->varied[0].count, 3);
    assert_string_equal(plan->varied[0].values[2], "3");
    assert_int_equal(plan->job_count, 1);
    assert_string_equal(plan->jobs[0].name, "a-1");
    assert_int_equal(plan->expect_count, 1);
    scenario_plan_free(plan);
}

static void settings_choose_a_variant_and_values(void **state)
{
    (void)state;
    const struct scenario_setting settings[] = {{"variant", "late"}, {"n", "2"}};
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    /* The variant's lines count now: this one names a file that is not there, beside the file. */
    assert_int_equal(
        scenario_parse("tests/golden/s", fl_span_from(varied), settings, 2, &plan, &message),
        FL_EPARSE);
    assert_non_null(strstr(message.bytes, "s:10:14: expected a file that can be opened"));
    fl_buf_release(&message);
}

static void what_is_added_is_of_any_variant(void **state)
{
    (void)state;
    const struct scenario_changes changes = {.extra = FL_SPAN("enqueue more W []\n")};
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    assert_int_equal(
        scenario_parse_changed("s", fl_span_from(varied), &changes, NULL, 0, &plan, &message),
        FL_OK);
    assert_string_equal(plan->jobs[plan->job_count - 1].name, "more");
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

static void a_mark_and_crlf_are_no_part_of_the_text(void **state)
{
    static const char text[] = "\xEF\xBB\xBFscenario 1 \"t\"\r\nexpect drained within 1s\r\n";
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    (void)state;
    assert_int_equal(scenario_parse("s", fl_span_from(text), NULL, 0, &plan, &message), FL_OK);
    assert_string_equal(plan->expects[0].source, "expect drained within 1s");
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

static const char told[] = "scenario 1 \"t\"\nenqueue a W []\nfault f1: kill p1 when a step *\n"
                           "fault kill p1 2s after fault f1\nheal at +1h\nexpect a done\n"
                           "volatile db t.c";

static struct plan *changed_plan(const struct scenario_changes *changes)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    if (scenario_parse_changed("s", fl_span_from(told), changes, NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static void a_bare_reading_leaves_faults_and_claims_out(void **state)
{
    const struct scenario_changes bare = {.bare = true};
    (void)state;
    struct plan *plan = changed_plan(&bare);
    assert_int_equal(plan->fault_count, 0);
    assert_int_equal(plan->expect_count, 0);
    assert_int_equal(plan->heal_us, -1);
    assert_int_equal(plan->job_count, 1);
    assert_int_equal(plan->volatile_count, 1);
    scenario_plan_free(plan);
}

static void extra_lines_stand_behind_the_files_own(void **state)
{
    const struct scenario_changes added = {.extra = FL_SPAN("\nfault term p1 at +1s\n")};
    const struct scenario_changes instead = {
        .bare = true, .extra = FL_SPAN("heal at +2h\nfault term p1 when a step *\nexpect a dead")};
    (void)state;
    struct plan *plan = changed_plan(&added);
    assert_int_equal(plan->fault_count, 3);
    assert_int_equal(plan->faults[2].where.line, 9);
    scenario_plan_free(plan);
    plan = changed_plan(&instead);
    assert_int_equal(plan->fault_count, 1);
    assert_int_equal(plan->faults[0].verb, PLAN_TERM);
    assert_int_equal(plan->expects[0].state, PLAN_STATE_DEAD);
    assert_int_equal(plan->heal_us, 2 * FL_HOUR_US);
    scenario_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_of_a_sweep_are_swept_in_turn),
        cmocka_unit_test(pairs_of_alternatives_are_all_of_them),
        cmocka_unit_test(one_sweep_without_alternatives_varies_nothing),
        cmocka_unit_test(settings_have_defaults_and_can_be_replaced),
        cmocka_unit_test(lines_are_repeated_for_each_number),
        cmocka_unit_test(a_mistake_in_repeated_lines_is_told_once),
        cmocka_unit_test(a_long_repetition_is_refused),
        cmocka_unit_test(the_first_variant_and_values_are_read_when_none_is_chosen),
        cmocka_unit_test(settings_choose_a_variant_and_values),
        cmocka_unit_test(what_is_added_is_of_any_variant),
        cmocka_unit_test(a_mark_and_crlf_are_no_part_of_the_text),
        cmocka_unit_test(a_bare_reading_leaves_faults_and_claims_out),
        cmocka_unit_test(extra_lines_stand_behind_the_files_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
