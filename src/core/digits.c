#include "core/digits.h"

struct fl_span fl_digits(int64_t value, char out[FL_DIGITS_BYTES])
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = FL_DIGITS_BYTES;
    do
        out[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) out[--at] = '-';
    return (struct fl_span){out + at, FL_DIGITS_BYTES - at};
}
