#include "core/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "core/buf.h"
#include "core/time_text.h"

#define BERLIN   "CET-1CEST,M3.5.0,M10.5.0/3"
#define SYDNEY   "AEST-10AEDT,M10.1.0,M4.1.0/3"
#define NUUK     "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"
#define LORDHOWE "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
#define ALWAYS   "XST4XDT,0/0,J365/25" /* summer for ever */

static int64_t seconds(const char *instant)
{
    int64_t us;
    assert_int_equal(fl_instant_parse(fl_span_from(instant), &us), FL_OK);
    return us / FL_SECOND_US;
}

static struct fl_zone *zone_of(const char *rule)
{
    struct fl_zone *zone = NULL;
    if (rule) assert_int_equal(fl_zone_from_rule(fl_span_from(rule), &zone), FL_OK);
    return zone;
}

/* --- rules --- */

static struct offset_case {
    const char *name, *rule, *instant;
    int32_t want_s;
} offsets[] = {
    {"offset: no zone is UTC", NULL, "2026-07-01T00:00Z", 0},
    {"offset: Berlin in winter", BERLIN, "2026-01-01T00:00Z", 3600},
    {"offset: Berlin, the last second of winter", BERLIN, "2026-03-29T00:59:59Z", 3600},
    {"offset: Berlin, the first second of summer", BERLIN, "2026-03-29T01:00Z", 7200},
    {"offset: Berlin, the last second of summer", BERLIN, "2026-10-25T00:59:59Z", 7200},
    {"offset: Berlin, winter again", BERLIN, "2026-10-25T01:00Z", 3600},
    {"offset: Berlin, past 2038", BERLIN, "2045-07-01T00:00Z", 7200},
    {"offset: Berlin, before 1970", BERLIN, "1969-12-31T23:00Z", 3600},
    {"offset: Sydney at new year", SYDNEY, "2026-01-01T00:00Z", 39600},
    {"offset: Sydney in June", SYDNEY, "2026-06-01T00:00Z", 36000},
    {"offset: Nuuk, the evening before its Sunday", NUUK, "2026-03-29T00:59:59Z", -7200},
    {"offset: Nuuk, an hour before its Sunday", NUUK, "2026-03-29T01:00Z", -3600},
    {"offset: half an hour", LORDHOWE, "2026-06-01T00:00Z", 37800},
    {"offset: summer for ever, at new year", ALWAYS, "2026-01-01T04:00Z", -10800},
    {"offset: summer for ever, just before", ALWAYS, "2026-01-01T03:59:59Z", -10800},
    {"offset: a day of the year, before", "AAA0BBB,J60/0,J100/0", "2024-02-29T23:59:59Z", 0},
    {"offset: a day that leaps, after", "AAA0BBB,J60/0,J100/0", "2024-03-01T00:00Z", 3600},
    {"offset: the sixtieth day of a leap year", "AAA0BBB,59/0,99/0", "2024-02-29T00:00Z", 3600},
    {"offset: the fourth is not the last", "AAA0BBB,M3.4.0/0,M10.1.0/0", "2026-03-22T00:00Z", 3600},
};

static void offset_row(void **state)
{
    const struct offset_case *row = *state;
    struct fl_zone *zone = zone_of(row->rule);
    assert_int_equal(fl_zone_offset_s(zone, seconds(row->instant)), row->want_s);
    fl_zone_free(zone);
}

static struct instant_case {
    const char *name, *rule, *local, *want; /* `local` is written as if it were UTC */
} instants[] = {
    {"instant: no zone", NULL, "2026-03-29T02:30Z", "2026-03-29T02:30Z"},
    {"instant: Berlin in winter", BERLIN, "2026-01-01T12:00Z", "2026-01-01T11:00Z"},
    {"instant: Berlin, before the gap", BERLIN, "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z"},
    {"instant: Berlin, in the gap", BERLIN, "2026-03-29T02:30Z", "2026-03-29T01:00Z"},
    {"instant: Berlin, after the gap", BERLIN, "2026-03-29T03:00Z", "2026-03-29T01:00Z"},
    {"instant: Berlin, the hour that comes twice", BERLIN, "2026-10-25T02:30Z",
     "2026-10-25T00:30Z"},
    {"instant: Berlin, after it", BERLIN, "2026-10-25T03:00Z", "2026-10-25T02:00Z"},
    {"instant: half an hour that comes twice", LORDHOWE, "2026-04-05T01:45Z", "2026-04-04T14:45Z"},
    {"instant: half an hour that is skipped", LORDHOWE, "2026-10-04T02:15Z", "2026-10-03T15:30Z"},
};

