#include "fakes/redis/values/number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/decimal.h"

bool fake_int_parse(struct fl_span text, int64_t *ret_value)
{
    const char *p = text.bytes, *end = p + text.length;
    if (text.length == 0 || text.length > 20) return false;
    bool negative = *p == '-';
    if (negative) p++;
    if (p == end || *p < '0' || *p > '9') return false;
    if (*p == '0') {
        if (text.length != 1) return false;
        *ret_value = 0;
        return true;
    }
    uint64_t value = 0;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9') return false;
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
    *ret_value = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

size_t fake_int_format(char text[static FAKE_INT_TEXT_BYTES], int64_t value)
{
    char reversed[FAKE_INT_TEXT_BYTES];
    size_t digits = 0, length = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        reversed[digits++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) text[length++] = '-';
    while (digits)
        text[length++] = reversed[--digits];
    return length;
}

bool fake_double_parse(struct fl_span text, double *ret_value)
{
    if (fl_decimal_parse(text, ret_value)) return true;
    char copy[512]; /* longer texts are no number that anybody writes */
    if (text.length == 0 || text.length >= sizeof(copy)) return false;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    if (isspace((unsigned char)copy[0])) return false;
    errno = 0;
    char *end;
    double value = strtod(copy, &end);
    if (end != copy + text.length || isnan(value)) return false;
    if (errno == ERANGE && (isinf(value) || fpclassify(value) == FP_ZERO)) return false;
    *ret_value = value;
    return true;
}

size_t fake_double_format(char text[static FAKE_DOUBLE_TEXT_BYTES], double value)
{
    if (isinf(value))
        return (size_t)snprintf(text, FAKE_DOUBLE_TEXT_BYTES, "%sinf", value < 0 ? "-" : "");
    if (fabs(value) < 1e15 && value == (double)(int64_t)value && !(value == 0 && signbit(value)))
        return fake_int_format(text, (int64_t)value); /* what %.17g prints, sooner */
    size_t length = fl_decimal_format(text, value);
    if (length) return length;
    return (size_t)snprintf(text, FAKE_DOUBLE_TEXT_BYTES, "%.17g", value);
}

struct decimal {
    char digits[20];     /* without zeros at the end */
    int count, exponent; /* of the last digit */
};

/* Tiny numbers have fewer good digits than the 15 that any other has. */
static void find_decimal(double value, struct decimal *decimal)
{
    char text[FAKE_DOUBLE_TEXT_BYTES];
    int precision = value < DBL_MIN ? 1 : 15;
    do
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
    while (strtod(text, NULL) != value && precision++ < 17);
    const char *exponent = strchr(text, 'e');
    decimal->count = 0;
    for (const char *p = text; p < exponent; p++)
        if (*p != '.') decimal->digits[decimal->count++] = *p;
    decimal->exponent = atoi(exponent + 1) - (decimal->count - 1);
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
        decimal->exponent++;
    }
}

size_t fake_double_shortest(char text[static FAKE_DOUBLE_TEXT_BYTES], double value)
{
    static const double exact_max = 0x1p52;
    if (isinf(value) || value == 0 || (fabs(value) <= exact_max && value == trunc(value)))
        return fake_double_format(text, value);
    struct decimal decimal;
    find_decimal(fabs(value), &decimal);
    const char *sign = value < 0 ? "-" : "", *digits = decimal.digits;
    int count = decimal.count, exponent = decimal.exponent, power = exponent + count - 1;
    if (exponent >= 0 && power < count + 7)
        return (size_t)snprintf(text, FAKE_DOUBLE_TEXT_BYTES, "%s%.*s%.*s", sign, count, digits,
                                exponent, "0000000");
    if (exponent < 0 && (exponent > -7 || abs(power) < 4)) {
        int whole = power < 0 ? 0 : power + 1;
        return (size_t)snprintf(text, FAKE_DOUBLE_TEXT_BYTES, "%s%.*s.%.*s%.*s", sign,
                                whole ? whole : 1, whole ? digits : "0", power < 0 ? -power - 1 : 0,
                                "0000000", count - whole, digits + whole);
    }
    return (size_t)snprintf(text, FAKE_DOUBLE_TEXT_BYTES, "%s%c%s%.*se%+d", sign, digits[0],
                            count > 1 ? "." : "", count - 1, digits + 1, power);
}

bool fake_long_double_parse(struct fl_span text, long double *ret_value)
{
    char copy[FAKE_LONG_DOUBLE_TEXT_BYTES]; /* Redis's own bound */
    if (text.length == 0 || text.length >= sizeof(copy)) return false;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    if (isspace((unsigned char)copy[0])) return false;
    errno = 0;
    char *end;
    long double value = strtold(copy, &end);
    if (end != copy + text.length || isnan(value) || errno == EINVAL) return false;
    if (errno == ERANGE && (isinf(value) || fpclassify(value) == FP_ZERO)) return false;
    *ret_value = value;
    return true;
}

size_t fake_long_double_format(char text[static FAKE_LONG_DOUBLE_TEXT_BYTES], long double value)
{
    size_t length = (size_t)snprintf(text, FAKE_LONG_DOUBLE_TEXT_BYTES, "%.17Lf", value);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.') length--;
    if (length == 2 && text[0] == '-' && text[1] == '0') {
        text[0] = '0';
        length = 1;
    }
    return length;
}
