#include "core/time_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/assert.h"

static struct duration_case {
    const char *name, *text;
    enum fl_error want;
    int64_t us;
    const char *printed; /* NULL: as `text` */
} durations[] = {
    {"duration: milliseconds", "250ms", FL_OK, 250000, NULL},
    {"duration: microseconds", "7us", FL_OK, 7, NULL},
    {"duration: minutes", "5m", FL_OK, 5 * FL_MINUTE_US, NULL},
    {"duration: two units", "1h30m", FL_OK, 90 * FL_MINUTE_US, NULL},
    {"duration: days and hours", "3d2h", FL_OK, 74 * FL_HOUR_US, NULL},
    {"duration: half a second", "0.5s", FL_OK, 500000, "500ms"},
    {"duration: one and a half", "1.5s", FL_OK, 1500000, NULL},
    {"duration: to the microsecond", "1m0.000001s", FL_OK, 60000001, "1m1us"},
    {"duration: weeks are read", "2w", FL_OK, 14 * FL_DAY_US, "14d"},
    {"duration: zero", "0s", FL_OK, 0, NULL},
    {"duration: all the way", "1d1h1m1s1ms1us", FL_OK, 90061001001, "1d1h1m1.001001s"},
    {"duration: empty", "", FL_EPARSE, 0, NULL},
    {"duration: no unit", "5", FL_EPARSE, 0, NULL},
    {"duration: unknown unit", "5y", FL_EPARSE, 0, NULL},
    {"duration: ascending", "1m1h", FL_EPARSE, 0, NULL},
    {"duration: twice the same", "1m1m", FL_EPARSE, 0, NULL},
    {"duration: sign", "-1s", FL_EPARSE, 0, NULL},
    {"duration: fraction of a microsecond", "0.0000001s", FL_EPARSE, 0, NULL},
    {"duration: fraction in front", "1.5h30m", FL_EPARSE, 0, NULL},
    {"duration: point without digits", "1.s", FL_EPARSE, 0, NULL},
    {"duration: too long", "99999999w", FL_EPARSE, 0, NULL},
    {"duration: far too many digits", "99999999999999999999s", FL_EPARSE, 0, NULL},
};

static void duration_row(void **state)
{
    const struct duration_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(100);
    int64_t us = 0;
    assert_int_equal(fl_duration_parse(fl_span_from(row->text), &us), row->want);
    assert_int_equal(us, row->us);
    if (row->want == FL_OK) {
        assert_int_equal(fl_duration_format(&out, us), FL_OK);
        assert_string_equal(out.bytes, row->printed ? row->printed : row->text);
    }
    fl_buf_release(&out);
}

static struct instant_case {
    const char *name, *text;
    enum fl_error want;
    int64_t us;
    const char *printed;
} instants[] = {
    {"instant: the epoch", "1970-01-01T00:00:00Z", FL_OK, 0, "1970-01-01T00:00:00.000Z"},
    {"instant: without seconds", "2026-03-29T00:30Z", FL_OK, 1774744200000000,
     "2026-03-29T00:30:00.000Z"},
    {"instant: fraction", "2026-11-23T20:30:26.123456Z", FL_OK, 1795465826123456,
     "2026-11-23T20:30:26.123Z"},
    {"instant: nanoseconds are cut", "1970-01-01T00:00:00.123456789Z", FL_OK, 123456,
     "1970-01-01T00:00:00.123Z"},
    {"instant: offset east", "2026-03-29T02:30+02:00", FL_OK, 1774744200000000,
     "2026-03-29T00:30:00.000Z"},
    {"instant: offset west", "2026-03-28T19:00:00-05:30", FL_OK, 1774744200000000,
     "2026-03-29T00:30:00.000Z"},
    {"instant: before the epoch", "1969-12-31T23:59:59.999Z", FL_OK, -1000,
     "1969-12-31T23:59:59.999Z"},
    {"instant: leap day", "2024-02-29T12:00Z", FL_OK, 1709208000000000, "2024-02-29T12:00:00.000Z"},
    {"instant: leap day of 2000", "2000-02-29T00:00Z", FL_OK, 951782400000000,
     "2000-02-29T00:00:00.000Z"},
    {"instant: last of a year", "2038-12-31T23:59:59Z", FL_OK, 2177452799000000,
     "2038-12-31T23:59:59.000Z"},
    {"instant: small letters", "1970-01-01t00:00z", FL_OK, 0, "1970-01-01T00:00:00.000Z"},
    {"instant: no leap day in 1900", "1900-02-29T00:00Z", FL_EPARSE, 0, NULL},
    {"instant: month 13", "2026-13-01T00:00Z", FL_EPARSE, 0, NULL},
    {"instant: day 0", "2026-01-00T00:00Z", FL_EPARSE, 0, NULL},
    {"instant: hour 24", "2026-01-01T24:00Z", FL_EPARSE, 0, NULL},
    {"instant: no zone", "2026-01-01T00:00", FL_EPARSE, 0, NULL},
    {"instant: text behind", "2026-01-01T00:00Zx", FL_EPARSE, 0, NULL},
    {"instant: point without digits", "2026-01-01T00:00:00.Z", FL_EPARSE, 0, NULL},
    {"instant: empty", "", FL_EPARSE, 0, NULL},
};

