/* A plan as JSON: what a program can ask of it, and that all of it is JSON. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/json.h"
#include "harness/scenario/format.h"
#include "harness/scenario/plan_json.h"
#include "planned.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static struct fl_buf printed(struct plan *plan)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(plan_json(plan, &text), FL_OK);
    scenario_plan_free(plan);
    return text;
}

static void a_plan_is_told_by_its_parts(void **state)
{
    (void)state;
    struct fl_buf text = printed(plan_of("why a \"reason\"\nseeds 3..9\nhorizon 1d\n"
                                         "processes 2 concurrency 1\nmodule a.so\n"
                                         "cron c W [1] \"0 3 * * *\" tz UTC\n"
                                         "fault f1: kill p1 with clock p1 +1h at +5m\n"
                                         "sometimes runs of imp-7 >= 2"));
    assert_string_equal(
        text.bytes,
        "{\"file\":\"dir/s\",\"title\":\"t\",\"why\":\"a \\\"reason\\\"\",\"seed_first\":3,"
        "\"seed_last\":9,\"start\":\"2026-01-01T00:00:00.000Z\",\"horizon_us\":86400000000,"
        "\"processes\":2,\"modules\":[\"a.so\"],\"process_groups\":[\"2 concurrency 1\"],"
        "\"given\":[],"
        "\"jobs\":[{\"line\":2,\"name\":\"imp-7\",\"worker\":\"W\",\"args\":[7]}],"
        "\"crons\":[{\"line\":8,\"name\":\"c\",\"worker\":\"W\",\"args\":[1],"
        "\"cron\":\"0 3 * * *\",\"tz\":\"UTC\"}],\"choices\":[],"
        "\"faults\":[{\"line\":9,\"name\":\"f1\",\"verb\":\"kill\","
        "\"text\":\"f1: kill p1 with clock p1 +1h at +5m\"}],"
        "\"expects\":[{\"line\":10,\"sometimes\":true,\"text\":\"runs of imp-7 at least 2\"},"
        "{\"line\":11,\"text\":\"imp-7 done\"}],\"volatile\":[],"
        "\"others\":[]}");
    fl_buf_release(&text);
}

static struct fl_buf formatted(const struct plan *plan)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(scenario_format(plan, &text), FL_OK);
    return text;
}

/* Read back, laid out or not, it is the same plan. */
static void assert_comes_back(const char *path)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX), json = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_buf pretty = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL, *again = NULL;
    if (scenario_read(path, NULL, 0, &plan, &message)) fail_msg("%s", message.bytes);
    assert_int_equal(plan_json(plan, &json), FL_OK);
    assert_int_equal(plan_json_lay_out(fl_buf_span(&json), &pretty), FL_OK);
    struct fl_buf before = formatted(plan);
    for (int laid_out = 0; laid_out <= 1; laid_out++) {
        struct fl_span text = fl_buf_span(laid_out ? &pretty : &json);
        if (scenario_parse(path, text, NULL, 0, &again, &message))
            fail_msg("%s\n%.*s", message.bytes, FL_SPAN_ARGS(text));
        struct fl_buf after = formatted(again);
        assert_string_equal(before.bytes, after.bytes);
        fl_buf_release(&after);
        scenario_plan_free(again);
    }
    scenario_plan_free(plan);
    fl_buf_release(&before);
    fl_buf_release(&pretty);
    fl_buf_release(&json);
    fl_buf_release(&message);
}

static void every_scenario_comes_back_from_json(void **state)
{
    glob_t paths;
    const char *root = getenv("SOURCE_ROOT");
    (void)state;
    if (root) assert_int_equal(chdir(root), 0);
    assert_int_equal(glob("scenarios/*/*.scenario", 0, NULL, &paths), 0);
    assert_int_equal(glob("tests/golden/*.scenario", GLOB_APPEND, NULL, &paths), 0);
    assert_true(paths.gl_pathc > 100);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        assert_comes_back(paths.gl_pathv[i]);
    globfree(&paths);
}

