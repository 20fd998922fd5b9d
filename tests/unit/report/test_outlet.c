#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/report/outlet.h"
#include "stories.h"

struct fixture {
    struct report_outlets outlets;
    FILE *out, *terminal, *err;
    char *out_text, *terminal_text, *err_text;
    size_t out_length, terminal_length, err_length;
    char path[64];
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.path = "/tmp/faultline-outlet-XXXXXX"};
    int file = mkstemp(fixture.path);
    assert_true(file >= 0);
    close(file);
    fixture.out = open_memstream(&fixture.out_text, &fixture.out_length);
    fixture.terminal = open_memstream(&fixture.terminal_text, &fixture.terminal_length);
    fixture.err = open_memstream(&fixture.err_text, &fixture.err_length);
    unsetenv("GITHUB_ACTIONS");
    unsetenv("GITHUB_STEP_SUMMARY");
    unsetenv("GITHUB_WORKSPACE");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fclose(f->out);
    fclose(f->terminal);
    fclose(f->err);
    free(f->out_text);
    free(f->terminal_text);
    free(f->err_text);
    return unlink(f->path);
}

static void add(struct fixture *f, const char *format, const char *path)
{
    static char text[8][96];
    const char *expected = NULL;
    char *at = text[f->outlets.count];
    snprintf(at, sizeof text[0], "%s%s%s", format, path ? "=" : "", path ? path : "");
    if (!report_outlets_add(&f->outlets, at, &expected)) fail_msg("%s: %s", at, expected);
}

static bool tell(struct fixture *f, const struct story *story)
{
    report_outlets_open(&f->outlets, f->out, f->terminal, f->err, "faultline", story->count);
    for (uint64_t i = 0; i < story->count; i++)
        report_outlets_result(&f->outlets, &story->results[i].run,
                              story->results[i].failed ? &story->results[i].failure : NULL);
    bool written = report_outlets_close(&f->outlets, &story->sums);
    fflush(f->out);
    fflush(f->terminal);
    fflush(f->err);
    return written;
}

static struct fl_buf contents(const char *path)
{
    struct fl_buf text = FL_BUF_INIT(REPORT_BYTES_MAX);
    char chunk[4096];
    size_t count;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0)
        assert_int_equal(fl_buf_append(&text, chunk, count), FL_OK);
    fclose(file);
    return text;
}

static struct wrong_case {
    const char *name, *first, *second, *want;
} wrongs[] = {
    {"wrong: no such form", NULL, "xml=a", "junit, tap, jsonl, github or markdown"},
    {"wrong: no file behind the =", NULL, "tap=", "a file behind the ="},
    {"wrong: two in one file", "tap=a", "junit=a", "another file for each report"},
    {"wrong: two on the standard output", "tap", "junit",
     "at most one report on the standard output (FORMAT=FILE)"},
};

static void wrong_row(void **state)
{
    const struct wrong_case *row = *state;
    struct report_outlets outlets = {0};
    const char *expected = "";
    if (row->first) assert_true(report_outlets_add(&outlets, row->first, &expected));
    assert_false(report_outlets_add(&outlets, row->second, &expected));
    assert_string_equal(expected, row->want);
}

static void only_so_many_reports(void **state)
{
    static char names[REPORT_OUTLETS_MAX + 1][16];
    struct report_outlets outlets = {0};
    const char *expected;
    (void)state;
    for (int i = 0; i <= REPORT_OUTLETS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "tap=%d", i);
        assert_int_equal(report_outlets_add(&outlets, names[i], &expected), i < REPORT_OUTLETS_MAX);
    }
    assert_string_equal(expected, "fewer reports");
}

static void a_full_disk_is_told_once_and_the_rest_is_written(void **state)
{
    struct fixture *f = *state;
    add(f, "tap", "/dev/full");
    add(f, "jsonl", f->path);
    assert_false(tell(f, &story_usual));
    assert_string_equal(f->err_text, "faultline: the tap report could not be written to "
                                     "/dev/full: No space left on device\n");
    struct fl_buf written = contents(f->path);
    assert_non_null(strstr(written.bytes, "\"type\":\"summary\""));
    fl_buf_release(&written);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    struct fixture *f = *state;
    add(f, "junit", "/nowhere/a.xml");
    assert_false(tell(f, &story_usual));
    assert_string_equal(f->err_text, "faultline: the junit report could not be written to "
                                     "/nowhere/a.xml: No such file or directory\n");
}

static void annotations_stand_among_what_a_person_reads(void **state)
{
    struct fixture *f = *state;
    setenv("GITHUB_ACTIONS", "true", 1);
    setenv("GITHUB_WORKSPACE", "scenarios/", 1);
    add(f, "tap", NULL);
    report_outlets_add_github(&f->outlets);
    assert_int_equal(f->outlets.count, 2);
    assert_true(report_outlets_fill_stdout(&f->outlets));
    assert_true(tell(f, &story_usual));
    assert_memory_equal(f->out_text, "TAP version 13\n", 15);
    assert_non_null(strstr(f->terminal_text, "::error file=welcome/killed-anywhere"));
}

static void nothing_is_annotated_elsewhere(void **state)
{
    struct fixture *f = *state;
    setenv("GITHUB_ACTIONS", "false", 1);
    report_outlets_add_github(&f->outlets);
    assert_int_equal(f->outlets.count, 0);
    assert_false(report_outlets_fill_stdout(&f->outlets));
}

static void a_summary_is_appended(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen(f->path, "wb");
    fputs("before\n", file);
    fclose(file);
    setenv("GITHUB_STEP_SUMMARY", f->path, 1);
    add(f, "github", NULL);
    report_outlets_add_github(&f->outlets);
    assert_true(tell(f, &story_usual));
    struct fl_buf written = contents(f->path);
    assert_memory_equal(written.bytes, "before\n## Faultline: 1 passed", 28);
    fl_buf_release(&written);
}

static void a_summary_past_its_limit_is_cut(void **state)
{
    struct fixture *f = *state;
    static struct story_result results[40 * 1000];
    for (size_t i = 0; i < FL_COUNT(results); i++)
        results[i].run = (struct report_run){
            .id = "a/scenario-with-a-name-of-a-usual-length", .path = "a", .unit = "run"};
    const struct story story = {"long", results, FL_COUNT(results), {.passed = FL_COUNT(results)}};
    setenv("GITHUB_STEP_SUMMARY", f->path, 1);
    add(f, "github", NULL);
    report_outlets_add_github(&f->outlets);
    assert_true(tell(f, &story));
    struct fl_buf written = contents(f->path);
    assert_true(written.length <= REPORT_SUMMARY_BYTES_MAX);
    assert_string_equal(written.bytes + written.length - 48,
                        "runs |\n\nThe rest is cut: a summary has its limit.\n" + 2);
    fl_buf_release(&written);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    struct CMUnitTest tests[FL_COUNT(wrongs) + 7] = {
        cmocka_unit_test(only_so_many_reports),
        EACH(a_full_disk_is_told_once_and_the_rest_is_written),
        EACH(a_folder_that_is_not_there_is_told),
        EACH(annotations_stand_among_what_a_person_reads),
        EACH(nothing_is_annotated_elsewhere),
        EACH(a_summary_is_appended),
        EACH(a_summary_past_its_limit_is_cut),
    };
    size_t count = 7;
    for (size_t i = 0; i < FL_COUNT(wrongs); i++)
        tests[count++] = (struct CMUnitTest){wrongs[i].name, wrong_row, NULL, NULL, &wrongs[i]};
    return _cmocka_run_group_tests("report outlet", tests, count, NULL, NULL);
}
