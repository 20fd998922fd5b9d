#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/scenario/line.h"

struct fixture {
    struct fl_arena arena;
    struct fl_buf scratch;
    struct line line;
    struct line_error error;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.arena = FL_ARENA_INIT(0), .scratch = FL_BUF_INIT(4096)};
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    line_release(&f->line);
    fl_buf_release(&f->scratch);
    fl_arena_release(&f->arena);
    return 0;
}

static struct line_setting size = {.name = "size", .value = "3"};
static struct line_setting file = {.next = &size, .name = "file", .value = "a b.csv"};

static enum fl_error split(struct fixture *f, const char *text, uint64_t copy)
{
    f->line.source = fl_span_from(text);
    return line_split(&f->line, copy, &file, &f->arena, &f->scratch, &f->error);
}

static struct token_case {
    const char *name, *source, *want; /* tokens joined by | */
} token_cases[] = {
    {"tokens: blanks separate", "  kill \t p1 ", "kill|p1"},
    {"tokens: a comment ends the line", "kill p1 # why", "kill|p1"},
    {"tokens: # inside a word is no comment", "imp-1#2", "imp-1#2"},
    {"tokens: an empty line has none", "   # only this", ""},
    {"tokens: a string keeps its blanks", "title \"a  b\" c", "title|a  b|c"},
    {"tokens: escapes", "\"\\n\\t\\\"\\\\\\x41\\$\\{1..2}\"", "\n\t\"\\A${1..2}"},
    {"tokens: a word with a quoted part", "error~\"time out\" x", "error~time out|x"},
    {"tokens: JSON keeps blanks and escapes", "W [1, \"a\\n]\", {\"b\": 2}] in",
     "W|[1, \"a\\n]\", {\"b\": 2}]|in"},
    {"tokens: a setting", "rows $size of ${size}x", "rows|3|of|3x"},
    {"tokens: a setting is never split", "@$file", "@a b.csv"},
    {"tokens: a setting inside JSON", "[$size]", "[3]"},
    {"tokens: dollars", "$$file $5 $", "$file|$5|$"},
    {"tokens: ranges run in step", "mail-{1..3} [{11..13}]", "mail-2|[12]"},
};

static void token_row(void **state)
{
    const struct token_case *row = *state;
    void *fixture;
    setup(&fixture);
    struct fixture *f = fixture;
    struct fl_buf joined = FL_BUF_INIT(4096);
    assert_int_equal(split(f, row->source, 1), FL_OK);
    assert_int_equal(fl_buf_append_text(&joined, ""), FL_OK);
    for (uint32_t i = 0; i < f->line.count; i++) {
        if (i) assert_int_equal(fl_buf_append_char(&joined, '|'), FL_OK);
        assert_int_equal(fl_buf_append_span(&joined, f->line.tokens[i].text), FL_OK);
    }
    assert_int_equal(f->line.tokens[f->line.count].kind, TOKEN_END);
    assert_true(fl_span_is(fl_buf_span(&joined), row->want));
    fl_buf_release(&joined);
    teardown(&fixture);
}

static struct error_case {
    const char *name, *source;
    uint32_t column;
    const char *expected;
} error_cases[] = {
    {"form: a string that never ends", "why \"abc", 5, "a closing quote"},
    {"form: an unknown escape", "x \"a\\q\"", 5,
     "an escape: \\n \\t \\r \\\" \\\\ \\$ \\{ or \\xNN"},
    {"form: half a hex escape", "x \"\\x4\"", 4, "two hex digits after \\x"},
    {"form: ranges of two lengths", "a-{1..3} [{1..4}]", 11,
     "a range as long as the first one of this line"},
    {"form: a range that goes down", "a-{3..1}", 3, "a range that goes upwards, like {1..10}"},
    {"form: an unknown setting", "x $sise", 3, "a setting that a line `set` above has made"},
    {"form: a brace that never closes", "x ${size", 3, "the name of a setting, like ${file}"},
};

static void error_row(void **state)
{
    const struct error_case *row = *state;
    void *fixture;
    setup(&fixture);
    struct fixture *f = fixture;
    assert_int_equal(split(f, row->source, 0), FL_EPARSE);
    assert_int_equal(f->error.column, row->column);
    assert_string_equal(f->error.expected, row->expected);
    teardown(&fixture);
}

static void a_range_says_how_many_lines_the_line_stands_for(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(split(f, "mail-{8..12}", 4), FL_OK);
    assert_int_equal(f->line.copies, 5);
    assert_true(fl_span_is(f->line.tokens[0].text, "mail-12"));
    assert_int_equal(split(f, "mail", 0), FL_OK);
    assert_int_equal(f->line.copies, 1);
}

static void columns_count_the_bytes_of_the_source(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(split(f, " $size  [1] \"x\"", 0), FL_OK);
    assert_int_equal(f->line.tokens[0].column, 2);
    assert_int_equal(f->line.tokens[1].column, 9);
    assert_int_equal(f->line.tokens[2].column, 13);
    assert_int_equal(f->line.tokens[2].kind, TOKEN_STRING);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(token_cases) + FL_COUNT(error_cases) + 2];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(token_cases); i++)
        tests[count++] =
            (struct CMUnitTest){token_cases[i].name, token_row, NULL, NULL, &token_cases[i]};
    for (size_t i = 0; i < FL_COUNT(error_cases); i++)
        tests[count++] =
            (struct CMUnitTest){error_cases[i].name, error_row, NULL, NULL, &error_cases[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(
        a_range_says_how_many_lines_the_line_stands_for, setup, teardown);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(
        columns_count_the_bytes_of_the_source, setup, teardown);
    return _cmocka_run_group_tests("line", tests, count, NULL, NULL);
}
