/* src/core/time_text.h - instants and durations as text: one parser and one printer for each form.
 *
 * Instants are microseconds since 1970 (UTC), durations microseconds; both int64_t, unit in the
 * name. */
#ifndef FL_CORE_TIME_TEXT_H
#define FL_CORE_TIME_TEXT_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

#define FL_SECOND_US INT64_C(1000000)
#define FL_MINUTE_US (60 * FL_SECOND_US)
#define FL_HOUR_US   (60 * FL_MINUTE_US)
#define FL_DAY_US    (24 * FL_HOUR_US)

/* "250ms" "5m" "1h30m" "3d2h" "0.5s": units us ms s m h d w, descending, no sign. FL_EPARSE
 * otherwise. */
FL_CHECKED enum fl_error fl_duration_parse(struct fl_span text, int64_t *ret_us);
/* The shortest of those forms that is exact: "1h30m", "250ms". */
FL_CHECKED enum fl_error fl_duration_format(struct fl_buf *out, int64_t us);

/* RFC 3339 with Z or an offset, seconds and fraction optional: 2026-03-29T00:30Z. */
FL_CHECKED enum fl_error fl_instant_parse(struct fl_span text, int64_t *ret_us);
/* 2026-03-29T00:30:00.000Z, milliseconds, as in Sidekiq's log lines. */
FL_CHECKED enum fl_error fl_instant_format(struct fl_buf *out, int64_t us);
/* "2026-03-29", the UTC day of Sidekiq's stat keys. */
FL_CHECKED enum fl_error fl_day_format(struct fl_buf *out, int64_t us);

/* Seconds as Ruby's Float#to_s prints them (shortest decimal that reads back, always with a point):
 * 1795455028.1254718, 1000000000.0; scores and fsec fields of the Sidekiq wire. Rounds to the
 * double that Ruby would hold for that many microseconds. */
FL_CHECKED enum fl_error fl_ruby_float_format(struct fl_buf *out, double value);
FL_CHECKED enum fl_error fl_seconds_format(struct fl_buf *out, int64_t us);
/* The double Ruby holds, and back to the nearest microsecond. */
double fl_seconds_double(int64_t us);
int64_t fl_seconds_us(double seconds);

#endif
