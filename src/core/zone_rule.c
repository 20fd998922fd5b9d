/* src/core/zone_rule.c - POSIX's TZ rules, as RFC 9636 widens them: times from -167 to 167 hours.
 *
 * The changes around an instant are computed anew each time; a table of years would have an end. */
#include <stdlib.h>

#include "core/civil.h"
#include "core/zone.h"
#include "core/zone_parts.h"

enum { DAY_S = 24 * 3600, CHANGE_HOURS_MAX = 167, OFFSET_HOURS_MAX = 24, CHANGES_NEAR = 6 };

/* --- reading --- */

static bool take(struct fl_span *text, char c)
{
    if (!text->length || text->bytes[0] != c) return false;
    text->bytes++;
    text->length--;
    return true;
}

static bool take_number(struct fl_span *text, int low, int high, int *ret_value)
{
    int value = 0;
    size_t digits = 0;
    for (; digits < text->length && text->bytes[digits] >= '0' && text->bytes[digits] <= '9';
         digits++)
        if ((value = value * 10 + (text->bytes[digits] - '0')) > high) return false;
    text->bytes += digits;
    text->length -= digits;
    *ret_value = value;
    return digits && value >= low;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CET" or "<+03>"; what a zone calls itself decides nothing. */
static bool take_name(struct fl_span *text)
{
    size_t length = 0;
    bool quoted = take(text, '<');
    while (length < text->length &&
           (quoted ? text->bytes[length] != '>' : is_letter(text->bytes[length])))
        length++;
    text->bytes += length;
    text->length -= length;
    return quoted ? take(text, '>') : length >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct fl_span *text, int hours_max, int32_t *ret_s)
{
    int hours, minutes = 0, seconds = 0;
    int sign = take(text, '-') ? -1 : 1;
    if (sign > 0) take(text, '+');
    if (!take_number(text, 0, hours_max, &hours)) return false;
    if (take(text, ':')) {
        if (!take_number(text, 0, 59, &minutes)) return false;
        if (take(text, ':') && !take_number(text, 0, 59, &seconds)) return false;
    }
    *ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_day(struct fl_span *text, struct fl_zone_change *change)
{
    if (take(text, 'M')) {
        change->kind = FL_ZONE_NTH_WEEKDAY;
        return take_number(text, 1, 12, &change->month) && take(text, '.') &&
               take_number(text, 1, 5, &change->week) && take(text, '.') &&
               take_number(text, 0, 6, &change->weekday);
    }
    if (take(text, 'J')) {
        change->kind = FL_ZONE_DAY_WITHOUT_LEAP;
        return take_number(text, 1, 365, &change->day);
    }
    change->kind = FL_ZONE_DAY_OF_YEAR;
    return take_number(text, 0, 365, &change->day);
}

static bool take_change(struct fl_span *text, struct fl_zone_change *ret_change)
{
    *ret_change = (struct fl_zone_change){.time_s = 2 * 3600};
    if (!take(text, ',') || !take_day(text, ret_change)) return false;
    return !take(text, '/') || take_time(text, CHANGE_HOURS_MAX, &ret_change->time_s);
}

/* The offsets of rules count west of Greenwich. */
static bool take_summer(struct fl_span *text, struct fl_zone_rule *rule)
{
    int32_t west_s;
    if (!take_name(text)) return false;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (text->length && text->bytes[0] != ',') {
        if (!take_time(text, OFFSET_HOURS_MAX, &west_s)) return false;
        rule->summer_s = -west_s;
    }
    return take_change(text, &rule->begins) && take_change(text, &rule->ends);
}

enum fl_error fl_zone_rule_parse(struct fl_span text, struct fl_zone_rule *ret_rule)
{
    struct fl_zone_rule rule = {0};
    int32_t west_s;
    if (text.length > FL_ZONE_RULE_BYTES_MAX) return FL_EBOUND;
    if (!take_name(&text) || !take_time(&text, OFFSET_HOURS_MAX, &west_s)) return FL_EPARSE;
    rule.standard_s = -west_s;
    if (text.length && !take_summer(&text, &rule)) return FL_EPARSE;
    if (text.length) return FL_EPARSE;
    *ret_rule = rule;
    return FL_OK;
}

/* --- what holds when --- */

static int64_t nth_weekday(const struct fl_zone_change *change, int64_t year)
{
    int64_t first = fl_days_from_civil((struct fl_civil){year, change->month, 1});
    int day = (change->weekday - fl_weekday(first) + 7) % 7 + 7 * (change->week - 1);
    if (day >= fl_days_in_month(year, change->month)) day -= 7; /* the fifth is the last */
    return first + day;
}

static int64_t change_day(const struct fl_zone_change *change, int64_t year)
{
    int64_t new_year = fl_days_from_civil((struct fl_civil){year, 1, 1});
    bool after_leap = fl_days_in_month(year, 2) == 29 && change->day > 59;
    switch (change->kind) {
    case FL_ZONE_NTH_WEEKDAY: return nth_weekday(change, year);
    case FL_ZONE_DAY_WITHOUT_LEAP: return new_year + change->day - 1 + after_leap;
    case FL_ZONE_DAY_OF_YEAR: break;
    }
    return new_year + change->day;
}

static int by_time(const void *left, const void *right)
{
    const struct fl_zone_step *a = left, *b = right;
    return (a->at_s > b->at_s) - (a->at_s < b->at_s);
}

/* The changes of the year before, this one and the next, in their order. Where one summer ends at
 * the instant at which the next begins, nothing changes: the beginning holds. */
static void changes_near(const struct fl_zone_rule *rule, int64_t year,
                         struct fl_zone_step steps[CHANGES_NEAR])
{
    int count = 0;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        steps[count++] = (struct fl_zone_step){change_day(&rule->begins, y) * DAY_S +
                                                   rule->begins.time_s - rule->standard_s,
                                               rule->summer_s};
        steps[count++] = (struct fl_zone_step){change_day(&rule->ends, y) * DAY_S +
                                                   rule->ends.time_s - rule->summer_s,
                                               rule->standard_s};
    }
    qsort(steps, CHANGES_NEAR, sizeof(steps[0]), by_time);
    for (int i = 1; i < CHANGES_NEAR; i++)
        if (steps[i].at_s == steps[i - 1].at_s)
            steps[i].offset_s = steps[i - 1].offset_s = rule->summer_s;
}

static int64_t year_of(int64_t local_s)
{
    int64_t days = local_s / DAY_S - (local_s % DAY_S < 0);
    return fl_civil_from_days(days).year;
}

struct fl_zone_stretch fl_zone_rule_at(const struct fl_zone_rule *rule, int64_t instant_s)
{
    struct fl_zone_step steps[CHANGES_NEAR];
    struct fl_zone_stretch stretch = {rule->standard_s, INT64_MAX};
    if (!rule->has_summer) return stretch;
    changes_near(rule, year_of(instant_s + rule->standard_s), steps);
    for (int i = 0; i < CHANGES_NEAR && stretch.until_s == INT64_MAX; i++) {
        if (steps[i].at_s > instant_s)
            stretch.until_s = steps[i].at_s;
        else
            stretch.offset_s = steps[i].offset_s;
    }
    return stretch;
}
