/* What a new layout changes, as hunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/cli/line_changes.h"

enum { TEXT_BYTES_MAX = 4096 };

static struct change_case {
    const char *name, *before, *after, *hunks;
} cases[] = {
    {"changes: none", "a\nb\n", "a\nb\n", ""},
    {"changes: one line", "a\n b\nc\n", "a\nb\nc\n", "@@ -2,1 +2,1 @@\n- b\n+b\n"},
    {"changes: neighbours are one hunk", "a\n b\n c\nd\n", "a\nb\nc\nd\n",
     "@@ -2,2 +2,2 @@\n- b\n- c\n+b\n+c\n"},
    {"changes: an empty line goes", "a\n\n\nb\n", "a\n\nb\n", "@@ -3,1 +2,0 @@\n-\n"},
    {"changes: at the start", "\na\n", "a\n", "@@ -1,1 +0,0 @@\n-\n"},
    {"changes: at the end", "a\n\n", "a\n", "@@ -2,1 +1,0 @@\n-\n"},
    {"changes: lines behind are numbered on", "\na\nb\n c\n", "a\nb\nc\n",
     "@@ -1,1 +0,0 @@\n-\n@@ -4,1 +3,1 @@\n- c\n+c\n"},
    {"changes: the end of the last line", "a", "a\n",
     "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
    {"changes: blanks in an empty line", "a\n \nb\n", "a\n\nb\n", "@@ -2,1 +2,1 @@\n- \n+\n"},
};

static void change_row(void **state)
{
    const struct change_case *row = *state;
    static const char head[] = "--- f\n+++ f\n";
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(line_changes("f", fl_span_from(row->before), fl_span_from(row->after), &out),
                     FL_OK);
    assert_memory_equal(out.bytes, head, sizeof head - 1);
    assert_string_equal(out.bytes + sizeof head - 1, row->hunks);
    fl_buf_release(&out);
}

int main(void)
{
    enum { ROWS = sizeof cases / sizeof cases[0] };
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){cases[i].name, change_row, NULL, NULL, &cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
