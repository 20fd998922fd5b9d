#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/bench/done_line.h"

#define DONE(jid)                                                                                  \
    "{\"lvl\":\"INFO\",\"msg\":\"done\",\"ctx\":{\"jid\":\"" jid "\",\"elapsed\":0.000}}"

static struct line_case {
    const char *name;
    struct fl_span line;
    bool done, start;
    uint64_t number;
} lines[] = {
    {"line: done", FL_SPAN(DONE("00000000000000000000001f")), true, false, 0x1f},
    {"line: the largest", FL_SPAN(DONE("00000000ffffffffffffffff")), true, false, UINT64_MAX},
    {"line: larger than any", FL_SPAN(DONE("10000000000000000")), false, false, 0},
    {"line: a jid that is no number", FL_SPAN(DONE("mail-1")), false, false, 0},
    {"line: start", FL_SPAN("{\"msg\":\"start\",\"ctx\":{\"jid\":\"01\"}}"), false, true, 1},
    {"line: start, but no job", FL_SPAN("{\"msg\":\"start\"}"), false, false, 0},
    {"line: done, but no job", FL_SPAN("{\"msg\":\"done\"}"), false, false, 0},
    {"line: cut off", FL_SPAN("{\"msg\":\"done\",\"ctx\":{\"jid\":\"01"), false, false, 0},
    {"line: empty", {NULL, 0}, false, false, 0},
};

static void line_row(void **state)
{
    const struct line_case *row = *state;
    uint64_t number = 0;
    assert_int_equal(done_line_read(row->line, &number), row->done);
    assert_int_equal(start_line_read(row->line, &number), row->start);
    assert_true(number == row->number);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(lines)];
    for (size_t i = 0; i < FL_COUNT(lines); i++)
        tests[i] = (struct CMUnitTest){lines[i].name, line_row, NULL, NULL, &lines[i]};
    return _cmocka_run_group_tests("bench done line", tests, FL_COUNT(lines), NULL, NULL);
}
