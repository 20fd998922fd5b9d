#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/report/report.h"

static struct number_case {
    const char *name;
    const char *(*print)(uint64_t, char[REPORT_NUMBER_BYTES]);
    uint64_t number;
    const char *want;
} numbers[] = {
    {"count: nothing", report_count_text, 0, "0"},
    {"count: below a thousand", report_count_text, 999, "999"},
    {"count: a thousand", report_count_text, 1000, "1,000"},
    {"count: millions", report_count_text, 1234567, "1,234,567"},
    {"count: the largest", report_count_text, UINT64_MAX, "18,446,744,073,709,551,615"},
    {"rate: below a million", report_rate_text, 999999, "999,999"},
    {"rate: millions with a tenth", report_rate_text, 1450000, "1.4 M"},
    {"rate: many millions", report_rate_text, 123456789, "123.4 M"},
};

static void number_row(void **state)
{
    const struct number_case *row = *state;
    char text[REPORT_NUMBER_BYTES];
    assert_string_equal(row->print(row->number, text), row->want);
}

static struct time_case {
    const char *name;
    int64_t us;
    const char *want;
} times[] = {
    {"virtual: nothing", 0, "0 virtual seconds"},
    {"virtual: seconds", 119 * INT64_C(1000000), "119 virtual seconds"},
    {"virtual: minutes", 120 * INT64_C(1000000), "2 virtual minutes"},
    {"virtual: hours", 47 * INT64_C(3600000000), "47 virtual hours"},
    {"virtual: days", 48 * INT64_C(3600000000), "2 virtual days"},
    {"virtual: the longest", INT64_MAX, "106,751,991 virtual days"},
};

static void time_row(void **state)
{
    const struct time_case *row = *state;
    char text[REPORT_NUMBER_BYTES];
    assert_string_equal(report_virtual_text(row->us, text), row->want);
}

static void a_failure_reads_like_this(void **state)
{
    char *text = NULL;
    size_t length;
    struct report report = {.out = open_memstream(&text, &length), .program = "faultline"};
    const struct report_run run = {.id = "welcome/killed-anywhere--mailed-exactly-once",
                                   .path = "scenarios/welcome/killed.scenario",
                                   .verdict = REPORT_FAILED,
                                   .trace_hash = {UINT64_C(0x3f9c8a1b2c3d4e5f), 7},
                                   .runs = 18,
                                   .failed = 1,
                                   .unit = "sweep"};
    const struct report_failure failure = {
        .line = 7,
        .text = FL_SPAN("expected  effect \"mail user7*\" exactly 1\nfound     0\n\n"),
        .swept_at = FL_SPAN("kill p1 after hello#1.4 db COMMIT"),
        .seed = 1,
        .replay = "out/welcome.replay"};
    const struct report_sums sums = {.passed = 21,
                                     .failed = 1,
                                     .runs = 4400,
                                     .effects = 2660000,
                                     .virtual_us = 312 * INT64_C(86400000000),
                                     .real_us = 1900000};
    (void)state;
    report_run(&report, &run);
    report_failure(&report, &run, &failure);
    report_sums(&report, &sums);
    fclose(report.out);
    assert_string_equal(text,
                        "FAIL  welcome/killed-anywhere--mailed-exactly-once              trace "
                        "3f9c8a1b2c3d4e5f  18 sweeps, 1 failed\n"
                        "      scenarios/welcome/killed.scenario:7:1\n"
                        "      swept     kill p1 after hello#1.4 db COMMIT\n"
                        "      expected  effect \"mail user7*\" exactly 1\n"
                        "      found     0\n"
                        "      seed      1\n"
                        "      replay    faultline replay out/welcome.replay\n"
                        "4,400 runs \xC2\xB7 1.4 M effects/s \xC2\xB7 312 virtual days in 1.9 s\n"
                        "21 passed, 1 failed, 0 skipped\n");
    free(text);
}

static void what_is_in_doubt_neither_passes_nor_fails(void **state)
{
    char *text = NULL;
    size_t length;
    struct report report = {.out = open_memstream(&text, &length), .program = "faultline"};
    const struct report_run run = {.id = "a",
                                   .path = "a.scenario",
                                   .verdict = REPORT_INDETERMINATE,
                                   .runs = 18,
                                   .indeterminate = 2,
                                   .unit = "sweep"};
    const struct report_failure failure = {.text = FL_SPAN("found     nothing\n"), .seed = 1};
    const struct report_sums sums = {.skipped = 1, .indeterminate = 1, .runs = 18, .real_us = 1};
    (void)state;
    report.told = 1;
    report_run(&report, &run);
    report_failure(&report, &run, &failure);
    report_sums(&report, &sums);
    fclose(report.out);
    assert_string_equal(text, "OPEN  a                                                         "
                              "trace 0000000000000000  18 sweeps, 2 indeterminate\n"
                              "      found     nothing\n"
                              "      seed      1\n"
                              "18 runs \xC2\xB7 0 effects/s \xC2\xB7 0 virtual seconds in 0.0 s "
                              "\xC2\xB7 1 of the skipped indeterminate\n"
                              "0 passed, 0 failed, 1 skipped\n");
    free(text);
}

