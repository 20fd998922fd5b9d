/* src/core/decimal.h - decimals that a double holds, or comes from, by arithmetic alone.
 *
 * The C library reads and prints any number, with arithmetic of any length. Times and counts, which
 * are nearly all that Redis is told, need none of it; for the rest these answer false. */
#ifndef FL_CORE_DECIMAL_H
#define FL_CORE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/span.h"

enum { FL_DECIMAL_BYTES = 24 };

/* Digits with at most one point among them, a minus before: what strtod makes of them. False: too
 * long for that, or something else, which may be a number all the same. */
bool fl_decimal_parse(struct fl_span text, double *ret_value);
/* What printf's %.17g makes of it; no NUL is added. 0: it takes printf. */
size_t fl_decimal_format(char text[FL_DECIMAL_BYTES], double value);

#endif
