/* The list of what faults can address, of effects that are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/cli/point_list.h"
#include "harness/scenario/parse.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static const char text[] = "scenario 1 \"t\"\n"
                           "enqueue  a W []\n"
                           "fault    kill p1 when a the 2nd \"db COMMIT\"\n"
                           "fault    error oom when a#2 and \"redis *\"\n"
                           "fault    delay 1s when \"redis LREM q*\" times always\n"
                           "fault    kill p1 at +1s\n"
                           "fault    stall when p1 and step \"mail*\"\n"
                           "expect   a done\n";

static struct run_effect made_up[] = {
    {.who = FL_SPAN("web"),
     .process = FL_SPAN("web"),
     .what = FL_SPAN("redis LPUSH"),
     .ordinal = 1,
     .occurrence = 1},
    {.who = FL_SPAN("a#1"),
     .job = FL_SPAN("a"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("t"),
     .what = FL_SPAN("db COMMIT"),
     .ordinal = 1,
     .occurrence = 1},
    {.who = FL_SPAN("p1/fetch"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("fetch"),
     .what = FL_SPAN("redis LMOVE"),
     .ordinal = 1,
     .occurrence = 1,
     .idle = true},
    {.who = FL_SPAN("a#1"),
     .job = FL_SPAN("a"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("t"),
     .what = FL_SPAN("db COMMIT"),
     .ordinal = 2,
     .occurrence = 2},
    {.who = FL_SPAN("a#1"),
     .job = FL_SPAN("a"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("t"),
     .what = FL_SPAN("redis LREM"),
     .detail = FL_SPAN("q 1"),
     .ordinal = 3,
     .occurrence = 1},
    {.who = FL_SPAN("a#1"),
     .job = FL_SPAN("a"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("t"),
     .what = FL_SPAN("http GET h/?a\"[*]"),
     .ordinal = 4,
     .occurrence = 111},
    {.who = FL_SPAN("a#2"),
     .job = FL_SPAN("a"),
     .process = FL_SPAN("p1"),
     .role = FL_SPAN("t"),
     .what = FL_SPAN("redis SADD"),
     .ordinal = 1,
     .occurrence = 1},
};
enum { UNDISTURBED = 6, DISTURBED = 7 }; /* the second delivery needs a fault */

static struct plan *read_plan(void)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    if (scenario_parse("t.scenario", fl_span_from(text), NULL, 0, &plan, &message))
        fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static const struct run_facts undisturbed = {.effects = made_up, .effect_count = UNDISTURBED};
static const struct run_facts disturbed = {.effects = made_up, .effect_count = DISTURBED};

static struct fl_buf listed(struct point_list list,
                            enum fl_error (*print)(const struct point_list *, struct fl_buf *))
{
    struct plan *plan = read_plan();
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    list.plan = plan;
    list.undisturbed = &undisturbed;
    assert_int_equal(print(&list, &out), FL_OK);
    scenario_plan_free(plan);
    return out;
}

static void the_text_has_addresses_by_who_acts_and_what_faults_reach(void **state)
{
    (void)state;
    struct fl_buf out = listed((struct point_list){.disturbed = &disturbed}, point_list_text);
    assert_string_equal(
        out.bytes,
        "\nweb\n"
        "    1  when web the 1st \"redis LPUSH\"\n"
        "\na#1\n"
        "    1  when a#1 the 1st \"db COMMIT\"\n"
        "    2  when a#1 the 2nd \"db COMMIT\"  <- line 3\n"
        "    3  when a#1 the 1st \"redis LREM\"                         q 1  <- line 5\n"
        "    4  when a#1 the 111th \"http GET h/\\\\?a\\\"\\\\[\\\\*]\"\n"
        "\nfaults, by line\n"
        "    3  fault    kill p1 when a the 2nd \"db COMMIT\"  <- 1 effect\n"
        "    4  fault    error \"OOM command not allowed when used memory > 'maxmemory'.\" "
        "when a#2 step \"redis *\"  <- 1 effect, but only in the run with faults\n"
        "    5  fault    delay 1s when step \"redis LREM q*\" times always  <- 1 effect\n"
        "    6  fault    kill p1 at +1s  <- strikes by time\n"
        "    7  fault    stall when p1 step \"mail*\"  <- never reached\n");
    fl_buf_release(&out);
}

static void one_job_is_listed_alone(void **state)
{
    (void)state;
    struct fl_buf out = listed((struct point_list){.job = "b*"}, point_list_text);
    assert_non_null(strstr(out.bytes, "step \"redis *\"  <- never reached\n")); /* no such run */
    assert_memory_equal(out.bytes, "\nfaults", 7);
    fl_buf_release(&out);
}

static void idle_looks_are_listed_on_demand(void **state)
{
    (void)state;
    struct fl_buf out = listed((struct point_list){.idle = true}, point_list_text);
    assert_non_null(strstr(out.bytes, "    1  when p1/fetch the 1st \"redis LMOVE\"\n"));
    fl_buf_release(&out);
}

static void json_says_the_same(void **state)
{
    (void)state;
    struct fl_buf out =
        listed((struct point_list){.job = "a", .disturbed = &disturbed}, point_list_json);
    const char *const parts[] = {
        "{\"scenario\":\"t.scenario\",\"seed\":1,\"points\":[",
        "{\"address\":\"when a#1 the 2nd \\\"db COMMIT\\\"\",\"who\":\"a#1\",\"ordinal\":2,\"job\":"
        "\"a\",\"process\":\"p1\",\"effect\":\"db COMMIT\",\"detail\":\"\",\"applied\":false,"
        "\"idle\":false,\"faults\":[3]}",
        "\"by_time\":false,\"reached\":0,\"reached_with_faults\":1}",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(out.bytes, parts[i])) fail_msg("no %s in %s", parts[i], out.bytes);
    assert_null(strstr(out.bytes, "\"who\":\"web\""));
    fl_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_has_addresses_by_who_acts_and_what_faults_reach),
        cmocka_unit_test(one_job_is_listed_alone),
        cmocka_unit_test(idle_looks_are_listed_on_demand),
        cmocka_unit_test(json_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