static struct mistake {
    const char *json, *message;
} mistakes[] = {
    {"{\"title\":\"t\"", "s:1:13: expected"},
    {"{\"titel\":\"t\"}",
     "s:1:10: expected a member that a scenario has, found \"titel\"; did you mean \"title\"?"},
    {"{\"scenario\":2,\"title\":\"t\"}", "s:1:13: expected 1, the version"},
    {"{\n\"expects\":[]\n}", "s:1:1: expected a title"},
    {"{\"title\":\"t\",\n\"faults\":[\n{\"text\":\"kill p1 when p1\"},\n"
     "{\"text\":\"kil p1 when p1\"}],\n\"expects\":[\"drained within 1s\"]}",
     "s:4:7: expected a fault verb, found \"kil\"; did you mean \"kill\"?"},
    {"{\"title\":\"t\",\"expects\":[\"drained within 1s\\nexpect a done\"]}",
     "expected a text of one line"},
    {"{\"title\":\"t\",\"jobs\":[{\"name\":\"a\",\"worker\":7}]}", "expected a text, found \"7\""},
    {"{\"title\":\"t\",\"jobs\":{}}", "expected an array of objects, found \"{}\""},
    {"{\"title\":\"t\",\"horizon_us\":1.5}", "expected a whole number, found \"1.5\""},
    {"{\"title\":\"t\"}", "expected a line `expect`: what must hold"},
};

static void mistakes_in_json_are_told_at_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
        struct plan *plan;
        assert_int_equal(
            scenario_parse("s", fl_span_from(mistakes[i].json), NULL, 0, &plan, &message),
            FL_EPARSE);
        if (!strstr(message.bytes, mistakes[i].message))
            fail_msg("expected \"%s\" in:\n%s", mistakes[i].message, message.bytes);
        fl_buf_release(&message);
    }
}

static void what_a_text_spells_is_no_setting(void **state)
{
    struct fl_json json;
    (void)state;
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    assert_int_equal(
        scenario_parse("s",
                       FL_SPAN("{\"title\":\"a $b {1..2}\",\"jobs\":[{\"name\":\"a\",\"worker\":"
                               "\"W\",\"args\":[\"$x\",\n\"{1..2}\"]}],\"expects\":[\"a done\"]}"),
                       NULL, 0, &plan, &message),
        FL_OK);
    assert_string_equal(plan->title, "a $b {1..2}");
    assert_int_equal(plan->job_count, 1);
    assert_int_equal(fl_json_parse(plan->jobs[0].args, &json, NULL), FL_OK);
    assert_true(fl_json_is(fl_json_element(fl_json_root(&json), 0), "$x"));
    assert_true(fl_json_is(fl_json_element(fl_json_root(&json), 1), "{1..2}"));
    fl_json_release(&json);
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

static void every_line_of_the_language_becomes_json(void **state)
{
    const char *root = getenv("SOURCE_ROOT");
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    struct fl_json json;
    (void)state;
    if (root) assert_int_equal(chdir(root), 0);
    if (scenario_read("tests/golden/every-line.scenario", NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    uint32_t jobs = plan->job_count, expects = plan->expect_count;
    struct fl_buf text = printed(plan);
    assert_int_equal(fl_json_parse(fl_buf_span(&text), &json, NULL), FL_OK);
    struct fl_json_at at = fl_json_root(&json);
    assert_int_equal(fl_json_length(fl_json_member(at, "jobs")), jobs);
    assert_int_equal(fl_json_length(fl_json_member(at, "expects")), expects);
    fl_json_release(&json);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_told_by_its_parts),
        cmocka_unit_test(every_scenario_comes_back_from_json),
        cmocka_unit_test(mistakes_in_json_are_told_at_their_line),
        cmocka_unit_test(what_a_text_spells_is_no_setting),
        cmocka_unit_test(every_line_of_the_language_becomes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
