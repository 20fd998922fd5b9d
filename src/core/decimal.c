/* A mantissa of up to 2^53 is exact in a double, and so are the powers of ten up to 10^22: their
 * quotient is rounded once, as strtod does. The other way the seventeen digits of a double are
 * those of an integer of less than 128 bits, as long as it is neither large nor tiny. */
#include "core/decimal.h"

#include <math.h>
#include <stdint.h>

#include "core/digits.h"

enum { DIGITS = 17, POWERS = 18 };

static const uint64_t powers[POWERS] = {1,
                                        10,
                                        100,
                                        1000,
                                        10000,
                                        100000,
                                        1000000,
                                        10000000,
                                        100000000,
                                        1000000000,
                                        10000000000,
                                        100000000000,
                                        1000000000000,
                                        10000000000000,
                                        100000000000000,
                                        1000000000000000,
                                        10000000000000000,
                                        100000000000000000};

bool fl_decimal_parse(struct fl_span text, double *ret_value)
{
    enum { DIGITS_MAX = 16 };
    const char *p = text.bytes, *end = p + text.length, *point = NULL;
    bool negative = text.length && *p == '-';
    if (negative) p++;
    if (end - p > DIGITS_MAX + 1) return false;
    const char *first = p;
    int64_t mantissa = 0;
    for (; p < end; p++) {
        if (*p >= '0' && *p <= '9')
            mantissa = mantissa * 10 + (*p - '0');
        else if (*p == '.' && !point)
            point = p;
        else
            return false;
    }
    ptrdiff_t digits = end - first - (point ? 1 : 0);
    if (digits == 0 || digits > DIGITS_MAX || mantissa > INT64_C(1) << 53) return false;
    double value = (double)mantissa;
    if (point) value /= (double)powers[end - point - 1];
    *ret_value = negative ? -value : value;
    return true;
}

/* value * power, rounded to an integer, the even one where two are as near: printf's way. `value`
 * is at least 1 and less than 2^52, the product less than 2^64. */
static uint64_t scaled(double value, uint64_t power)
{
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(value, &exponent), 53);
    int shift = 53 - exponent; /* value = mantissa / 2^shift, and 0 < shift */
    __extension__ unsigned __int128 product = (unsigned __int128)mantissa * power;
    __extension__ unsigned __int128 whole = product >> shift, rest = product - (whole << shift);
    __extension__ unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    bool up = rest > half || (rest == half && (whole & 1));
    return (uint64_t)whole + up;
}

size_t fl_decimal_format(char text[FL_DECIMAL_BYTES], double value)
{
    char bytes[FL_DIGITS_BYTES];
    if (!(value >= 1 && value < 1e15)) return 0;
    int whole = 1; /* digits before the point */
    while (value >= (double)powers[whole])
        whole++;
    uint64_t number = scaled(value, powers[DIGITS - whole]);
    if (number >= powers[DIGITS]) return 0; /* rounded up to one digit more */
    struct fl_span digits = fl_digits((int64_t)number, bytes);
    while (digits.length > (size_t)whole && digits.bytes[digits.length - 1] == '0')
        digits.length--;
    size_t length = (size_t)whole, fraction = digits.length - length;
    memcpy(text, digits.bytes, length);
    if (!fraction) return length;
    text[length] = '.';
    memcpy(text + length + 1, digits.bytes + length, fraction);
    return length + 1 + fraction;
}