static void instant_row(void **state)
{
    const struct instant_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(100);
    int64_t us = 0;
    assert_int_equal(fl_instant_parse(fl_span_from(row->text), &us), row->want);
    assert_int_equal(us, row->us);
    if (row->want == FL_OK) {
        assert_int_equal(fl_instant_format(&out, us), FL_OK);
        assert_string_equal(out.bytes, row->printed);
        fl_buf_truncate(&out, 0);
        assert_int_equal(fl_day_format(&out, us), FL_OK);
        assert_memory_equal(out.bytes, row->printed, 10);
    }
    fl_buf_release(&out);
}

/* As printed by Ruby 3.1's Float#to_s. */
static struct float_case {
    const char *want;
    double value;
} floats[] = {
    {"0.0", 0.0},
    {"-0.0", -0.0},
    {"1.0", 1.0},
    {"0.1", 0.1},
    {"1795455028.1254718", 1795455028.1254718},
    {"1000000000.0", 1e9},
    {"-1.5", -1.5},
    {"100000000000000.0", 1e14},
    {"1.0e+15", 1e15},
    {"9.007199254740991e+15", 9007199254740991.0},
    {"1151450203773890.8", 1151450203773890.8},
    {"1.0e+16", 1e16},
    {"0.0001", 1e-4},
    {"1.0e-05", 1e-5},
    {"1.2345e-05", 1.2345e-5},
    {"0.30000000000000004", 0.1 + 0.2},
    {"5.0e-324", 0x1p-1074},
    {"2.2250738585072014e-308", 0x1p-1022},
    {"1.7976931348623157e+308", 0x1.fffffffffffffp1023},
    {"7.120236347223045e-307", 0x1p-1017}, /* the nearest sixteen digits are another double's */
    {"1.0e+100", 1e100},
    {"Infinity", INFINITY},
    {"-Infinity", -INFINITY},
    {"NaN", NAN},
};

static void float_row(void **state)
{
    const struct float_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(100);
    assert_int_equal(fl_ruby_float_format(&out, row->value), FL_OK);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
}

static void microseconds_survive_the_way_through_a_double(void **state)
{
    (void)state;
    for (int64_t us = 1795455028000000; us < 1795455028000000 + 100000; us++)
        assert_int_equal(fl_seconds_us(fl_seconds_double(us)), us);
    assert_int_equal(fl_seconds_us(1e300), INT64_MAX);
    assert_int_equal(fl_seconds_us(-1e300), INT64_MIN);
    assert_int_equal(fl_seconds_us(NAN), 0);
}

static void a_negative_duration_and_a_full_buffer_are_refused(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(3);
    assert_int_equal(fl_duration_format(&out, -1), FL_EINVAL);
    assert_int_equal(fl_duration_format(&out, 90 * FL_MINUTE_US), FL_EBOUND);
    assert_int_equal(fl_ruby_float_format(&out, -1.25), FL_EBOUND);
    assert_int_equal(out.length, 0);
    fl_buf_release(&out);
}

/* The short way that whole microseconds take must print what their double prints. */
static void whole_microseconds_print_as_their_double(void **state)
{
    (void)state;
    static const int64_t edges[] = {0,
                                    1,
                                    999,
                                    1000,
                                    1001,
                                    999999,
                                    1000000,
                                    4294967295999999,
                                    4294967296000000,
                                    1795455028125471};
    struct fl_buf direct = FL_BUF_INIT(64), through_double = FL_BUF_INIT(64);
    uint64_t x = 1;
    for (size_t i = 0; i < 20000; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t us = i < FL_COUNT(edges) ? edges[i] : (int64_t)(x >> (11 + i % 48));
        fl_buf_truncate(&direct, 0);
        fl_buf_truncate(&through_double, 0);
        assert_int_equal(fl_seconds_format(&direct, us), FL_OK);
        assert_int_equal(fl_ruby_float_format(&through_double, fl_seconds_double(us)), FL_OK);
        assert_string_equal(direct.bytes, through_double.bytes);
    }
    fl_buf_release(&direct);
    fl_buf_release(&through_double);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(durations) + FL_COUNT(instants) + FL_COUNT(floats) + 3];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(durations); i++)
        tests[n++] =
            (struct CMUnitTest){durations[i].name, duration_row, NULL, NULL, &durations[i]};
    for (size_t i = 0; i < FL_COUNT(instants); i++)
        tests[n++] = (struct CMUnitTest){instants[i].name, instant_row, NULL, NULL, &instants[i]};
    for (size_t i = 0; i < FL_COUNT(floats); i++)
        tests[n++] = (struct CMUnitTest){floats[i].want, float_row, NULL, NULL, &floats[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(microseconds_survive_the_way_through_a_double);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(whole_microseconds_print_as_their_double);
    tests[n++] =
        (struct CMUnitTest)cmocka_unit_test(a_negative_duration_and_a_full_buffer_are_refused);
    return _cmocka_run_group_tests("time_text", tests, n, NULL, NULL);
}
