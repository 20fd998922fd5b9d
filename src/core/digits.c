#include "core/digits.h"

struct fl_span fl_digits(int64_t value, char out[FL_DIGITS_BYTES])
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = FL_DIGITS_BYTES;
    for (; rest >= 100; rest /= 100) {
        unsigned two = (unsigned)(rest % 100);
        out[--at] = (char)('0' + two % 10);
        out[--at] = (char)('0' + two / 10);
    }
    out[--at] = (char)('0' + rest % 10);
    if (rest >= 10) out[--at] = (char)('0' + rest / 10);
    if (value < 0) out[--at] = '-';
    return (struct fl_span){out + at, FL_DIGITS_BYTES - at};
}
