/* Against what the C library makes of the same numbers. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/decimal.h"

static void assert_formats(double value, bool must)
{
    char text[FL_DECIMAL_BYTES + 1] = "", want[64];
    size_t length = fl_decimal_format(text, value);
    if (!length && !must) return;
    snprintf(want, sizeof want, "%.17g", value);
    text[length] = '\0';
    assert_string_equal(text, want);
}

static uint64_t next_draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 11;
}

static void prints_what_printf_prints(void **state)
{
    (void)state;
    const double values[] = {
        1,       1.5, 9.999999999999999,  1767225638.389618, 99999999999999.98, 1e14,
        0.1 + 1, 2.5, 1767225600.0000005, 999999999999999.9};
    for (size_t i = 0; i < FL_COUNT(values); i++)
        assert_formats(values[i], values[i] < 999999999999999);
    uint64_t draws = 1;
    for (int i = 0; i < 20000; i++) {
        assert_formats((double)next_draw(&draws) / 1e6, false);
        assert_formats(1767225600 + (double)(next_draw(&draws) % 1000000000000) / 1e6, true);
        assert_formats(1 + (double)next_draw(&draws) / 0x1p53, true);
        assert_formats((double)(next_draw(&draws) >> 5) / 0x1p8, false);
    }
}

static void leaves_the_rest_to_printf(void **state)
{
    (void)state;
    const double values[] = {0, -1.5, 0.5, 1e15, 1e300, INFINITY, -INFINITY, NAN, 5e-324};
    char text[FL_DECIMAL_BYTES];
    for (size_t i = 0; i < FL_COUNT(values); i++)
        assert_int_equal(fl_decimal_format(text, values[i]), 0);
}

static void reads_what_strtod_reads(void **state)
{
    (void)state;
    uint64_t draws = 7;
    char text[64];
    for (int i = 0; i < 20000; i++) {
        double value = -1;
        int point = (int)(next_draw(&draws) % 16);
        uint64_t digits = next_draw(&draws) % UINT64_C(9007199254740992);
        int length = snprintf(text, sizeof text, "%s%" PRIu64, i % 3 ? "" : "-", digits);
        memmove(text + length - point % length + 1, text + length - point % length,
                (size_t)(point % length) + 1);
        text[length - point % length] = '.';
        if (!fl_decimal_parse(fl_span_from(text), &value)) {
            assert_true(strspn(text, ".-") > 1); /* "-.5" and the like read as well */
            continue;
        }
        double want = strtod(text, NULL);
        assert_memory_equal(&value, &want, sizeof value);
    }
}

static struct refused {
    const char *name, *text;
} refused[] = {
    {"refused: nothing", ""},
    {"refused: a minus alone", "-"},
    {"refused: a point alone", "."},
    {"refused: two points", "1.2.3"},
    {"refused: an exponent", "1e5"},
    {"refused: a blank", " 1"},
    {"refused: a plus", "+1"},
    {"refused: infinity", "inf"},
    {"refused: more than a mantissa holds", "9007199254740993"},
    {"refused: many digits", "0.12345678901234567"},
};

static void refused_row(void **state)
{
    const struct refused *row = *state;
    double value = 42;
    assert_false(fl_decimal_parse(fl_span_from(row->text), &value));
    assert_true(value == 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_printf_prints),
        cmocka_unit_test(leaves_the_rest_to_printf),
        cmocka_unit_test(reads_what_strtod_reads),
    };
    struct CMUnitTest rows[FL_COUNT(refused)];
    for (size_t i = 0; i < FL_COUNT(refused); i++)
        rows[i] = (struct CMUnitTest){refused[i].name, refused_row, NULL, NULL, &refused[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(rows, NULL, NULL);
}
