#include "queue/cron.h"

#include <string.h>

#include "core/time_text.h"
#include "ports/clock.h"
#include "rows.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static int64_t instant_us(const char *text)
{
    int64_t us;
    assert_int_equal(fl_instant_parse(fl_span_from(text), &us), FL_OK);
    return us;
}

static struct fl_cron parsed(const char *text)
{
    struct fl_cron cron;
    const char *problem;
    assert_int_equal(fl_cron_parse(fl_span_from(text), &cron, &problem), FL_OK);
    return cron;
}

static struct next_case {
    const char *name, *cron, *after, *want, *rule;
} nexts[] = {
    {"next: every minute", "* * * * *", "2026-11-23T16:30:28Z", "2026-11-23T16:31Z"},
    {"next: strictly after", "* * * * *", "2026-11-23T16:30Z", "2026-11-23T16:31Z"},
    {"next: a microsecond before", "* * * * *", "2026-11-23T16:29:59.999999Z", "2026-11-23T16:30Z"},
    {"next: a step", "*/15 * * * *", "2026-11-23T16:30Z", "2026-11-23T16:45Z"},
    {"next: a step of a range", "10-40/20 * * * *", "2026-11-23T16:30Z", "2026-11-23T17:10Z"},
    {"next: a list", "5,50,20 * * * *", "2026-11-23T16:30Z", "2026-11-23T16:50Z"},
    {"next: today", "0 17 * * *", "2026-11-23T16:30Z", "2026-11-23T17:00Z"},
    {"next: tomorrow", "30 16 * * *", "2026-11-23T16:30Z", "2026-11-24T16:30Z"},
    {"next: over the year", "0 0 1 1 *", "2026-11-23T16:30Z", "2027-01-01T00:00Z"},
    {"next: a weekday by name", "0 9 * * MON-Fri", "2026-11-27T09:00Z", "2026-11-30T09:00Z"},
    {"next: 7 is Sunday", "0 9 * * 7", "2026-11-23T16:30Z", "2026-11-29T09:00Z"},
    {"next: 5-7 is the end of the week", "0 9 * * 5-7", "2026-11-28T09:00Z", "2026-11-29T09:00Z"},
    {"next: a month by name", "0 0 1 feb *", "2026-11-23T16:30Z", "2027-02-01T00:00Z"},
    {"next: either day will do", "0 0 13 * FRI", "2026-11-23T16:30Z", "2026-11-27T00:00Z"},
    {"next: or the other", "0 0 13 * FRI", "2026-12-11T00:00Z", "2026-12-13T00:00Z"},
    {"next: both days where one is a star", "0 0 */10 * FRI", "2026-11-23T16:30Z",
     "2026-12-11T00:00Z"},
    {"next: the 31st", "0 0 31 * *", "2026-11-23T16:30Z", "2026-12-31T00:00Z"},
    {"next: 29 February", "0 0 29 2 *", "2026-11-23T16:30Z", "2028-02-29T00:00Z"},
    {"next: 29 February, over 2100", "0 0 29 2 *", "2096-03-01T00:00Z", "2104-02-29T00:00Z"},
    {"next: past 19 January 2038", "14 3 19 1 *", "2038-01-19T03:14:07Z", "2039-01-19T03:14Z"},
    {"next: hourly", "@hourly", "2026-11-23T16:30Z", "2026-11-23T17:00Z"},
    {"next: daily", "@daily", "2026-11-23T16:30Z", "2026-11-24T00:00Z"},
    {"next: midnight", "@midnight", "2026-11-23T16:30Z", "2026-11-24T00:00Z"},
    {"next: weekly", "@weekly", "2026-11-23T16:30Z", "2026-11-29T00:00Z"},
    {"next: monthly", "@monthly", "2026-11-23T16:30Z", "2026-12-01T00:00Z"},
    {"next: yearly", "@yearly", "2026-11-23T16:30Z", "2027-01-01T00:00Z"},
    {"next: annually", "@annually", "2026-11-23T16:30Z", "2027-01-01T00:00Z"},
    {"next: blanks do not matter", "  0\t17  * * * ", "2026-11-23T16:30Z", "2026-11-23T17:00Z"},
    {"zone: local time", "30 2 * * *", "2026-01-01T00:00Z", "2026-01-01T01:30Z", BERLIN},
    {"zone: another date there", "0 0 * * *", "2026-01-01T22:00Z", "2026-01-01T23:00Z", BERLIN},
    {"zone: a skipped time is due at the jump", "30 2 * * *", "2026-03-28T01:30Z",
     "2026-03-29T01:00Z", BERLIN},
    {"zone: and the next day at its own", "30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z",
     BERLIN},
    {"zone: all that is skipped counts once", "*/10 * * * *", "2026-03-29T00:50Z",
     "2026-03-29T01:00Z", BERLIN},
    {"zone: and goes on from there", "*/10 * * * *", "2026-03-29T01:00Z", "2026-03-29T01:10Z",
     BERLIN},
    {"zone: a time that comes twice is due the first time", "30 2 * * *", "2026-10-24T00:30Z",
     "2026-10-25T00:30Z", BERLIN},
    {"zone: not the second time", "30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z", BERLIN},
    {"zone: minutes that come twice count once", "*/10 * * * *", "2026-10-25T00:50Z",
     "2026-10-25T02:00Z", BERLIN},
    {"zone: also from the middle of the second pass", "*/10 * * * *", "2026-10-25T01:25Z",
     "2026-10-25T02:00Z", BERLIN},
};

