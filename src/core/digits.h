/* src/core/digits.h - a whole number as text, for where so many are written that printf is felt. */
#ifndef FL_CORE_DIGITS_H
#define FL_CORE_DIGITS_H

#include <stdint.h>

#include "core/span.h"

enum { FL_DIGITS_BYTES = 20 }; /* -9223372036854775808 */

/* Points into `out`. */
struct fl_span fl_digits(int64_t value, char out[FL_DIGITS_BYTES]);

#endif
