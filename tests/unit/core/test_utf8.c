#include "core/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"

#define BAD "\xEF\xBF\xBD"

/* What Ruby's String#scrub makes of the same bytes. */
static struct scrub_case {
    const char *name;
    struct fl_span text;
    size_t valid_prefix;
    const char *want;
} scrubs[] = {
    {"utf8: ascii", {"plain text, longer than a word", 30}, 30, "plain text, longer than a word"},
    {"utf8: two, three and four bytes", {"\u00e9\u20ac\U0001F600", 9}, 9, "\u00e9\u20ac\U0001F600"},
    {"utf8: last code point", {"\xF4\x8F\xBF\xBF", 4}, 4, "\xF4\x8F\xBF\xBF"},
    {"utf8: cut off in the middle", {"a\xE2\x82z", 4}, 1, "a" BAD "z"},
    {"utf8: cut off at the end", {"\xF0\x9F\x98", 3}, 0, BAD},
    {"utf8: overlong", {"\xC0\x80", 2}, 0, BAD BAD},
    {"utf8: overlong of four", {"\xF0\x80\x80", 3}, 0, BAD BAD BAD},
    {"utf8: surrogate", {"\xED\xA0\x80", 3}, 0, BAD BAD BAD},
    {"utf8: past the last code point", {"\xF4\x90\x80\x80", 4}, 0, BAD BAD BAD BAD},
    {"utf8: wrong second byte", {"\xE2\x28\xA1", 3}, 0, BAD "(" BAD},
    {"utf8: bad byte after a word of ascii", {"12345678\xff", 9}, 8, "12345678" BAD},
};

static void scrub_row(void **state)
{
    const struct scrub_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(100);
    assert_int_equal(fl_utf8_valid_prefix(row->text), row->valid_prefix);
    assert_int_equal(fl_utf8_append_scrubbed(&out, row->text, SIZE_MAX), FL_OK);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
}

static void stops_at_the_number_of_characters(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(100);
    assert_int_equal(fl_utf8_append_scrubbed(&out, FL_SPAN("\u00e9\xff\u20ac!"), 3), FL_OK);
    assert_string_equal(out.bytes, "\u00e9" BAD "\u20ac");
    fl_buf_release(&out);
}

static void appends_nothing_when_not_all_fits(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(4);
    assert_int_equal(fl_utf8_append_scrubbed(&out, FL_SPAN("ab\xff"), 10), FL_EBOUND);
    assert_int_equal(out.length, 0);
    fl_buf_release(&out);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(scrubs) + 2];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(scrubs); i++)
        tests[n++] = (struct CMUnitTest){scrubs[i].name, scrub_row, NULL, NULL, &scrubs[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(stops_at_the_number_of_characters);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(appends_nothing_when_not_all_fits);
    return _cmocka_run_group_tests("utf8", tests, n, NULL, NULL);
}
