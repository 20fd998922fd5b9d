/* What the stores hold at one moment of a recording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/picture/moment.h"

static const struct picture_event items[] = {
    {.kind = RECORDING_EFFECT,
     .at_us = 1002000,
     .ordinal = 1,
     .who = FL_SPAN("web"),
     .what = FL_SPAN("redis LPUSH"),
     .detail = FL_SPAN("queue:default x"),
     .outcome = FL_SPAN("2"),
     .edits = FL_SPAN("[0,\"queue:default\",\"list\",0,[],[\"x\",\"y\"]],[1,\"a\",\"job\",0,[],"
                      "[\"waiting\"]]")},
    {.kind = RECORDING_LOG, .who = FL_SPAN("a#1"), .what = FL_SPAN("log INFO")},
    {.kind = RECORDING_EFFECT,
     .ordinal = 1,
     .who = FL_SPAN("a#1"),
     .what = FL_SPAN("db COMMIT"),
     .edits = FL_SPAN("[2,\"t\",\"table\",0,[],[\"id=1\"]],[0,\"queue:default\",\"list\",1,[\"y\"],"
                      "[\"z\",\"q\"]]"),
     .changes = FL_SPAN("[2,\"t\",\"table\",0,[],[\"id=1\"]]")},
    {.kind = RECORDING_EFFECT,
     .ordinal = 2,
     .who = FL_SPAN("a#1"),
     .what = FL_SPAN("db COMMIT"),
     .detail = FL_SPAN("second"),
     .edits = FL_SPAN("[0,\"queue:default\",null,0,[\"x\",\"z\",\"q\"],[]]")},
};
static const struct picture_events events = {.events = items, .count = 4};

struct address {
    const char *name, *text;
    enum fl_error err;
    uint32_t event;
};

static struct address addresses[] = {
    {"moment: by its number", "a#1.2", FL_OK, 3},
    {"moment: a client's", "web.1", FL_OK, 0},
    {"moment: by its label", "a#1 the 2nd \"db COMMIT\"", FL_OK, 3},
    {"moment: by a pattern", "a#1 the 1st \"db *\"", FL_OK, 2},
    {"moment: without quotes", "a#1 the 1st db COMMIT", FL_OK, 2},
    {"moment: by its detail", "a#1 the 1st \"db COMMIT second\"", FL_OK, 3},
    {"moment: no such number", "a#1.3", FL_ENOTFOUND, 0},
    {"moment: no such delivery", "a#2.1", FL_ENOTFOUND, 0},
    {"moment: not so often", "a#1 the 3rd \"db COMMIT\"", FL_ENOTFOUND, 0},
    {"moment: no number", "a#1", FL_EINVAL, 0},
    {"moment: no who", ".1", FL_EINVAL, 0},
    {"moment: a number of nothing", "a#1.0", FL_EINVAL, 0},
    {"moment: no pattern", "a#1 the 1st ", FL_EINVAL, 0},
    {"moment: nothing", "", FL_EINVAL, 0},
};

static void an_address_means_one_effect(void **state)
{
    const struct address *row = *state;
    uint32_t event = 0;
    assert_int_equal(moment_find(&events, fl_span_from(row->text), &event), row->err);
    assert_int_equal(event, row->event);
}

static void must_hold(uint32_t event, const char *want)
{
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct fl_buf text = FL_BUF_INIT(4096);
    assert_int_equal(moment_format(&events, event, &arena, &text), FL_OK);
    assert_string_equal(text.bytes, want);
    fl_buf_release(&text);
    fl_arena_release(&arena);
}

static void all_edits_up_to_the_moment_are_applied(void **state)
{
    (void)state;
    must_hold(0, "Redis\n  queue:default (list)\n    x\n    y\njobs\n  a (job)\n    waiting\n"
                 "database\noutside\n");
    must_hold(2, "Redis\n  queue:default (list)\n    x\n    z\n    q\njobs\n  a (job)\n"
                 "    waiting\ndatabase\n  t (table)\n    id=1\noutside\n");
    must_hold(3, "Redis\njobs\n  a (job)\n    waiting\ndatabase\n  t (table)\n    id=1\n"
                 "outside\n");
}

static void an_edit_that_cannot_be_is_refused(void **state)
{
    static const char *const wrong[] = {"[0,\"k\",\"list\",1,[],[\"x\"]]", "[0,\"k\"]", "[",
                                        "[0,\"k\",\"list\",0,[\"gone\"],[]]", "7"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fl_arena arena = FL_ARENA_INIT(0);
        struct fl_buf text = FL_BUF_INIT(4096);
        const struct picture_event event = {.edits = fl_span_from(wrong[i])};
        const struct picture_events one = {.events = &event, .count = 1};
        assert_int_equal(moment_format(&one, 0, &arena, &text), FL_EPARSE);
        fl_buf_release(&text);
        fl_arena_release(&arena);
    }
}

static void the_last_writer_is_told_by_what_it_changed_itself(void **state)
{
    (void)state;
    uint32_t writer = 0;
    assert_int_equal(moment_writer(&events, 2, FL_SPAN("queue:default"), &writer), FL_OK);
    assert_int_equal(writer, 0); /* at 2 another's change was seen */
    assert_int_equal(moment_writer(&events, 3, FL_SPAN("queue:default"), &writer), FL_OK);
    assert_int_equal(writer, 3);
    assert_int_equal(moment_writer(&events, 3, FL_SPAN("t"), &writer), FL_OK);
    assert_int_equal(writer, 2);
    assert_int_equal(moment_writer(&events, 1, FL_SPAN("t"), &writer), FL_ENOTFOUND);
}

static void an_event_is_one_line(void **state)
{
    (void)state;
    struct fl_buf text = FL_BUF_INIT(4096);
    assert_int_equal(moment_format_event(&items[0], &text), FL_OK);
    assert_string_equal(text.bytes, "+1.002000s  web.1  redis LPUSH queue:default x -> 2");
    fl_buf_truncate(&text, 0);
    assert_int_equal(moment_format_event(&items[1], &text), FL_OK);
    assert_string_equal(text.bytes, "+0.000000s  a#1  log INFO");
    fl_buf_release(&text);
}

enum { ROWS = sizeof addresses / sizeof addresses[0] };

int main(void)
{
    struct CMUnitTest tests[ROWS + 4] = {
        cmocka_unit_test(all_edits_up_to_the_moment_are_applied),
        cmocka_unit_test(an_edit_that_cannot_be_is_refused),
        cmocka_unit_test(the_last_writer_is_told_by_what_it_changed_itself),
        cmocka_unit_test(an_event_is_one_line),
    };
    for (size_t i = 0; i < ROWS; i++)
        tests[4 + i] = (struct CMUnitTest){addresses[i].name, an_address_means_one_effect, NULL,
                                           NULL, &addresses[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