static void next_row(void **state)
{
    const struct next_case *row = *state;
    struct fl_cron cron = parsed(row->cron);
    struct fl_zone *zone = NULL;
    if (row->rule) assert_int_equal(fl_zone_from_rule(fl_span_from(row->rule), &zone), FL_OK);
    assert_int_equal(fl_cron_next_us(&cron, zone, instant_us(row->after)), instant_us(row->want));
    fl_zone_free(zone);
}

static struct refused_case {
    const char *name, *cron, *problem;
} refused[] = {
    {"refused: nothing", "", "five fields"},
    {"refused: four fields", "0 0 * *", "five fields"},
    {"refused: six fields", "0 0 * * * *", "five fields"},
    {"refused: minute 60", "60 * * * *", "minute"},
    {"refused: hour 24", "0 24 * * *", "hour"},
    {"refused: day 0", "0 0 0 * *", "day wants 1-31"},
    {"refused: month 13", "0 0 1 13 *", "month"},
    {"refused: weekday 8", "0 0 * * 8", "weekday"},
    {"refused: a name of another field", "0 0 1 MON *", "month"},
    {"refused: a range that goes back", "0 0 * * FRI-MON", "weekday"},
    {"refused: a step of nothing", "*/0 * * * *", "minute"},
    {"refused: a step of one number", "5/10 * * * *", "minute"},
    {"refused: an empty part of a list", "1,,2 * * * *", "minute"},
    {"refused: a sign", "-1 * * * *", "minute"},
    {"refused: the last day", "0 0 L * *", "day wants 1-31"},
    {"refused: the second Monday", "0 0 * * MON#2", "weekday"},
    {"refused: a nickname nobody knows", "@reboot", "minute"},
    {"refused: 31 February", "0 0 31 2 *", "no month of the cron line has such a day"},
    {"refused: 31 of two short months", "0 0 31 4,6 *", "no month of the cron line has such a day"},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct fl_cron cron;
    const char *problem = NULL;
    assert_int_equal(fl_cron_parse(fl_span_from(row->cron), &cron, &problem), FL_EINVAL);
    assert_non_null(strstr(problem, row->problem));
}

/* A year of local minutes, one by one, by another way than the search. */
static void in_a_year_every_wall_clock_minute_is_due_once(void **state)
{
    struct fl_zone *zone;
    struct fl_cron cron = parsed("* * * * *");
    int64_t at_us = instant_us("2026-01-01T00:00Z"), end_us = instant_us("2027-01-01T00:00Z");
    int64_t shown_s = 0, ticks = 0;
    (void)state;
    assert_int_equal(fl_zone_from_rule(FL_SPAN(BERLIN), &zone), FL_OK);
    for (; (at_us = fl_cron_next_us(&cron, zone, at_us)) <= end_us; ticks++) {
        int64_t instant_s = at_us / FL_SECOND_US;
        int64_t local_s = instant_s + fl_zone_offset_s(zone, instant_s);
        assert_true(local_s > shown_s);
        shown_s = local_s;
    }
    assert_int_equal(ticks, 365 * 24 * 60 - 60); /* an hour came twice; what was skipped, never */
    fl_zone_free(zone);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, next_row, nexts, FL_COUNT(nexts), sizeof(nexts[0]));
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    rows.tests[rows.count++] =
        (struct CMUnitTest)cmocka_unit_test(in_a_year_every_wall_clock_minute_is_due_once);
    return rows_run(&rows, "cron");
}