static void instant_row(void **state)
{
    const struct instant_case *row = *state;
    struct fl_zone *zone = zone_of(row->rule);
    assert_int_equal(fl_zone_instant_s(zone, seconds(row->local)), seconds(row->want));
    fl_zone_free(zone);
}

static struct refused_case {
    const char *name, *rule;
} refused[] = {
    {"refused: nothing", ""},
    {"refused: no offset", "CET"},
    {"refused: a short name", "CE-1"},
    {"refused: a name that is not closed", "<+01"},
    {"refused: an offset of 25 hours", "CET-25"},
    {"refused: summer without dates", "CET-1CEST"},
    {"refused: summer without an end", "CET-1CEST,M3.5.0"},
    {"refused: month 13", "CET-1CEST,M13.5.0,M10.5.0"},
    {"refused: week 0", "CET-1CEST,M3.0.0,M10.5.0"},
    {"refused: weekday 7", "CET-1CEST,M3.5.7,M10.5.0"},
    {"refused: day 0 of those from 1", "CET-1CEST,J0,M10.5.0"},
    {"refused: day 366 of those from 0", "CET-1CEST,366,M10.5.0"},
    {"refused: a change at 168 hours", "CET-1CEST,M3.5.0/168,M10.5.0"},
    {"refused: something after the end", "CET-1CEST,M3.5.0,M10.5.0 "},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct fl_zone *zone;
    assert_int_equal(fl_zone_from_rule(fl_span_from(row->rule), &zone), FL_EPARSE);
}

/* --- files --- */

static void put(struct fl_buf *out, int64_t value, int bytes)
{
    while (bytes--)
        assert_int_equal(fl_buf_append_char(out, (char)(value >> 8 * bytes)), FL_OK);
}

static void put_header(struct fl_buf *out, char version, int steps)
{
    assert_int_equal(fl_buf_append_text(out, "TZif"), FL_OK);
    put(out, version, 1);
    for (int i = 0; i < 15; i++)
        put(out, 0, 1);
    const int counts[] = {0, 0, 0, steps, 2, 8};
    for (int i = 0; i < 6; i++)
        put(out, counts[i], 4);
}

/* Local mean time until 1,000,000, then an hour more, and from 2,000,000 on what the rule says. */
static void put_block(struct fl_buf *out, char version, int time_bytes)
{
    put_header(out, version, 2);
    put(out, 1000000, time_bytes);
    put(out, 2000000, time_bytes);
    put(out, 1, 1);
    put(out, 0, 1);
    for (int type = 0; type < 2; type++) {
        put(out, 1234 + type * 3600, 4);
        put(out, type, 1);
        put(out, type * 4, 1);
    }
    assert_int_equal(fl_buf_append(out, "LMT\0XST\0", 8), FL_OK);
}

static struct fl_buf file(const char *rule)
{
    struct fl_buf out = FL_BUF_INIT(FL_ZONE_BYTES_MAX);
    put_block(&out, '2', 4);
    put_block(&out, '2', 8);
    assert_int_equal(fl_buf_printf(&out, "\n%s\n", rule), FL_OK);
    return out;
}

static void a_file_tells_its_steps_and_then_its_rule(void **state)
{
    struct fl_buf bytes = file(BERLIN);
    struct fl_zone *zone;
    (void)state;
    assert_int_equal(fl_zone_from_file(fl_buf_span(&bytes), &zone), FL_OK);
    assert_int_equal(fl_zone_offset_s(zone, 999999), 1234);
    assert_int_equal(fl_zone_offset_s(zone, 1000000), 4834);
    assert_int_equal(fl_zone_offset_s(zone, 1999999), 4834);
    assert_int_equal(fl_zone_offset_s(zone, 2000000), 3600);
    assert_int_equal(fl_zone_offset_s(zone, seconds("2026-07-01T00:00Z")), 7200);
    assert_int_equal(fl_zone_instant_s(zone, 1000000 + 2000), 1000000); /* skipped */
    fl_zone_free(zone);
    fl_buf_release(&bytes);
}