static void a_long_line_is_cut_between_characters(void **state)
{
    char *text = NULL, line[512] = "x";
    size_t length;
    struct report report = {.out = open_memstream(&text, &length), .program = "faultline"};
    (void)state;
    for (int i = 0; i < 150; i++)
        memcpy(line + 1 + 2 * i, "\xC3\xA9", 3);
    const struct report_run run = {.id = "a", .path = "a", .unit = "run"};
    const struct report_failure failure = {.text = fl_span_from(line)};
    report_failure(&report, &run, &failure);
    fclose(report.out);
    assert_memory_equal(text + 6 + 239, "...\n", 4);
    free(text);
}

/* What is told of a scenario that passed and one that failed; `report` says how. */
static char *told(struct report report)
{
    char *text = NULL;
    size_t length;
    const struct report_run good = {.id = "good",
                                    .path = "good.scenario",
                                    .title = "all is well",
                                    .runs = 1,
                                    .unit = "run",
                                    .effects = 1234,
                                    .real_us = 1500};
    const struct report_run bad = {.id = "bad",
                                   .path = "bad.scenario",
                                   .verdict = REPORT_FAILED,
                                   .runs = 1,
                                   .failed = 1,
                                   .unit = "run"};
    const struct report_failure failure = {
        .line = 3, .text = FL_SPAN("found     \x1b[2J\n  ::error::x"), .replay = "out/bad.replay"};
    const struct report_sums sums = {.passed = 1, .failed = 1, .runs = 2};
    report.out = open_memstream(&text, &length);
    report.program = "faultline";
    report.closing = FL_BUF_INIT(REPORT_CLOSING_BYTES_MAX);
    report_run(&report, &bad);
    report_failure(&report, &bad, &failure);
    report_run(&report, &good);
    report_sums(&report, &sums);
    report_release(&report);
    fclose(report.out);
    return text;
}

#define BAD_TOLD                                                                                   \
    "trace 0000000000000000  1 run, 1 failed\n"                                                    \
    "      bad.scenario:3:1\n"                                                                     \
    "      found     \\x1b[2J\n"                                                                   \
    "      \\  ::error::x\n"                                                                       \
    "      seed      0\n"                                                                          \
    "      replay    faultline replay out/bad.replay\n"
#define END_TOLD                                                                                   \
    "failed:\n"                                                                                    \
    "      bad.scenario:3:1    faultline replay out/bad.replay\n"                                  \
    "2 runs \xC2\xB7 0 effects/s \xC2\xB7 0 virtual seconds in 0.0 s\n"                            \
    "1 passed, 1 failed, 0 skipped\n"

static void quietly_only_failures_are_told(void **state)
{
    char *text = told((struct report){.detail = REPORT_QUIET, .live = true, .width = 60});
    (void)state;
    assert_string_equal(text, "FAIL  bad                       " BAD_TOLD END_TOLD);
    free(text);
}

static void in_detail_claims_and_costs_are_told(void **state)
{
    char *text = told((struct report){.detail = REPORT_VERBOSE, .live = true, .width = 60});
    (void)state;
    assert_non_null(strstr(text, "PASS  good                      trace 0000000000000000  1 run\n"
                                 "      all is well\n"
                                 "      1,234 effects \xC2\xB7 0 virtual seconds in 0.001 s\n"
                                 "failed:\n"));
    free(text);
}

static void a_file_has_lines_of_one_form(void **state)
{
    char *text = told((struct report){.width = 60});
    (void)state;
    assert_non_null(strstr(text, "PASS  good                                                      "
                                 "trace 0000000000000000  1 run\nfailed:\n"));
    free(text);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(numbers) + FL_COUNT(times) + 5] = {
        cmocka_unit_test(a_failure_reads_like_this),
        cmocka_unit_test(what_is_in_doubt_neither_passes_nor_fails),
        cmocka_unit_test(a_long_line_is_cut_between_characters),
        cmocka_unit_test(quietly_only_failures_are_told),
        cmocka_unit_test(in_detail_claims_and_costs_are_told),
        cmocka_unit_test(a_file_has_lines_of_one_form),
    };
    size_t count = 5;
    for (size_t i = 0; i < FL_COUNT(numbers); i++)
        tests[count++] = (struct CMUnitTest){numbers[i].name, number_row, NULL, NULL, &numbers[i]};
    for (size_t i = 0; i < FL_COUNT(times); i++)
        tests[count++] = (struct CMUnitTest){times[i].name, time_row, NULL, NULL, &times[i]};
    return _cmocka_run_group_tests("report", tests, count, NULL, NULL);
}
