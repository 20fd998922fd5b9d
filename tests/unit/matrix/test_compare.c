/* One row for each way in which an end differs from the undisturbed one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/compare.h"

enum { RECEIPTS = 3 };

struct ending {
    const char *state;
    struct run_receipt receipts[RECEIPTS];
    const char *job; /* how the job "a" ended */
    enum run_verdict verdict;
    bool stuck;
};

static const struct row {
    const char *name;
    struct ending before, now;
    unsigned cells;
    const char *shown; /* NULL: nothing */
} rows[] = {
    {"the same", {.state = "db t id=1\n"}, {.state = "db t id=1\n"}, MATRIX_SAME, NULL},
    {"a row is missing", {.state = "db t id=1\n"}, {.state = ""}, MATRIX_LOST, "- db t id=1"},
    {"a row too many",
     {.state = "db t id=1\n"},
     {.state = "db t id=1\ndb t id=2\n"},
     MATRIX_DUPLICATE,
     "+ db t id=2    by a#1.2 db INSERT t"},
    {"the same row twice",
     {.state = "db t id=1\n"},
     {.state = "db t id=1\ndb t id=1\n"},
     MATRIX_DUPLICATE,
     "+ db t id=1"},
    {"a row differs",
     {.state = "db t n=1\n"},
     {.state = "db t n=2\n"},
     MATRIX_CORRUPT,
     "- db t n=1"},
    {"one table has lost, another has one too many",
     {.state = "db s id=1\ndb t id=1\n"},
     {.state = "db t id=1\ndb t id=2\n"},
     MATRIX_LOST | MATRIX_DUPLICATE,
     "- db s id=1"},
    {"a key that was not there",
     {.state = ""},
     {.state = "redis lock type=string ttl=none member=1\n"},
     MATRIX_CORRUPT,
     "+ redis lock"},
    {"a key that expires by itself",
     {.state = ""},
     {.state = "redis lock type=string ttl=some member=1\n"},
     MATRIX_SAME,
     NULL},
    {"a mail is missing",
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN(""), 1}}},
     {0},
     MATRIX_LOST,
     "- mail a@b Hi    undisturbed a#1.1 mail"},
    {"a mail twice, without a key",
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN(""), 1}}},
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN(""), 2}}},
     MATRIX_DUPLICATE,
     "+ mail a@b Hi"},
    {"a mail twice, with its key",
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k"), 1}}},
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k"), 2}}},
     MATRIX_REPEATED,
     "+ mail a@b Hi"},
    {"a mail twice, with another key",
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k"), 1}}},
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k"), 1},
                   {FL_SPAN("mail a@b Hi"), FL_SPAN("k2"), 1}}},
     MATRIX_DUPLICATE,
     "+ mail a@b Hi"},
    {"a mail once, but with another key",
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k"), 1}}},
     {.receipts = {{FL_SPAN("mail a@b Hi"), FL_SPAN("k2"), 1}}},
     MATRIX_SAME,
     NULL},
    {"a mail that nobody should have got",
     {0},
     {.receipts = {{FL_SPAN("mail x@y Hi"), FL_SPAN("k"), 1}}},
     MATRIX_DUPLICATE,
     "+ mail x@y Hi"},
    {"a request twice",
     {.receipts = {{FL_SPAN("http POST http://a/b"), FL_SPAN(""), 1}}},
     {.receipts = {{FL_SPAN("http POST http://a/b"), FL_SPAN(""), 2}}},
     MATRIX_DUPLICATE,
     "+ http POST http://a/b"},
    {"a job that was done is dead", {.job = "done"}, {.job = "dead"}, MATRIX_LOST, "+ job a dead"},
    {"a job that was done is discarded", {.job = "done"}, {.job = "discarded"}, MATRIX_SAME, NULL},
    {"a job that was dead is done",
     {.job = "dead"},
     {.job = "done"},
     MATRIX_CORRUPT,
     "- job a dead"},
    {"not drained", {0}, {.stuck = true}, MATRIX_STUCK, NULL},
    {"stuck", {0}, {.verdict = RUN_STUCK}, MATRIX_STUCK, "  expected it to end"},
    {"a violation", {0}, {.verdict = RUN_FAILED}, MATRIX_CORRUPT, "  expected it to end"},
    {"crashed", {0}, {.verdict = RUN_CRASHED}, MATRIX_CRASHED, "  expected it to end"},
};

static struct run_effect effects[] = {
    {.who = FL_SPAN("a#1"),
     .what = FL_SPAN("mail"),
     .detail = FL_SPAN("a@b Hi"),
     .ordinal = 1,
     .applied = true},
    {.who = FL_SPAN("a#1"), .what = FL_SPAN("db INSERT t"), .ordinal = 2, .applied = true},
    {.who = FL_SPAN("a#1"), .what = FL_SPAN("db SELECT t"), .ordinal = 3, .applied = true},
};

static struct run_facts facts_of(const struct ending *ending, struct run_receipt *receipts,
                                 struct run_job *job)
{
    struct run_facts facts = {.drained = !ending->stuck,
                              .effects = effects,
                              .effect_count = FL_COUNT(effects),
                              .receipts = receipts,
                              .jobs = job,
                              .job_count = ending->job != NULL};
    memcpy(receipts, ending->receipts, sizeof ending->receipts);
    while (facts.receipt_count < RECEIPTS && receipts[facts.receipt_count].count)
        facts.receipt_count++;
    *job = (struct run_job){FL_SPAN("a"), fl_span_from(ending->job ? ending->job : ""), true};
    return facts;
}

static void compare_row(void **state)
{
    const struct row *row = *state;
    struct run_receipt receipts[2][RECEIPTS];
    struct run_job jobs[2];
    const struct run_facts before = facts_of(&row->before, receipts[0], &jobs[0]);
    const struct run_facts now = facts_of(&row->now, receipts[1], &jobs[1]);
    const char *was = row->before.state, *is = row->now.state;
    const struct matrix_end reference = {.state = fl_span_from(was ? was : ""), .facts = &before};
    const struct matrix_end found = {.verdict = row->now.verdict,
                                     .text = FL_SPAN("expected it to end\n+00:00 the timeline"),
                                     .state = fl_span_from(is ? is : ""),
                                     .facts = &now};
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_int_equal(matrix_compare(&reference, &found, &out), row->cells);
    const char *shown = out.length ? out.bytes : "";
    if (row->shown && !strstr(shown, row->shown)) fail_msg("%s", shown);
    if (!row->shown && row->cells == MATRIX_SAME) assert_int_equal(out.length, 0);
    assert_null(strstr(shown, "timeline"));
    fl_buf_release(&out);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows)];
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[i] =
            (struct CMUnitTest){rows[i].name, compare_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    return _cmocka_run_group_tests("compare", tests, FL_COUNT(tests), NULL, NULL);
}
