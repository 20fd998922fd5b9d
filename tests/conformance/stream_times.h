/* tests/conformance/stream_times.h - XPENDING, XINFO CONSUMERS and XINFO STREAM FULL tell when an
 * entry was delivered and since when a consumer is idle: times that pass while the two servers are
 * asked one after the other. All else in these replies is compared byte by byte. */
#ifndef CONFORMANCE_STREAM_TIMES_H
#define CONFORMANCE_STREAM_TIMES_H

#include <stdbool.h>

#include "core/span.h"

bool stream_times_equal(struct fl_span a, struct fl_span b);

#endif
