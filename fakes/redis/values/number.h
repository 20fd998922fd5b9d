/* fakes/redis/values/number.h - numbers as Redis reads and prints them. */
#ifndef FAKE_REDIS_NUMBER_H
#define FAKE_REDIS_NUMBER_H

#include <stdint.h>

#include "core/span.h"

enum {
    FAKE_INT_TEXT_BYTES = 24,               /* an int64_t as text, with room */
    FAKE_DOUBLE_TEXT_BYTES = 48,            /* a score as text */
    FAKE_LONG_DOUBLE_TEXT_BYTES = 5 * 1024, /* %.17Lf of the greatest long double */
};

/* Decimal and canonical: no plus, blanks, leading zeros, "-0". Untouched when false, here and
 * below. */
bool fake_int_parse(struct fl_span text, int64_t *ret_value);
/* Returns the length; no NUL. */
size_t fake_int_format(char text[static FAKE_INT_TEXT_BYTES], int64_t value);

/* A score or increment: all that strtod takes (hexadecimal, inf), no leading blank, no NaN, no
 * overflow. */
bool fake_double_parse(struct fl_span text, double *ret_value);
/* %.17g, "inf" and "-inf". Returns the length. */
size_t fake_double_format(char text[static FAKE_DOUBLE_TEXT_BYTES], double value);
/* The fewest digits that read back as `value`, without an exponent while that is not much longer:
 * "0.1", "1e-9", "inf". Returns the length. */
size_t fake_double_shortest(char text[static FAKE_DOUBLE_TEXT_BYTES], double value);

/* INCRBYFLOAT counts in long double and prints %.17Lf without trailing zeros. */
bool fake_long_double_parse(struct fl_span text, long double *ret_value);
size_t fake_long_double_format(char text[static FAKE_LONG_DOUBLE_TEXT_BYTES], long double value);

#endif
