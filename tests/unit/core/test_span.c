#include "core/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"

static struct glob_case {
    const char *name, *pattern, *text;
    bool want;
} globs[] = {
    {"glob: empty matches empty", "", "", true},
    {"glob: empty matches nothing else", "", "a", false},
    {"glob: literal", "abc", "abc", true},
    {"glob: literal needs all of the text", "ab", "abc", false},
    {"glob: star matches all", "*", "anything", true},
    {"glob: star matches nothing", "a*", "a", true},
    {"glob: two stars", "h**o", "hello", true},
    {"glob: star goes back", "*ab", "aab", true},
    {"glob: several stars", "*a*b*c", "xxaxxbxxbxc", true},
    {"glob: question mark is one", "h?llo", "hallo", true},
    {"glob: question mark is not none", "h?llo", "hllo", false},
    {"glob: class", "h[ae]llo", "hello", true},
    {"glob: class without the letter", "h[ae]llo", "hillo", false},
    {"glob: negated class", "h[^e]llo", "hallo", true},
    {"glob: negated class refuses", "h[^e]llo", "hello", false},
    {"glob: range", "h[a-c]llo", "hbllo", true},
    {"glob: reversed range", "h[c-a]llo", "hbllo", true},
    {"glob: escaped star", "h\\*o", "h*o", true},
    {"glob: escaped star is no star", "h\\*o", "hello", false},
    {"glob: escape in a class", "[\\]]", "]", true},
    {"glob: class that is not closed", "[ab", "b", true},
    {"glob: backslash at the end", "a\\", "a\\", true},
};

static void glob_row(void **state)
{
    const struct glob_case *row = *state;
    assert_int_equal(fl_span_glob(fl_span_from(row->pattern), fl_span_from(row->text)), row->want);
}

static void glob_is_bounded_for_a_hostile_pattern(void **state)
{
    (void)state;
    char pattern[2001], text[20000];
    for (int i = 0; i < 1000; i++)
        memcpy(pattern + 2 * i, "*a", 2);
    pattern[2000] = 'b';
    memset(text, 'a', sizeof text);
    assert_false(fl_span_glob((struct fl_span){pattern, sizeof pattern},
                              (struct fl_span){text, sizeof text}));
}

static struct int_case {
    const char *name, *text;
    bool want;
    long long value;
} ints[] = {
    {"int64: zero", "0", true, 0},
    {"int64: one", "1", true, 1},
    {"int64: minus one", "-1", true, -1},
    {"int64: greatest", "9223372036854775807", true, INT64_MAX},
    {"int64: least", "-9223372036854775808", true, INT64_MIN},
    {"int64: too great", "9223372036854775808", false, 0},
    {"int64: too small", "-9223372036854775809", false, 0},
    {"int64: far too great", "99999999999999999999", false, 0},
    {"int64: empty", "", false, 0},
    {"int64: minus alone", "-", false, 0},
    {"int64: minus zero", "-0", false, 0},
    {"int64: leading zero", "01", false, 0},
    {"int64: plus", "+1", false, 0},
    {"int64: blank before", " 1", false, 0},
    {"int64: letter behind", "1a", false, 0},
};

static void int_row(void **state)
{
    const struct int_case *row = *state;
    long long value = 0;
    assert_int_equal(fl_span_int64(fl_span_from(row->text), &value), row->want);
    assert_int_equal(value, row->value);
}

static void orders_bytewise_with_a_prefix_first(void **state)
{
    (void)state;
    assert_int_equal(fl_span_compare(FL_SPAN("ab"), FL_SPAN("abc")), -1);
    assert_int_equal(fl_span_compare(FL_SPAN("b"), FL_SPAN("abc")), 1);
    assert_int_equal(fl_span_compare(FL_SPAN("\xff"), FL_SPAN("a")), 1);
    assert_int_equal(fl_span_compare(FL_SPAN("a\0b"), FL_SPAN("a\0b")), 0);
    assert_int_equal(fl_span_compare(FL_SPAN(""), (struct fl_span){NULL, 0}), 0);
    assert_true(fl_span_starts(FL_SPAN("abc"), FL_SPAN("ab")));
    assert_false(fl_span_starts(FL_SPAN("ab"), FL_SPAN("abc")));
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(globs) + FL_COUNT(ints) + 2];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(globs); i++)
        tests[n++] = (struct CMUnitTest){globs[i].name, glob_row, NULL, NULL, &globs[i]};
    for (size_t i = 0; i < FL_COUNT(ints); i++)
        tests[n++] = (struct CMUnitTest){ints[i].name, int_row, NULL, NULL, &ints[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(glob_is_bounded_for_a_hostile_pattern);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(orders_bytewise_with_a_prefix_first);
    return _cmocka_run_group_tests("span", tests, n, NULL, NULL);
}
