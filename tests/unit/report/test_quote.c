#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/report/quote.h"

typedef enum fl_error quote(struct fl_buf *out, struct fl_span text);

static struct quote_case {
    const char *name;
    quote *quote;
    struct fl_span text;
    const char *want;
} quotes[] = {
    {"visible: plain text stays", report_quote_visible, FL_SPAN("a\tb\n\xC3\xA9"),
     "a\tb\n\xC3\xA9"},
    {"visible: controls", report_quote_visible, FL_SPAN("\x1b[0m\r\x7f"), "\\x1b[0m\\x0d\\x7f"},
    {"visible: a NUL inside", report_quote_visible, FL_SPAN("a\0b"), "a\\x00b"},
    {"visible: C1 controls", report_quote_visible, FL_SPAN("\xC2\x9b"), "\\x9b"},
    {"visible: bytes that are no UTF-8", report_quote_visible,
     FL_SPAN("\xff"
             "a"),
     "\xEF\xBF\xBD"
     "a"},
    {"visible: noncharacters", report_quote_visible, FL_SPAN("\xEF\xBF\xBE"), "\xEF\xBF\xBD"},
    {"visible: direction marks", report_quote_visible, FL_SPAN("\xE2\x80\xAE"), "\\u202e"},
    {"xml: no element, no end of CDATA", report_quote_xml, FL_SPAN("<a>&\"]]>\n"),
     "&lt;a&gt;&amp;\"]]&gt;\n"},
    {"xml: an attribute keeps its lines", report_quote_xml_attribute, FL_SPAN("\"a\n\tb"),
     "&quot;a&#10;&#9;b"},
    {"string: quotes", report_quote_string, FL_SPAN("a\"\\\n\x1b"), "\"a\\\"\\\\\\n\\\\x1b\""},
    {"tap: no directive, no second line", report_quote_tap, FL_SPAN("a # TODO\\\nok 2"),
     "a \\# TODO\\\\ ok 2"},
    {"github: a message of many lines", report_quote_github_message, FL_SPAN("a%0A\nb: c,"),
     "a%250A%0Ab: c,"},
    {"github: a property", report_quote_github_property, FL_SPAN("a:b,c\n"), "a%3Ab%2Cc%0A"},
    {"markdown: code", report_quote_markdown, FL_SPAN("<b> @a|\n"), "`<b> @a| `"},
    {"markdown: code with backticks", report_quote_markdown, FL_SPAN("a``b"), "``` a``b ```"},
    {"markdown: nothing", report_quote_markdown, FL_SPAN(""), NULL},
    {"markdown: a cell ends at no bar", report_quote_markdown_cell, FL_SPAN("a|b"), "`a\\|b`"},
    {"shell: a plain path", report_quote_shell, FL_SPAN("out/a-b_1.replay"), "out/a-b_1.replay"},
    {"shell: blanks and quotes", report_quote_shell, FL_SPAN("it's $x"), "'it'\\''s $x'"},
    {"shell: nothing", report_quote_shell, FL_SPAN(""), "''"},
};

static void quote_row(void **state)
{
    const struct quote_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_int_equal(row->quote(&out, row->text), FL_OK);
    if (row->want)
        assert_string_equal(out.bytes, row->want);
    else
        assert_int_equal(out.length, 0);
    fl_buf_release(&out);
}

static void a_block_is_fenced_with_more_than_it_has(void **state)
{
    struct fl_buf out = FL_BUF_INIT(4096);
    (void)state;
    assert_int_equal(report_quote_markdown_block(&out, "text", FL_SPAN("a\n```\nb")), FL_OK);
    assert_string_equal(out.bytes, "````text\na\n```\nb\n````\n");
    fl_buf_release(&out);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(quotes) + 1] = {
        cmocka_unit_test(a_block_is_fenced_with_more_than_it_has)};
    size_t count = 1;
    for (size_t i = 0; i < FL_COUNT(quotes); i++)
        tests[count++] = (struct CMUnitTest){quotes[i].name, quote_row, NULL, NULL, &quotes[i]};
    return _cmocka_run_group_tests("report quote", tests, count, NULL, NULL);
}
