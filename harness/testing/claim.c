/* harness/testing/claim.c - what must hold, asked after it has happened. */
#include <stdarg.h>

#include "harness/testing/test.h"

static void refuse(const struct plan_expect *expect)
{
    if (expect->kind == PLAN_EXPECT_CLASS)
        test_mistake("%s\n         a test is one run: `faultline matrix` plays those of a class",
                     expect->source);
    if (expect->always)
        test_mistake(
            "%s\n         a test asks once it has happened: scenarios know of every moment",
            expect->source);
    if (expect->kind == PLAN_EXPECT_STATE)
        test_mistake(
            "%s\n         a test has no undisturbed run to compare with: say what must hold",
            expect->source);
}

static void refuse_history(const struct plan_expect *expect)
{
    if (expect->kind == PLAN_EXPECT_LINEARIZABLE || expect->kind == PLAN_EXPECT_EXCLUSIVE)
        test_mistake(
            "%s\n         a test notes no commands: say it in a scenario, or check a history "
            "of its own with faultline/history.h",
            expect->source);
}

static bool holds(struct fl_test *test, const struct plan *plan, struct fl_buf *found)
{
    struct run *run = test->run;
    struct tally *tally;
    uint32_t index = plan->expect_count - 1;
    refuse(&plan->expects[index]);
    refuse_history(&plan->expects[index]);
    if (test->history.overflowed) test_mistake("more effects than a test's world may have");
    test_must(tally_new(plan, &tally), "counting");
    history_tell(&test->history, tally);
    bool holds = run_holds(run, plan, tally, index, found);
    tally_free(tally);
    database_rest(&run->database);
    return holds;
}

const char *fl_test_expect(struct fl_test *test, const char *format, ...)
{
    struct fl_buf line = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    struct fl_buf found = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    va_list args;
    va_start(args, format);
    test_must(fl_buf_vprintf(&line, format, args), "a claim");
    va_end(args);
    test_run(test);
    const struct plan *plan = test_read(test, "expect", line.length ? line.bytes : "", false);
    bool held = holds(test, plan, &found);
    fl_buf_truncate(&test->finding, 0);
    if (!held)
        test_must(fl_buf_printf(&test->finding, "expected  %s\nfound     %s", line.bytes,
                                found.length ? found.bytes : "otherwise"),
                  "a finding");
    fl_buf_release(&line);
    fl_buf_release(&found);
    return held ? NULL : test->finding.bytes;
}
