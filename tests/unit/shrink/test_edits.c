/* Each edit changes what it says and nothing else; greedy use of each family ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/scenario/format.h"
#include "harness/scenario/parse.h"
#include "harness/shrink/edits.h"

enum { TEXT_BYTES_MAX = 64 * 1024, STEPS_MAX = 1000 };

static const char head[] = "scenario 1 \"t\"\n";
static const char tail[] = "expect   redis ZCARD dead = 0\n";

struct row {
    const char *name;
    edit_plan *propose;
    uint32_t number;
    const char *before, *after; /* NULL: the edit says that it means nothing */
};

static struct row rows[] = {
    {"edits: all jobs go first", edit_drop_jobs, 0, "enqueue  a W []\nenqueue  b W []\n", ""},
    {"edits: then a half", edit_drop_jobs, 1, "enqueue  a W []\nenqueue  b W []\n",
     "enqueue  b W []\n"},
    {"edits: then the other", edit_drop_jobs, 2, "enqueue  a W []\nenqueue  b W []\n",
     "enqueue  a W []\n"},
    {"edits: and no more", edit_drop_jobs, 3, "enqueue  a W []\nenqueue  b W []\n", NULL},
    {"edits: no list, nothing to drop", edit_drop_faults, 0, "", NULL},
    {"edits: choices go first", edit_drop_choices, 0,
     "choice   schedule world next 3 p1/fetch\nchoice   delay p1 get 0 5\n", ""},
    {"edits: then half of them", edit_drop_choices, 2,
     "choice   schedule world next 3 p1/fetch\nchoice   delay p1 get 0 5\n",
     "choice   schedule world next 3 p1/fetch\n"},
    {"edits: a run of choices needs no schedule", edit_drop_whole, 0,
     "seed     7\nschedule instant\n", NULL},
    {"edits: calls take time again", edit_drop_whole, 7, "schedule instant\n", ""},
    {"edits: not while choices count on it", edit_drop_whole, 7,
     "schedule instant\nchoice   schedule world next 3 p1/fetch\n", NULL},
    {"edits: a seed becomes a schedule", edit_drop_whole, 0, "seed     7\n", "schedule fifo\n"},
    {"edits: or the default", edit_drop_whole, 1, "seed     7\n", ""},
    {"edits: a default seed needs no schedule", edit_drop_whole, 0, "", NULL},
    {"edits: nothing heals at a time", edit_drop_whole, 6,
     "fault    f1: kill p1 when p1\nheal     at +1h\n", "fault    f1: kill p1 when p1\n"},
    {"edits: nor after a fault", edit_drop_whole, 6,
     "fault    f1: kill p1 when p1\nheal     5s after fault f1\n",
     "fault    f1: kill p1 when p1\n"},
    {"edits: one process", edit_processes, 1, "processes 8 poll 1s\n", "processes 1 poll 1s\n"},
    {"edits: without options", edit_processes, 0, "processes 8 concurrency 3 fetch basic poll 1s\n",
     "processes 8 fetch basic\n"},
    {"edits: a job at once", edit_jobs, 0, "enqueue  a W [] in 5m queue q\n",
     "enqueue  a W [] queue q\n"},
    {"edits: the last argument goes", edit_arguments, 0, "enqueue  a W [1, \"b,]\", [2,3]]\n",
     "enqueue  a W [1, \"b,]\"]\n"},
    {"edits: or is simpler", edit_arguments, 1, "enqueue  a W [1, \"b,]\", [2,3]]\n",
     "enqueue  a W [1, \"b,]\", []]\n"},
    {"edits: a text is shorter", edit_arguments, 3, "enqueue  a W [1, \"b,]\", [2,3]]\n",
     "enqueue  a W [1, \"x\", [2,3]]\n"},
    {"edits: a single argument goes", edit_arguments, 0, "enqueue  a W [7]\n", "enqueue  a W []\n"},
    {"edits: once", edit_faults, 0, "fault    kill p1 when p1 times 3\n",
     "fault    kill p1 when p1\n"},
    {"edits: who asks it to stop waits for ever", edit_faults, 11,
     "fault    term p1 grace 5s at +1m\n", "fault    term p1 at +1m\n"},
    {"edits: and a delay stays one", edit_faults, 11, "fault    delay 5s when p1\n", NULL},
    {"edits: a shorter delay", edit_faults, 7, "fault    delay 1m30s when p1\n",
     "fault    delay 45s when p1\n"},
    {"edits: the first of many", edit_faults, 4, "fault    kill p1 when p1 the 9th \"redis *\"\n",
     "fault    kill p1 when p1 the 1st \"redis *\"\n"},
    {"edits: fewer rows of a file", edit_files, 0, "given    file f rows 100\n",
     "given    file f rows 1\n"},
    {"edits: half a text", edit_files, 1, "given    file f \"abcd\"\n", "given    file f \"ab\"\n"},
    {"edits: a column goes", edit_rows, 1, "given    db t a=1 b=2\n", "given    db t a=1\n"},
    {"edits: the last one stays", edit_rows, 0, "given    db t a=1\n", NULL},
    {"edits: fewer answers", edit_answers, 0,
     "given    http GET http://a/ -> 503 then 200 \"hello\"\n",
     "given    http GET http://a/ -> 503\n"},
};