static void without_a_rule_the_last_step_holds(void **state)
{
    struct fl_buf bytes = file("");
    struct fl_zone *zone;
    (void)state;
    assert_int_equal(fl_zone_from_file(fl_buf_span(&bytes), &zone), FL_OK);
    assert_int_equal(fl_zone_offset_s(zone, seconds("2026-07-01T00:00Z")), 1234);
    fl_zone_free(zone);
    fl_buf_release(&bytes);
}

static void a_file_of_the_first_version_has_four_bytes_for_a_time(void **state)
{
    struct fl_buf bytes = FL_BUF_INIT(FL_ZONE_BYTES_MAX);
    struct fl_zone *zone;
    (void)state;
    put_block(&bytes, '\0', 4);
    assert_int_equal(fl_zone_from_file(fl_buf_span(&bytes), &zone), FL_OK);
    assert_int_equal(fl_zone_offset_s(zone, 1000000), 4834);
    fl_zone_free(zone);
    fl_buf_release(&bytes);
}

static void a_file_that_is_cut_anywhere_is_refused(void **state)
{
    struct fl_buf bytes = file(BERLIN);
    struct fl_zone *zone;
    (void)state;
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(fl_zone_from_file((struct fl_span){bytes.bytes, length}, &zone),
                         FL_EPARSE);
    fl_buf_release(&bytes);
}

static void steps_that_go_back_and_types_that_are_not_there_are_refused(void **state)
{
    struct fl_zone *zone;
    (void)state;
    for (int place = 0; place < 2; place++) {
        struct fl_buf bytes = FL_BUF_INIT(FL_ZONE_BYTES_MAX);
        put_block(&bytes, '\0', 4);
        bytes.bytes[place ? 44 + 8 : 44] = 2; /* the first step's type; its time's high byte */
        assert_int_equal(fl_zone_from_file(fl_buf_span(&bytes), &zone), FL_EPARSE);
        fl_buf_release(&bytes);
    }
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    struct fl_zone *zone;
    (void)state;
    assert_int_equal(fl_zone_from_file((struct fl_span){"", FL_ZONE_BYTES_MAX + 1}, &zone),
                     FL_EBOUND);
}

static enum fl_error make_both(void *context)
{
    struct fl_zone *by_rule = NULL, *by_file = NULL;
    enum fl_error err = fl_zone_from_rule(FL_SPAN(BERLIN), &by_rule);
    if (!err) err = fl_zone_from_file(fl_buf_span(context), &by_file);
    fl_zone_free(by_rule);
    fl_zone_free(by_file);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    struct fl_buf bytes = file(BERLIN);
    (void)state;
    alloc_sweep(make_both, &bytes);
    fl_buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_file_tells_its_steps_and_then_its_rule),
        cmocka_unit_test(without_a_rule_the_last_step_holds),
        cmocka_unit_test(a_file_of_the_first_version_has_four_bytes_for_a_time),
        cmocka_unit_test(a_file_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(steps_that_go_back_and_types_that_are_not_there_are_refused),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    struct CMUnitTest
        tests[FL_COUNT(offsets) + FL_COUNT(instants) + FL_COUNT(refused) + FL_COUNT(others)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(offsets); i++)
        tests[n++] = (struct CMUnitTest){offsets[i].name, offset_row, NULL, NULL, &offsets[i]};
    for (size_t i = 0; i < FL_COUNT(instants); i++)
        tests[n++] = (struct CMUnitTest){instants[i].name, instant_row, NULL, NULL, &instants[i]};
    for (size_t i = 0; i < FL_COUNT(refused); i++)
        tests[n++] = (struct CMUnitTest){refused[i].name, refused_row, NULL, NULL, &refused[i]};
    for (size_t i = 0; i < FL_COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("zone", tests, n, NULL, NULL);
}
