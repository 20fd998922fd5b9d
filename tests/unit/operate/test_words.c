#include "tests/unit/queue/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "harness/operate/table.h"
#include "harness/operate/words.h"

static struct duration_case {
    const char *name;
    int64_t us;
    const char *want;
} durations[] = {
    {"duration: none", 0, "0.0s"},
    {"duration: rounded", 1250000, "1.3s"},
    {"duration: seconds", 59 * FL_SECOND_US + 999999, "59s"},
    {"duration: minutes", 5 * FL_MINUTE_US, "5m"},
    {"duration: two units", FL_HOUR_US + 20 * FL_MINUTE_US + 5 * FL_SECOND_US, "1h 20m"},
    {"duration: days and hours", 3 * FL_DAY_US + 2 * FL_HOUR_US, "3d 2h"},
    {"duration: many days", 40 * FL_DAY_US + 2 * FL_HOUR_US, "40d"},
    {"duration: less than nothing", -90 * FL_SECOND_US, "-1m 30s"},
    {"duration: a little less than nothing", -300000, "-0.3s"},
    {"duration: hardly less than nothing", -1000, "0.0s"},
    {"duration: the longest", INT64_MIN, "-106751991d"},
};

static void duration_row(void **state)
{
    const struct duration_case *row = *state;
    char text[OPERATE_WORD_BYTES];
    operate_duration(row->us, text);
    assert_string_equal(text, row->want);
}

static void times_are_told_from_now(void **state)
{
    char text[OPERATE_WORD_BYTES];
    (void)state;
    operate_relative(100 * FL_SECOND_US, 40 * FL_SECOND_US, text);
    assert_string_equal(text, "in 1m");
    operate_relative(0, 7200 * FL_SECOND_US, text);
    assert_string_equal(text, "2h ago");
    operate_relative(5 * FL_SECOND_US, 5 * FL_SECOND_US + 900000, text);
    assert_string_equal(text, "now");
    operate_instant(INT64_C(1795451428120701), text);
    assert_string_equal(text, "2026-11-23 16:30:28 UTC");
    operate_instant(-1, text);
    assert_string_equal(text, "1969-12-31 23:59:59 UTC");
    operate_instant(0, text);
    assert_string_equal(text, "-");
}

static void sizes_are_told_in_thousands_and_units(void **state)
{
    char text[OPERATE_WORD_BYTES];
    (void)state;
    operate_number(0, text);
    assert_string_equal(text, "0");
    operate_number(1234567, text);
    assert_string_equal(text, "1,234,567");
    operate_number(-123, text);
    assert_string_equal(text, "-123");
    operate_number(INT64_MIN, text);
    assert_string_equal(text, "-9,223,372,036,854,775,808");
    operate_kib(312, text);
    assert_string_equal(text, "312 KiB");
    operate_kib(48 * 1024 + 512, text);
    assert_string_equal(text, "48.5 MiB");
    operate_kib(3 * 1024 * 1024, text);
    assert_string_equal(text, "3.0 GiB");
}

/* What a job holds must not speak to the terminal. */
static struct shown_case {
    const char *name, *text;
    size_t columns;
    const char *want;
} shown[] = {
    {"shown: as it is", "r\xc3\xa9sum\xc3\xa9", 20, "r\xc3\xa9sum\xc3\xa9"},
    {"shown: an escape", "a\033[2Jb\r\n", 20, "a?[2Jb??"},
    {"shown: an escape of eight bits",
     "a\xc2\x9b"
     "2J",
     20, "a?2J"},
    {"shown: no UTF-8", "a\xff\xc3", 20, "a??"},
    {"shown: just fits", "abc", 3, "abc"},
    {"shown: cut", "abcd", 3, "ab\xe2\x80\xa6"},
    {"shown: cut between characters", "\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xe2\x80\xa6"},
    {"shown: no room", "abc", 0, ""},
};

static void shown_row(void **state)
{
    const struct shown_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(1000);
    assert_int_equal(fl_buf_append_text(&out, "<"), FL_OK);
    assert_int_equal(operate_append_shown(&out, fl_span_from(row->text), row->columns), FL_OK);
    assert_string_equal(out.bytes + 1, row->want);
    assert_true(operate_columns(fl_buf_span(&out)) <= row->columns + 1);
    fl_buf_release(&out);
}

static const struct operate_column columns[] = {
    {"NAME", OPERATE_LEFT, 6}, {"N", OPERATE_RIGHT, 0}, {"WHAT", OPERATE_LEFT, 0}};

static void expect_table(struct operate_table *table, bool colour, size_t width, const char *want)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(operate_table_print(table, out, colour, width), FL_OK);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static void columns_are_aligned_and_the_last_is_cut_at_the_terminal_s_edge(void **state)
{
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    (void)state;
    operate_table_add(&table, OPERATE_PLAIN, FL_SPAN("r\xc3\xa9gie"));
    operate_table_printf(&table, OPERATE_PLAIN, "%d", 12);
    operate_table_add(&table, OPERATE_BAD, FL_SPAN("broken pipe"));
    operate_table_add(&table, OPERATE_PLAIN, FL_SPAN("much longer"));
    operate_table_printf(&table, OPERATE_PLAIN, "%d", 7);
    operate_table_add(&table, OPERATE_PLAIN, FL_SPAN(""));
    expect_table(&table, false, 0,
                 "NAME     N  WHAT\nr\xc3\xa9gie   12  broken pipe\nmuch \xe2\x80\xa6   7  \n");
    expect_table(
        &table, false, 19,
        "NAME     N  WHAT\nr\xc3\xa9gie   12  broken\xe2\x80\xa6\nmuch \xe2\x80\xa6   7  \n");
    expect_table(&table, true, 0,
                 "\033[2mNAME\033[0m     \033[2mN\033[0m  \033[2mWHAT\033[0m\n"
                 "r\xc3\xa9gie   12  \033[31mbroken pipe\033[0m\nmuch \xe2\x80\xa6   7  \n");
    operate_table_release(&table);
}

static void a_table_has_an_end(void **state)
{
    struct operate_table table = operate_table_init(columns, 1);
    (void)state;
    for (int i = 0; i <= OPERATE_ROWS_MAX; i++)
        operate_table_add(&table, OPERATE_PLAIN, FL_SPAN("x"));
    assert_int_equal(operate_table_print(&table, stdout, false, 0), FL_EBOUND);
    operate_table_release(&table);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_told_from_now),
        cmocka_unit_test(sizes_are_told_in_thousands_and_units),
        cmocka_unit_test(columns_are_aligned_and_the_last_is_cut_at_the_terminal_s_edge),
        cmocka_unit_test(a_table_has_an_end),
    };
    rows_add(&rows, duration_row, durations, FL_COUNT(durations), sizeof(durations[0]));
    rows_add(&rows, shown_row, shown, FL_COUNT(shown), sizeof(shown[0]));
    int failed = cmocka_run_group_tests_name("words", tests, NULL, NULL);
    return failed + rows_run(&rows, "words rows");
}
