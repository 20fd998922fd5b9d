#include "core/time_text.h"

#include <inttypes.h>
#include <stdbool.h>

static const struct unit {
    struct fl_span name;
    int64_t us;
} units[] = {
    {{"w", 1}, 7 * FL_DAY_US},
    {{"d", 1}, FL_DAY_US},
    {{"h", 1}, FL_HOUR_US},
    {{"m", 1}, FL_MINUTE_US},
    {{"s", 1}, FL_SECOND_US},
    {{"ms", 2}, 1000},
    {{"us", 2}, 1},
};
enum { UNITS = sizeof units / sizeof units[0] };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes digits from the front; how many is the result, 0 when there are none or too many. */
static size_t take_digits(struct fl_span *text, int64_t *ret_value)
{
    size_t n = 0;
    int64_t value = 0;
    for (; n < text->length && is_digit(text->bytes[n]); n++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text->bytes[n] - '0', &value))
            return 0;
    text->bytes += n;
    text->length -= n;
    *ret_value = value;
    return n;
}

static bool take_char(struct fl_span *text, char c)
{
    if (text->length == 0 || text->bytes[0] != c) return false;
    text->bytes++;
    text->length--;
    return true;
}

/* The unit at the front, at or after index `from` of the table; UNITS when there is none. */
static size_t take_unit(struct fl_span *text, size_t from)
{
    size_t letters = 0;
    while (letters < text->length && !is_digit(text->bytes[letters]))
        letters++;
    for (size_t i = from; i < UNITS; i++) {
        if (!fl_span_equal((struct fl_span){text->bytes, letters}, units[i].name)) continue;
        text->bytes += letters;
        text->length -= letters;
        return i;
    }
    return UNITS;
}

/* fraction / 10^digits of a unit in microseconds; false when that is no whole number of them. */
static bool fraction_us(int64_t fraction, size_t digits, int64_t unit_us, int64_t *ret_us)
{
    int64_t scale = 1, product;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(scale, 10, &scale)) return false;
    if (__builtin_mul_overflow(fraction, unit_us, &product) || product % scale) return false;
    *ret_us = product / scale;
    return true;
}

enum fl_error fl_duration_parse(struct fl_span text, int64_t *ret_us)
{
    int64_t sum_us = 0;
    size_t next_unit = 0;
    if (text.length == 0) return FL_EPARSE;

    while (text.length > 0) {
        int64_t whole, fraction = 0, part_us, rest_us = 0;
        size_t fraction_digits = 0;
        if (!take_digits(&text, &whole)) return FL_EPARSE;
        if (take_char(&text, '.') && !(fraction_digits = take_digits(&text, &fraction)))
            return FL_EPARSE;
        size_t unit = take_unit(&text, next_unit);
        if (unit == UNITS) return FL_EPARSE;
        if (fraction_digits && text.length > 0) return FL_EPARSE; /* 1.5h30m */
        if (!fraction_us(fraction, fraction_digits, units[unit].us, &rest_us)) return FL_EPARSE;
        if (__builtin_mul_overflow(whole, units[unit].us, &part_us) ||
            __builtin_add_overflow(part_us, rest_us, &part_us) ||
            __builtin_add_overflow(sum_us, part_us, &sum_us))
            return FL_EPARSE;
        next_unit = unit + 1;
    }
    *ret_us = sum_us;
    return FL_OK;
}

/* "1.5": value_us in units of `unit_us`, without the zeros that say nothing. */
static enum fl_error append_decimal(struct fl_buf *out, int64_t value_us, int64_t unit_us)
{
    enum fl_error err = fl_buf_printf(out, "%" PRId64, value_us / unit_us);
    int64_t rest_us = value_us % unit_us;
    if (!err && rest_us) err = fl_buf_append_char(out, '.');
    while (!err && rest_us) {
        unit_us /= 10;
        err = fl_buf_append_char(out, (char)('0' + rest_us / unit_us));
        rest_us %= unit_us;
    }
    return err;
}

static enum fl_error append_duration(struct fl_buf *out, int64_t us)
{
    enum fl_error err = FL_OK;
    if (us == 0) return fl_buf_append_text(out, "0s");
    for (size_t i = 1; i < UNITS && !err && us > 0; i++) { /* weeks are read, not written */
        bool last = units[i].us <= FL_SECOND_US;
        if (us < units[i].us) continue;
        err = last ? append_decimal(out, us, units[i].us)
                   : fl_buf_printf(out, "%" PRId64, us / units[i].us);
        if (!err) err = fl_buf_append_span(out, units[i].name);
        us = last ? 0 : us % units[i].us;
    }
    return err;
}

enum fl_error fl_duration_format(struct fl_buf *out, int64_t us)
{
    size_t start = out->length;
    if (us < 0) return FL_EINVAL;
    enum fl_error err = append_duration(out, us);
    if (err) fl_buf_truncate(out, start);
    return err;
}
