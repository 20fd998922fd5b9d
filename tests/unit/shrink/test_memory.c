/* What proposals are made of: strikes as faults, a plan at another place; and what shrinks fails
 * cleanly at every allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/scenario/format.h"
#include "harness/scenario/parse.h"
#include "harness/shrink/edits.h"
#include "harness/shrink/explicit.h"
#include "harness/shrink/fingerprint.h"
#include "harness/shrink/moved.h"

static const char scenario[] =
    "scenario 1 \"t\"\nmodule   a.so\nprocesses 3 concurrency 3\n"
    "given    db t a=1 b=2\ngiven    http GET http://a/ -> 503 then 200 \"hello\"\n"
    "given    file f rows 1000\nenqueue  a W [1, \"text\"] in 5m\nenqueue  b W []\n"
    "fault    kill p1 when p1 the 9th \"redis *\"\nfault    delay 5s p 1/20\n"
    "sweep    kill process-of a when a step * before,after\nexpect   a done\n"
    "volatile db t.b\n";

static enum fl_error take_and_compare(void *context)
{
    struct fingerprint wanted = FINGERPRINT_INIT;
    static const char text[] = "expected  state\nfound     - b\n+ a\n";
    (void)context;
    enum fl_error err = fingerprint_take(&wanted, RUN_FAILED, fl_span_from(text));
    if (!err && !fingerprint_matches(&wanted, &wanted)) err = FL_EINVAL;
    fingerprint_release(&wanted);
    return err;
}

static void a_fingerprint_fails_cleanly(void **state)
{
    (void)state;
    alloc_sweep(take_and_compare, NULL);
}

static enum fl_error propose_all(void *context)
{
    const struct plan *origin = context;
    enum fl_error err = FL_OK;
    for (const struct edit_family *family = edit_families; family->what && !err; family++) {
        struct fl_arena arena = FL_ARENA_INIT(0);
        enum edit edit = EDIT_VOID;
        for (uint32_t i = 0; edit != EDIT_PAST_END && !err; i++) {
            struct plan plan = *origin;
            edit = family->propose(&plan, i, &arena);
            if (edit == EDIT_NO_MEMORY) err = FL_ENOMEM;
        }
        fl_arena_release(&arena);
    }
    return err;
}

static enum fl_error make_explicit(void *context)
{
    struct plan plan = *(const struct plan *)context;
    struct fl_arena arena = FL_ARENA_INIT(0);
    const struct run_effect effect = {
        .who = FL_SPAN("p1/fetch"), .what = FL_SPAN("redis LMOVE"), .occurrence = 2};
    struct run_strike strike;
    const struct run_facts facts = {.struck_at = &strike, .struck_at_count = 1};
    bool done = explicit_strike(&effect, (struct plan_where){10, 1}, true, &arena, &strike) &&
                explicit_faults(&plan, 3, &facts, &arena);
    fl_arena_release(&arena);
    return done ? FL_OK : FL_ENOMEM;
}

static struct plan *read_plan(void)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_parse("suite/t.scenario", fl_span_from(scenario), NULL, 0, &plan, &message);
    if (err) fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static void proposals_fail_cleanly(void **state)
{
    struct plan *plan = read_plan();
    (void)state;
    alloc_sweep(propose_all, plan);
    alloc_sweep(make_explicit, plan);
    scenario_plan_free(plan);
}

static void a_plan_moves_to_another_folder(void **state)
{
    (void)state;
    struct plan *plan = read_plan();
    assert_int_equal(moved_plan(plan, "out/t.scenario"), FL_OK);
    assert_string_equal(plan->path, "out/t.scenario");
    assert_string_equal(plan->modules[0], "a.so"); /* it does not stand beside */
    scenario_plan_free(plan);
}

/* Random faults and sweeps are gone; each strike has a fault of its own. */
static void strikes_become_faults(void **state)
{
    (void)state;
    struct plan *origin = read_plan(), plan = *origin;
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct fl_buf text = FL_BUF_INIT(4096);
    char label[] = "db COMMIT";
    struct run_strike strikes[] = {{.line = 10,
                                    .column = 1,
                                    .job = FL_SPAN("a"),
                                    .delivery = 2,
                                    .what = {label, sizeof label - 1},
                                    .occurrence = 1},
                                   {.line = 10,
                                    .column = 1,
                                    .process = FL_SPAN("web"),
                                    .what = FL_SPAN("redis SADD"),
                                    .occurrence = 3},
                                   {.line = 11,
                                    .column = 1,
                                    .after = true,
                                    .job = FL_SPAN("a"),
                                    .delivery = 1,
                                    .what = FL_SPAN("redis LREM"),
                                    .occurrence = 2}};
    const struct run_facts facts = {.struck_at = strikes, .struck_at_count = 3};
    assert_true(explicit_needed(&plan));
    assert_true(explicit_faults(&plan, 3, &facts, &arena));
    assert_false(explicit_needed(&plan));
    memset(label, '?', sizeof label - 1); /* the facts do not last */
    static const char *const want[] = {
        "fault    kill p1 when p1 the 9th \"redis *\"",
        "fault    delay 5s when a#2 the 1st \"db COMMIT\"",
        "fault    delay 5s when web the 3rd \"redis SADD\"",
        "fault    kill process-of a when a#1 the 2nd \"redis LREM\" after"};
    assert_int_equal(plan.fault_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        fl_buf_truncate(&text, 0);
        assert_int_equal(scenario_format_fault(&plan.faults[i], &text), FL_OK);
        assert_string_equal(text.bytes, want[i]);
    }
    fl_buf_release(&text);
    fl_arena_release(&arena);
    scenario_plan_free(origin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fingerprint_fails_cleanly),
        cmocka_unit_test(proposals_fail_cleanly),
        cmocka_unit_test(a_plan_moves_to_another_folder),
        cmocka_unit_test(strikes_become_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
