#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/report/result.h"

static const char told[] = "expected  a\n          b\nfound     c\n+1 expected  x\n\n";

static struct part_case {
    const char *name;
    const char *text, *label, *want;
} parts[] = {
    {"part: with its continuation", told, "expected", "a\n          b"},
    {"part: up to an event", told, "found", "c"},
    {"part: there is none", told, "struck", ""},
    {"part: a longer word is another label", "founders  x\nfound  y", "found", "y"},
    {"part: the last line needs no end", "found  y", "found", "y"},
    {"part: the label alone", "found", "found", ""},
    {"part: of nothing", "", "found", ""},
};

static void part_row(void **state)
{
    const struct part_case *row = *state;
    struct fl_span part = report_part(fl_span_from(row->text), row->label);
    assert_int_equal(part.length, strlen(row->want));
    if (part.length) assert_memory_equal(part.bytes, row->want, part.length);
}

static void claims_end_where_events_begin(void **state)
{
    struct fl_span text = fl_span_from(told);
    (void)state;
    assert_true(fl_span_is(report_claims(text), "expected  a\n          b\nfound     c"));
    assert_true(fl_span_is(report_events(text), "+1 expected  x"));
    assert_true(fl_span_is(report_claims(FL_SPAN("no event\n")), "no event"));
    assert_int_equal(report_events(FL_SPAN("no event\n")).length, 0);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(parts) + 1] = {
        cmocka_unit_test(claims_end_where_events_begin)};
    size_t count = 1;
    for (size_t i = 0; i < FL_COUNT(parts); i++)
        tests[count++] = (struct CMUnitTest){parts[i].name, part_row, NULL, NULL, &parts[i]};
    return _cmocka_run_group_tests("report result", tests, count, NULL, NULL);
}