static struct plan *parse(const char *lines)
{
    char text[4096];
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    strcat(strcat(strcpy(text, head), lines), tail);
    enum fl_error err = scenario_parse("t.scenario", fl_span_from(text), NULL, 0, &plan, &message);
    if (err) fail_msg("%s", message.bytes);
    fl_buf_release(&message);
    return plan;
}

static void changes_what_it_says(void **state)
{
    const struct row *row = *state;
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX), whole = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct plan *origin = parse(row->before), plan = *origin;
    enum edit edit = row->propose(&plan, row->number, &arena);
    assert_int_equal(edit == EDIT_MADE, row->after != NULL);
    assert_int_equal(scenario_format(&plan, &text), FL_OK);
    assert_int_equal(
        fl_buf_printf(&whole, "%s%s%s", head, row->after ? row->after : row->before, tail), FL_OK);
    assert_string_equal(text.bytes, whole.bytes);
    fl_buf_truncate(&text, 0); /* the plan that it began with is as it was */
    fl_buf_truncate(&whole, 0);
    assert_int_equal(scenario_format(origin, &text), FL_OK);
    assert_int_equal(fl_buf_printf(&whole, "%s%s%s", head, row->before, tail), FL_OK);
    assert_string_equal(text.bytes, whole.bytes);
    fl_buf_release(&text);
    fl_buf_release(&whole);
    fl_arena_release(&arena);
    scenario_plan_free(origin);
}

/* Whatever is proposed is taken, if it changes anything: nothing goes back and forth. */
static void every_way_down_ends(void **state)
{
    struct plan *origin = parse(
        "seed     7\nstart    2026-03-29T00:30Z\nhorizon  60d\nidle     exact\n"
        "processes 3 concurrency 3 queues high,3 default,1 timeout 2s\nprocesses 2\n"
        "given    db t a=1 b=2 c=3\ngiven    http GET http://a/ -> 503 x2 then 200 \"hello\"\n"
        "given    file f rows 1000\ngiven    file g \"some text\"\n"
        "enqueue  a W [1, \"text\", {\"k\":[1,2]}] in 5m queue q retry 3 dead false\n"
        "enqueue  b W [[[], \"\"], -5, 12.5] at +1h\n"
        "fault    f1: delay 90s when a#2 the 12th \"redis *\" times 4\n"
        "fault    pause p1 1h 5s after fault f1\nfault    cut-reply 500 when p1\n"
        "fault    oom nth 40 once in p1\nheal     at +1h\n");
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct plan plan = *origin;
    uint32_t steps = 0;
    bool changed = true;
    (void)state;
    while (changed) {
        changed = false;
        for (const struct edit_family *family = edit_families; family->what; family++) {
            enum edit edit = EDIT_VOID;
            for (uint32_t number = 0; edit != EDIT_PAST_END; number++) {
                struct fl_buf before = FL_BUF_INIT(TEXT_BYTES_MAX), after = before;
                struct plan smaller = plan;
                edit = family->propose(&smaller, number, &arena);
                if (edit != EDIT_MADE) continue;
                assert_int_equal(scenario_format(&plan, &before), FL_OK);
                assert_int_equal(scenario_format(&smaller, &after), FL_OK);
                bool same = fl_span_equal(fl_buf_span(&before), fl_buf_span(&after));
                fl_buf_release(&before);
                fl_buf_release(&after);
                if (same) continue;
                plan = smaller;
                changed = true;
                assert_true(++steps < STEPS_MAX);
            }
        }
    }
    assert_int_equal(plan.job_count + plan.fault_count + plan.file_count + plan.expect_count, 0);
    fl_arena_release(&arena);
    scenario_plan_free(origin);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0] + 1];
    size_t count = 0;
    for (; count < sizeof rows / sizeof rows[0]; count++)
        tests[count] =
            (struct CMUnitTest){rows[count].name, changes_what_it_says, NULL, NULL, &rows[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_way_down_ends);
    return _cmocka_run_group_tests("edits", tests, count, NULL, NULL);
}
