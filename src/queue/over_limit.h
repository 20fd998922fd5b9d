/* src/queue/over_limit.h - when a job runs again that was over a limit, and how often. Pure. */
#ifndef FL_QUEUE_OVER_LIMIT_H
#define FL_QUEUE_OVER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "queue/payload.h"

enum { FL_OVER_LIMIT_MAX = 20, FL_OVER_LIMIT_DRAWS = 300 };

/* How often it has been so: the payload's `overrated`; 0 when it says nothing sensible. */
int64_t fl_over_limit_count(const struct fl_payload *payload);
/* Seconds until the next run after `count` times, this one included: 5 minutes for each, and up to
 * 5 more. `draw` is below FL_OVER_LIMIT_DRAWS. */
int64_t fl_over_limit_delay_s(int64_t count, uint64_t draw);
/* The payload with its new count; all else stays byte for byte. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_over_limit_payload(const struct fl_payload *payload, int64_t count,
                                               struct fl_buf *out);

#endif
