/* Which expectations hold, and what is said of those that do not: against one small history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/check/expect.h"

#define SECONDS(s) ((s)*FL_SECOND_US)

/* imp-1 ran twice (at 10 s and 40 s, two seconds each) and is done; imp-2 is dead after one run at
 * 20 s; imp-3 was never pushed. Two mails, one of them of imp-1. */
static struct ledger_delivery first_deliveries[] = {
    {.process = "p1",
     .run_begun = true,
     .run_ended = true,
     .begun_us = SECONDS(10),
     .ended_us = SECONDS(12)},
    {.process = "p2",
     .run_begun = true,
     .run_ended = true,
     .begun_us = SECONDS(40),
     .ended_us = SECONDS(42)},
};
static struct ledger_delivery second_deliveries[] = {
    {.process = "p1", .run_begun = true, .begun_us = SECONDS(20)},
};
static struct ledger_key dead = {"dead", LEDGER_DEAD, 1};
static struct ledger_stand in_dead[] = {{&dead, 1}};
static struct ledger_job jobs[] = {
    {.name = "imp-1",
     .of_plan = true,
     .accepted = true,
     .deliveries = first_deliveries,
     .delivery_count = 2,
     .runs = 2,
     .start_order = 1,
     .state = PLAN_STATE_DONE,
     .ended = true},
    {.name = "imp-2",
     .of_plan = true,
     .accepted = true,
     .deliveries = second_deliveries,
     .delivery_count = 1,
     .runs = 1,
     .start_order = 2,
     .state = PLAN_STATE_DEAD,
     .ended = true,
     .copies = 1,
     .stands = in_dead,
     .stand_count = 1},
    {.name = "imp-3", .of_plan = true, .given_up = true},
};
static struct ledger_job *all_jobs[] = {&jobs[0], &jobs[1], &jobs[2]};
static struct ledger ledger = {.all = all_jobs, .count = 3};

#define JOB(glob, wanted)                                                                          \
    {                                                                                              \
        .kind = PLAN_EXPECT_JOB, .job = (glob), .state = (wanted)                                  \
    }
#define NUMBER(wanted_kind, glob, how, wanted)                                                     \
    {                                                                                              \
        .kind = (wanted_kind), .job = (glob), .compare = (how), .number = (wanted)                 \
    }
#define GAP(from, to, low, high)                                                                   \
    {                                                                                              \
        .kind = PLAN_EXPECT_GAP, .job = "imp-1", .gap_from = (from), .gap_to = (to),               \
        .low_us = SECONDS(low), .high_us = SECONDS(high)                                           \
    }
#define ENDS(glob, low, high)                                                                      \
    {                                                                                              \
        .kind = PLAN_EXPECT_ENDS, .job = (glob), .low_us = SECONDS(low), .high_us = SECONDS(high), \
    }
#define STARTS(glob, low, high)                                                                    \
    {                                                                                              \
        .kind = PLAN_EXPECT_STARTS, .job = (glob), .low_us = SECONDS(low),                         \
        .high_us = SECONDS(high)                                                                   \
    }
#define EFFECT(glob, how, wanted)                                                                  \
    {                                                                                              \
        .kind = PLAN_EXPECT_EFFECT, .text = (glob), .compare = (how), .number = (wanted)           \
    }

