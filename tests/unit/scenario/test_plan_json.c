/* A plan as JSON: what a program can ask of it, and that all of it is JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/json.h"
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
        "\"processes\":2,\"modules\":[\"a.so\"],"
        "\"jobs\":[{\"line\":2,\"name\":\"imp-7\",\"worker\":\"W\",\"args\":[7]}],"
        "\"crons\":[{\"line\":8,\"name\":\"c\",\"worker\":\"W\",\"args\":[1],"
        "\"cron\":\"0 3 * * *\",\"tz\":\"UTC\"}],"
        "\"faults\":[{\"line\":9,\"name\":\"f1\",\"verb\":\"kill\","
        "\"text\":\"f1: kill p1 with clock p1 +1h at +5m\"}],"
        "\"expects\":[{\"line\":10,\"sometimes\":true,\"text\":\"runs of imp-7 at least 2\"},"
        "{\"line\":11,\"text\":\"imp-7 done\"}]}");
    fl_buf_release(&text);
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
        cmocka_unit_test(every_line_of_the_language_becomes_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
