#include "core/time_text.h"

#include <stdbool.h>

#include "core/civil.h"
#include "core/digits.h"

static bool take(struct fl_span *text, char c)
{
    if (text->length == 0 || text->bytes[0] != c) return false;
    text->bytes++;
    text->length--;
    return true;
}

/* Exactly `digits` of them, with a value from `low` to `high`. */
static bool take_number(struct fl_span *text, size_t digits, int low, int high, int *ret_value)
{
    int value = 0;
    if (text->length < digits) return false;
    for (size_t i = 0; i < digits; i++) {
        if (text->bytes[i] < '0' || text->bytes[i] > '9') return false;
        value = value * 10 + (text->bytes[i] - '0');
    }
    text->bytes += digits;
    text->length -= digits;
    *ret_value = value;
    return value >= low && value <= high;
}

static bool take_date(struct fl_span *text, int64_t *ret_days)
{
    int year, month, day;
    if (!take_number(text, 4, 0, 9999, &year) || !take(text, '-') ||
        !take_number(text, 2, 1, 12, &month) || !take(text, '-') ||
        !take_number(text, 2, 1, fl_days_in_month(year, month), &day))
        return false;
    *ret_days = fl_days_from_civil((struct fl_civil){.year = year, .month = month, .day = day});
    return true;
}

/* Digits past the microsecond are read and dropped. */
static bool take_fraction(struct fl_span *text, int64_t *ret_us)
{
    int64_t us = 0, digit_us = FL_SECOND_US / 10;
    int digit;
    if (!take_number(text, 1, 0, 9, &digit)) return false;
    do {
        us += digit * digit_us;
        digit_us /= 10;
    } while (text->length > 0 && text->bytes[0] >= '0' && text->bytes[0] <= '9' &&
             take_number(text, 1, 0, 9, &digit));
    *ret_us = us;
    return true;
}

static bool take_time(struct fl_span *text, int64_t *ret_us)
{
    int hour, minute, second = 0;
    int64_t fraction_us = 0;
    if (!take_number(text, 2, 0, 23, &hour) || !take(text, ':') ||
        !take_number(text, 2, 0, 59, &minute))
        return false;
    if (take(text, ':')) {
        if (!take_number(text, 2, 0, 59, &second)) return false;
        if (take(text, '.') && !take_fraction(text, &fraction_us)) return false;
    }
    *ret_us = hour * FL_HOUR_US + minute * FL_MINUTE_US + second * FL_SECOND_US + fraction_us;
    return true;
}

static bool take_offset(struct fl_span *text, int64_t *ret_us)
{
    int hours, minutes;
    *ret_us = 0;
    if (take(text, 'Z') || take(text, 'z')) return true;
    int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
    if (!sign || !take_number(text, 2, 0, 23, &hours) || !take(text, ':') ||
        !take_number(text, 2, 0, 59, &minutes))
        return false;
    *ret_us = sign * (hours * FL_HOUR_US + minutes * FL_MINUTE_US);
    return true;
}

enum fl_error fl_instant_parse(struct fl_span text, int64_t *ret_us)
{
    int64_t days, time_us, offset_us;
    if (!take_date(&text, &days) || !(take(&text, 'T') || take(&text, 't')) ||
        !take_time(&text, &time_us) || !take_offset(&text, &offset_us) || text.length > 0)
        return FL_EPARSE;
    *ret_us = days * FL_DAY_US + time_us - offset_us;
    return FL_OK;
}

/* Days since 1970, rounded down, and what is left of the day. */
static struct fl_civil split(int64_t us, int64_t *ret_time_us)
{
    int64_t days = us / FL_DAY_US, time_us = us % FL_DAY_US;
    if (time_us < 0) {
        days--;
        time_us += FL_DAY_US;
    }
    *ret_time_us = time_us;
    return fl_civil_from_days(days);
}

enum fl_error fl_instant_format(struct fl_buf *out, int64_t us)
{
    int64_t time_us;
    struct fl_civil date = split(us, &time_us);
    return fl_buf_printf(out, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)date.year,
                         date.month, date.day, (int)(time_us / FL_HOUR_US),
                         (int)(time_us / FL_MINUTE_US % 60), (int)(time_us / FL_SECOND_US % 60),
                         (int)(time_us / 1000 % 1000));
}

enum fl_error fl_day_format(struct fl_buf *out, int64_t us)
{
    int64_t time_us;
    struct fl_civil date = split(us, &time_us);
    if (date.year < 1000 || date.year > 9999)
        return fl_buf_printf(out, "%04lld-%02d-%02d", (long long)date.year, date.month, date.day);
    char digits[FL_DIGITS_BYTES]; /* each number has its width */
    struct fl_span text = fl_digits((date.year * 100 + date.month) * 100 + date.day, digits);
    const char *c = text.bytes;
    const char day[] = {c[0], c[1], c[2], c[3], '-', c[4], c[5], '-', c[6], c[7]};
    return fl_buf_append(out, day, sizeof day);
}