static struct expect_case {
    const char *name;
    struct plan_expect expect;
    const char *found; /* NULL: it holds */
} cases[] = {
    {"state: it is", JOB("imp-1", PLAN_STATE_DONE), NULL},
    {"state: it is another", JOB("imp-2", PLAN_STATE_DONE), "imp-2: dead, in dead (1 deliveries"},
    {"state: of a glob, all", JOB("imp-*", PLAN_STATE_DONE), "imp-2: dead"},
    {"state: it was never pushed", JOB("imp-3", PLAN_STATE_WAITING), "imp-3: never pushed"},
    {"state: nobody has that name", JOB("imp-9", PLAN_STATE_DONE), "no job imp-9"},
    {"runs: as many", NUMBER(PLAN_EXPECT_RUNS, "imp-1", PLAN_EXACTLY, 2), NULL},
    {"runs: fewer", NUMBER(PLAN_EXPECT_RUNS, "imp-1", PLAN_EXACTLY, 3), "2 runs of imp-1"},
    {"runs: at most", NUMBER(PLAN_EXPECT_RUNS, "imp-1", PLAN_AT_MOST, 1), "2 runs of imp-1"},
    {"deliveries: at least", NUMBER(PLAN_EXPECT_DELIVERIES, "imp-1", PLAN_AT_LEAST, 2), NULL},
    {"deliveries: not enough", NUMBER(PLAN_EXPECT_DELIVERIES, "imp-2", PLAN_AT_LEAST, 2),
     "1 deliveries of imp-2"},
    {"gap: from the end of one to the start of the other", GAP(1, 2, 28, 28), NULL},
    {"gap: too short", GAP(1, 2, 29, 60), "a gap of 28s"},
    {"gap: too long", GAP(1, 2, 1, 27), "a gap of 28s"},
    {"gap: there was no such run", GAP(2, 3, 1, 60), "imp-1 has 2 runs"},
    {"starts: within", STARTS("imp-1", 10, 11), NULL},
    {"starts: late", STARTS("imp-2", 10, 11), "imp-2 starts at 20s"},
    {"starts: never", STARTS("imp-3", 10, 11), "imp-3 never starts"},
    {"ends: within", ENDS("imp-1", 42, 42), NULL},
    {"ends: early", ENDS("imp-1", 43, 50), "imp-1 ends at 42s"},
    {"ends: still running", ENDS("imp-2", 10, 50), "imp-2 never ends"},
    {"ends: never ran", ENDS("imp-3", 10, 50), "imp-3 never ends"},
    {"jobs: as many as were accepted", NUMBER(PLAN_EXPECT_JOBS, "imp-*", PLAN_EXACTLY, 2), NULL},
    {"jobs: none of that name", NUMBER(PLAN_EXPECT_JOBS, "nightly:*", PLAN_EXACTLY, 0), NULL},
    {"jobs: too many", NUMBER(PLAN_EXPECT_JOBS, "imp-*", PLAN_AT_MOST, 1), "2 jobs: imp-1, imp-2"},
    {"order: before", {.kind = PLAN_EXPECT_ORDER, .job = "imp-1", .other_job = "imp-2"}, NULL},
    {"order: after",
     {.kind = PLAN_EXPECT_ORDER, .job = "imp-2", .other_job = "imp-1"},
     "imp-1 starts before imp-2"},
    {"order: never",
     {.kind = PLAN_EXPECT_ORDER, .job = "imp-3", .other_job = "imp-1"},
     "imp-3 never starts"},
    {"effect: as many", EFFECT("mail *", PLAN_EXACTLY, 2), NULL},
    {"effect: as many with that detail", EFFECT("mail owner@*", PLAN_EXACTLY, 1), NULL},
    {"effect: too many", EFFECT("mail *", PLAN_AT_MOST, 1), "2"},
    {"effect: none", EFFECT("http *", PLAN_AT_LEAST, 1), "0"},
    {"effect: for each job",
     {.kind = PLAN_EXPECT_EFFECT,
      .text = "mail *",
      .for_each_job = true,
      .compare = PLAN_EXACTLY,
      .number = 1},
     "0 for imp-2"},
    {"log: a part of a line",
     {.kind = PLAN_EXPECT_LOG, .text = "not found", .compare = PLAN_EXACTLY, .number = 1},
     NULL},
    {"log: no such line",
     {.kind = PLAN_EXPECT_LOG, .text = "panic", .compare = PLAN_AT_LEAST, .number = 1},
     "0"},
    {"db: the row is there", {.kind = PLAN_EXPECT_DB, .text = "three"}, NULL},
    {"db: no such row", {.kind = PLAN_EXPECT_DB, .text = "none"}, "id=7 state=failed"},
    {"db: a count",
     {.kind = PLAN_EXPECT_DB,
      .text = "three",
      .has_count = true,
      .compare = PLAN_EXACTLY,
      .number = 3},
     NULL},
    {"db: another count",
     {.kind = PLAN_EXPECT_DB,
      .text = "three",
      .has_count = true,
      .compare = PLAN_EXACTLY,
      .number = 2},
     "3 rows"},
    {"redis: its answer", {.kind = PLAN_EXPECT_REDIS, .text = "42"}, NULL},
    {"redis: another answer", {.kind = PLAN_EXPECT_REDIS, .text = "1"}, "42"},
    {"exit: with that status", {.kind = PLAN_EXPECT_EXIT, .text = "p1", .number = 70}, NULL},
    {"exit: with another",
     {.kind = PLAN_EXPECT_EXIT, .text = "p1", .number = 0},
     "p1 exited with 70"},
    {"drained: in time", {.kind = PLAN_EXPECT_DRAINED, .high_us = SECONDS(60)}, NULL},
    {"drained: too late",
     {.kind = PLAN_EXPECT_DRAINED, .high_us = SECONDS(30)},
     "drained after 45s"},
    {"memory: below",
     {.kind = PLAN_EXPECT_MEMORY, .text = "p1", .compare = PLAN_AT_MOST, .number = 1000},
     NULL},
    {"memory: above",
     {.kind = PLAN_EXPECT_MEMORY, .text = "p1", .compare = PLAN_AT_MOST, .number = 999},
     "p1 held 1000 bytes"},
    {"state: as the reference", {.kind = PLAN_EXPECT_STATE}, "- db imports id=7"},
};

