/* Each form of report, byte for byte as the golden files have it. GOLDEN_WRITE=1 writes them anew,
 * to be read before they are committed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/utf8.h"
#include "stories.h"

enum { PATH_BYTES = 4096 };

static struct golden_case {
    const char *name; /* of the file */
    const struct story *story;
    const struct report_format *format;
} cases[] = {
    {"usual.junit.xml", &story_usual, &report_junit},
    {"usual.tap", &story_usual, &report_tap},
    {"usual.jsonl", &story_usual, &report_jsonl},
    {"usual.github", &story_usual, &report_github},
    {"usual.md", &story_usual, &report_markdown},
    {"open.junit.xml", &story_open, &report_junit},
    {"open.tap", &story_open, &report_tap},
    {"open.jsonl", &story_open, &report_jsonl},
    {"open.github", &story_open, &report_github},
    {"open.md", &story_open, &report_markdown},
    {"hostile.junit.xml", &story_hostile, &report_junit},
    {"hostile.tap", &story_hostile, &report_tap},
    {"hostile.jsonl", &story_hostile, &report_jsonl},
    {"hostile.github", &story_hostile, &report_github},
    {"hostile.md", &story_hostile, &report_markdown},
};

static void write_golden(const char *path, struct fl_span text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.bytes, 1, text.length, file), text.length);
    assert_int_equal(fclose(file), 0);
}

static struct fl_buf read_golden(const char *path)
{
    struct fl_buf text = FL_BUF_INIT(REPORT_BYTES_MAX);
    char chunk[4096];
    size_t count;
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("no golden file %s", path);
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0)
        assert_int_equal(fl_buf_append(&text, chunk, count), FL_OK);
    fclose(file);
    return text;
}

static void golden_row(void **state)
{
    const struct golden_case *row = *state;
    struct report_document document;
    char path[PATH_BYTES];
    const char *root = getenv("SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/golden/report/%s", root ? root : ".", row->name);
    story_tell(row->story, row->format, &document);
    assert_int_equal(document.err, FL_OK);
    if (getenv("GOLDEN_WRITE")) write_golden(path, fl_buf_span(&document.out));
    struct fl_buf want = read_golden(path);
    assert_string_equal(document.out.bytes, want.bytes);
    assert_int_equal(document.out.length, want.length);
    fl_buf_release(&want);
    report_document_release(&document);
}

/* Whatever was put in: no control characters come out, and nothing but UTF-8. */
static void harmless_row(void **state)
{
    const struct golden_case *row = *state;
    struct report_document document;
    story_tell(row->story, row->format, &document);
    assert_int_equal(fl_utf8_valid_prefix(fl_buf_span(&document.out)), document.out.length);
    for (size_t i = 0; i < document.out.length; i++) {
        unsigned char byte = (unsigned char)document.out.bytes[i];
        assert_true(byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7f));
    }
    report_document_release(&document);
}

static void a_document_too_large_says_so(void **state)
{
    struct report_document document;
    const struct report_run run = {.id = "a", .path = "a", .unit = "run"};
    (void)state;
    report_document_begin(&document, &report_junit, "faultline", 1);
    document.held[0].length_max = 10;
    report_document_add(&document, &run, NULL);
    assert_int_equal(document.err, FL_EBOUND);
    report_document_release(&document);
}

int main(void)
{
    struct CMUnitTest tests[2 * FL_COUNT(cases) + 1];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[count++] = (struct CMUnitTest){cases[i].name, golden_row, NULL, NULL, &cases[i]};
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        if (cases[i].story == &story_hostile && cases[i].format != &report_jsonl)
            tests[count++] =
                (struct CMUnitTest){cases[i].name, harmless_row, NULL, NULL, &cases[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_document_too_large_says_so);
    return _cmocka_run_group_tests("report formats", tests, count, NULL, NULL);
}
