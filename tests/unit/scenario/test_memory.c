/* Every allocation of reading and printing a scenario fails in turn: an error, no leak, no plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/faultline/scenario.h"
#include "harness/scenario/format.h"
#include "harness/scenario/layout.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/plan_json.h"
#include "harness/scenario/reference.h"
#include "harness/scenario/syntax.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static const char good[] =
    "scenario 1 \"t\"\nset n 3\nvary m 1 2\nmodule a.so\nprocesses 2 queues a,1 b\n"
    "given db t a=$n b=\"x\"\ngiven http GET u -> 200 \"a\" then 503\n"
    "given file f \"text\"\nenqueue j-{1..9} W [{1..9}]\n"
    "fault f: kill process-of j-1 when j-1#2 the 1st \"redis *\"\n"
    "fault error readonly 2s after fault f\n"
    "repeat i 1..3\nset s $i\nenqueue r-$s W []\nend\n"
    "expect j-* done\nexpect redis GET a = b\nvolatile db t.a\n"
    "horizon 1d\ncron c W [] \"0 3 * * *\" tz UTC queue q\n"
    "fault evict a with kill p1 at +1s\nvariant v\nvariant w\n"
    "fault kill p1 when hget(a,b) = \"c d\" and p1\nexpect always rows(t) a~b > 1\n";
static const char bad[] = "scenario 1 \"t\"\nbogus\nexpect j dnoe\n";

static enum fl_error read_and_print(void *context)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX), out = FL_BUF_INIT(TEXT_BYTES_MAX);
    const struct scenario_setting settings[] = {{"n", "4"}};
    struct plan *plan = NULL;
    (void)context;
    enum fl_error err = scenario_parse("s", fl_span_from(good), settings, 1, &plan, &message);
    if (!err) err = scenario_format(plan, &out);
    fl_buf_truncate(&out, 0);
    if (!err) err = plan_json(plan, &out);
    scenario_plan_free(plan);
    if (!err) err = scenario_parse("s", fl_buf_span(&out), NULL, 0, &plan, &message);
    if (!err) scenario_plan_free(plan);
    fl_buf_release(&out);
    fl_buf_release(&message);
    return err;
}

static enum fl_error read_what_is_wrong(void *context)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    (void)context;
    enum fl_error err = scenario_parse("s", fl_span_from(bad), NULL, 0, &plan, &message);
    fl_buf_release(&message);
    return err == FL_EPARSE ? FL_OK : err;
}

static enum fl_error lay_out(void *context)
{
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    (void)context;
    enum fl_error err = scenario_layout(fl_span_from(good), &out);
    fl_buf_release(&out);
    return err;
}

static enum fl_error compute(void *context)
{
    struct fl_span text;
    struct fl_scenario *scenario = fl_scenario_new("t");
    (void)context;
    if (!scenario) return FL_ENOMEM;
    fl_scenario_enqueue(scenario, "a", "W", "[1]", "in 5m");
    fl_scenario_fault(scenario, "kill p1 when %s", fl_scenario_quote(scenario, "redis *"));
    fl_scenario_expect(scenario, "%s done", "a");
    bool printed = fl_scenario_print(scenario, &text);
    bool told = printed || *fl_scenario_problem(scenario);
    fl_scenario_free(scenario);
    if (!told) return FL_EINVAL;
    return printed ? FL_OK : FL_ENOMEM;
}

static enum fl_error print_reference(void *context)
{
    struct fl_buf page = FL_BUF_INIT(TEXT_BYTES_MAX);
    (void)context;
    enum fl_error err = scenario_reference(&page);
    if (!err) err = scenario_syntax_vim(&page);
    if (!err) err = scenario_syntax_textmate(&page);
    fl_buf_release(&page);
    return err;
}

static void laying_a_text_out(void **state)
{
    (void)state;
    alloc_sweep(lay_out, NULL);
}

static void computing_a_scenario(void **state)
{
    (void)state;
    alloc_sweep(compute, NULL);
}

static void reading_and_printing_a_plan(void **state)
{
    (void)state;
    alloc_sweep(read_and_print, NULL);
}

static void telling_what_is_wrong(void **state)
{
    (void)state;
    alloc_sweep(read_what_is_wrong, NULL);
}

static void printing_the_reference(void **state)
{
    (void)state;
    alloc_sweep(print_reference, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computing_a_scenario),        cmocka_unit_test(laying_a_text_out),
        cmocka_unit_test(reading_and_printing_a_plan), cmocka_unit_test(telling_what_is_wrong),
        cmocka_unit_test(printing_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
