/* Which effects an address means: who acts, what the verb is about, the pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/scenario/reach.h"

static const struct reach_actor imp_7 = {
    .job = {"imp-7", 5}, .delivery = 2, .process = {"p1", 2}, .role = {"thread-3", 8}};
static const struct reach_actor fetch = {.process = {"p1", 2}, .role = {"fetch", 5}};

static struct actor_case {
    const char *name;
    struct plan_address address;
    bool means_imp_7, means_fetch;
} actors[] = {
    {"reach: no condition", {.job = NULL}, true, true},
    {"reach: a job", {.job = "imp-7"}, true, false},
    {"reach: a glob of jobs", {.job = "imp-*"}, true, false},
    {"reach: any job is not a process", {.job = "*"}, true, false},
    {"reach: another delivery", {.job = "imp-7", .delivery = 1}, false, false},
    {"reach: this delivery", {.job = "imp-7", .delivery = 2}, true, false},
    {"reach: a process", {.process = "p1"}, true, true},
    {"reach: another process", {.process = "p2"}, false, false},
    {"reach: a role", {.process = "p*", .role = "fetch"}, false, true},
    {"reach: a job in a process", {.job = "imp-7", .process = "p2"}, false, false},
};

static void actor_row(void **state)
{
    const struct actor_case *row = *state;
    assert_int_equal(reach_means_actor(&row->address, &imp_7), row->means_imp_7);
    assert_int_equal(reach_means_actor(&row->address, &fetch), row->means_fetch);
}

static struct pattern_case {
    const char *name, *pattern, *label, *detail;
    bool means;
} patterns[] = {
    {"reach: no pattern", NULL, "db COMMIT", "", true},
    {"reach: the label", "db COMMIT", "db COMMIT", "", true},
    {"reach: the label, whatever the detail", "redis LREM", "redis LREM", "queue:a", true},
    {"reach: a part of a label", "db", "db COMMIT", "", false},
    {"reach: the detail", "redis LPUSH queue:*", "redis LPUSH", "queue:a 1", true},
    {"reach: another detail", "redis LPUSH queue:b*", "redis LPUSH", "queue:a 1", false},
};

static void pattern_row(void **state)
{
    const struct pattern_case *row = *state;
    assert_int_equal(
        reach_pattern_means(row->pattern, fl_span_from(row->label), fl_span_from(row->detail)),
        row->means);
}

static void a_long_detail_is_compared_as_far_as_it_is_kept(void **state)
{
    char detail[1000];
    (void)state;
    memset(detail, 'x', sizeof detail);
    assert_true(reach_pattern_means("db x*", FL_SPAN("db"), (struct fl_span){detail, 1000}));
    memset(detail, 'y', 600);
    assert_false(reach_pattern_means("db *x", FL_SPAN("db"), (struct fl_span){detail, 1000}));
}

static void verbs_are_about_their_kind_of_effect(void **state)
{
    const struct plan_fault stall = {.verb = PLAN_STALL}, mail = {.verb = PLAN_MAIL};
    const struct plan_fault kill = {.verb = PLAN_KILL, .address.at_us = 5};
    const struct plan_fault kill_job = {.verb = PLAN_KILL, .address.job = "imp-7"};
    (void)state;
    assert_string_equal(reach_pattern(&stall), "redis *");
    assert_string_equal(reach_pattern(&mail), "mail*");
    assert_null(reach_pattern(&kill_job));
    assert_false(reach_means_label(&stall, FL_SPAN("db COMMIT")));
    assert_true(reach_means_label(&mail, FL_SPAN("db COMMIT")));
    assert_true(reach_needs_effect(&stall) && reach_needs_effect(&kill_job));
    assert_false(reach_needs_effect(&kill));
}

int main(void)
{
    enum {
        ACTORS = sizeof actors / sizeof actors[0],
        PATTERNS = sizeof patterns / sizeof patterns[0]
    };
    struct CMUnitTest tests[ACTORS + PATTERNS + 2] = {
        cmocka_unit_test(a_long_detail_is_compared_as_far_as_it_is_kept),
        cmocka_unit_test(verbs_are_about_their_kind_of_effect),
    };
    for (size_t i = 0; i < ACTORS; i++)
        tests[2 + i] = (struct CMUnitTest){actors[i].name, actor_row, NULL, NULL, &actors[i]};
    for (size_t i = 0; i < PATTERNS; i++)
        tests[2 + ACTORS + i] =
            (struct CMUnitTest){patterns[i].name, pattern_row, NULL, NULL, &patterns[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