/* --- the rest of the run, as it answers here --- */

static enum fl_error rows(void *self, const char *table, const struct plan_pair *pairs,
                          uint32_t count, int64_t *ret_rows, struct fl_buf *problem)
{
    (void)self, (void)pairs, (void)count, (void)problem;
    *ret_rows = strcmp(table, "three") == 0 ? 3 : 0;
    return FL_OK;
}

static enum fl_error show_rows(void *self, const char *table, const struct plan_pair *pairs,
                               uint32_t count, struct fl_buf *out)
{
    (void)self, (void)table, (void)pairs, (void)count;
    return fl_buf_append_text(out, "id=7 state=failed");
}

static enum fl_error redis(void *self, const char *const *argv, uint32_t argc, struct fl_buf *out)
{
    (void)self, (void)argv, (void)argc;
    return fl_buf_append_text(out, "42");
}

static bool exited(void *self, const char *process, int64_t status, struct fl_buf *statuses)
{
    (void)self, (void)process;
    assert_int_equal(fl_buf_append_text(statuses, "70"), FL_OK);
    return status == 70;
}

static int64_t memory_peak(void *self, const char *process)
{
    (void)self, (void)process;
    return 1000;
}

static bool same_state(void *self, struct fl_buf *out)
{
    (void)self;
    assert_int_equal(fl_buf_append_text(out, "- db imports id=7"), FL_OK);
    return false;
}

static void expect_row(void **state)
{
    static const struct expect_ops ops = {rows,   show_rows,   redis,     NULL,
                                          exited, memory_peak, same_state};
    const struct expect_case *row = *state;
    const struct plan_job plan_jobs[] = {{.name = "imp-1"}, {.name = "imp-2"}};
    const struct plan plan = {
        .expects = &row->expect, .expect_count = 1, .jobs = plan_jobs, .job_count = 2};
    struct tally *tally;
    struct effect_identities identities;
    struct fl_buf found = FL_BUF_INIT(4096);
    effect_identities_init(&identities);
    assert_int_equal(tally_new(&plan, &tally), FL_OK);
    const struct effect_label *mail = effect_label(&identities, FL_SPAN("mail"));
    tally_effect(tally, effect_context(&identities, "p1", "thread-1", "imp-1", 1), mail,
                 FL_SPAN("owner@acme.example Hello"));
    tally_effect(tally, effect_context(&identities, "p1", "main", NULL, 0), mail,
                 FL_SPAN("staff@acme.example Hello"));
    tally_log(tally, FL_SPAN("import 404 not found class=X"));
    const struct expect_sources sources = {
        .plan = &plan, .ledger = &ledger, .tally = tally, .drained_us = SECONDS(45), .ops = &ops};
    bool holds = expect_holds(&sources, 0, &found);
    const char *text = found.length ? found.bytes : "";
    if (holds != (row->found == NULL)) fail_msg("found \"%s\"", text);
    if (row->found && !strstr(text, row->found))
        fail_msg("expected \"%s\" in \"%s\"", row->found, text);
    fl_buf_release(&found);
    tally_free(tally);
    effect_identities_release(&identities);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(cases)];
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[i] = (struct CMUnitTest){cases[i].name, expect_row, NULL, NULL, &cases[i]};
    return _cmocka_run_group_tests("expectations", tests, FL_COUNT(cases), NULL, NULL);
}
