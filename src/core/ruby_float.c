/* The shortest decimal that reads back as the same double is what Ruby prints. Fifteen digits
 * survive the way to a normal double and back, so a value that some shorter decimal names is named
 * by its fifteen digits without their zeros; all others need sixteen or seventeen. Subnormals have
 * fewer digits than that and are tried from one digit on. */
#include "core/digits.h"
#include "core/time_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 17, FIXED_POINT_MAX = 15, FIXED_POINT_MIN = -3 };

struct decimal {
    char digits[DIGITS_MAX + 1]; /* 0.d1d2d3... x 10^point */
    int count, point;
};

/* Below a power of two the doubles stand twice as close as above it. So the nearest decimal, when
 * it is the one below, may belong to another double, and the one above, though farther, to this. */
static bool step_up(char *text)
{
    char *last = strchr(text, 'e') - 1;
    while (last > text && (*last == '9' || *last == '.')) {
        if (*last == '9') *last = '0';
        last--;
    }
    if (*last == '9') return false; /* 9.99...: has no such neighbour of as many digits */
    ++*last;
    return true;
}

static bool reads_back(double value, int precision, struct decimal *ret)
{
    char text[40]; /* d.ddd...e[+-]ddd */
    snprintf(text, sizeof text, "%.*e", precision - 1, value);
    if (strtod(text, NULL) != value && !(step_up(text) && strtod(text, NULL) == value))
        return false;

    ret->count = 0;
    const char *c = text;
    for (; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') ret->digits[ret->count++] = *c;
    ret->point = atoi(c + 1) + 1;
    while (ret->count > 1 && ret->digits[ret->count - 1] == '0')
        ret->count--;
    return true;
}

static struct decimal shortest(double value)
{
    struct decimal decimal;
    int precision = fpclassify(value) == FP_SUBNORMAL ? 1 : 15;
    while (precision < DIGITS_MAX && !reads_back(value, precision, &decimal))
        precision++;
    if (precision == DIGITS_MAX) (void)reads_back(value, DIGITS_MAX, &decimal);
    return decimal;
}

static enum fl_error append_fixed(struct fl_buf *out, const struct decimal *d)
{
    static const char zeros[] = "0000000000000000";
    if (d->point <= 0)
        return fl_buf_printf(out, "0.%.*s%.*s", -d->point, zeros, d->count, d->digits);
    if (d->count <= d->point)
        return fl_buf_printf(out, "%.*s%.*s.0", d->count, d->digits, d->point - d->count, zeros);
    return fl_buf_printf(out, "%.*s.%.*s", d->point, d->digits, d->count - d->point,
                         d->digits + d->point);
}

static enum fl_error append_positive(struct fl_buf *out, double value)
{
    if (isinf(value)) return fl_buf_append_text(out, "Infinity");
    if (value == 0) return fl_buf_append_text(out, "0.0");
    struct decimal d = shortest(value);
    bool padded = d.point >= FIXED_POINT_MIN && d.point <= FIXED_POINT_MAX;
    bool has_fraction = d.point > 0 && d.point < d.count; /* seventeen digits, sixteen before it */
    if (padded || has_fraction) return append_fixed(out, &d);
    return fl_buf_printf(out, "%c.%.*se%+03d", d.digits[0], d.count > 1 ? d.count - 1 : 1,
                         d.count > 1 ? d.digits + 1 : "0", d.point - 1);
}

enum fl_error fl_ruby_float_format(struct fl_buf *out, double value)
{
    size_t start = out->length;
    enum fl_error err = FL_OK;
    if (isnan(value)) return fl_buf_append_text(out, "NaN");
    if (signbit(value)) err = fl_buf_append_char(out, '-');
    if (!err) err = append_positive(out, fabs(value));
    if (err) fl_buf_truncate(out, start);
    return err;
}

/* Below 2^32 seconds doubles stand closer than half a microsecond apart, so two microseconds never
 * share one, and the shortest decimal of a double that came from a whole microsecond is that one's
 * own. From a millisecond on Ruby writes no exponent. */
static bool is_its_own_decimal(int64_t us)
{
    return us >= 1000 && us < (INT64_C(1) << 32) * FL_SECOND_US;
}

enum fl_error fl_seconds_format(struct fl_buf *out, int64_t us)
{
    if (!is_its_own_decimal(us)) return fl_ruby_float_format(out, fl_seconds_double(us));
    char digits[FL_DIGITS_BYTES], text[FL_DIGITS_BYTES];
    struct fl_span fraction = fl_digits(FL_SECOND_US + us % FL_SECOND_US, text); /* 1, six digits */
    text[FL_DIGITS_BYTES - fraction.length] = '.';
    while (fraction.length > 2 && fraction.bytes[fraction.length - 1] == '0')
        fraction.length--;
    enum fl_error err = fl_buf_append_span(out, fl_digits(us / FL_SECOND_US, digits));
    return err ? err : fl_buf_append_span(out, fraction);
}

double fl_seconds_double(int64_t us)
{
    return (double)us / 1e6;
}

int64_t fl_seconds_us(double seconds)
{
    double us = round(seconds * 1e6);
    if (isnan(us)) return 0;
    if (us >= 0x1p63) return INT64_MAX;
    if (us < -0x1p63) return INT64_MIN;
    return (int64_t)us;
}
