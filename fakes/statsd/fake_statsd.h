/* fakes/statsd/fake_statsd.h - keeps every metric that was sent.
 *
 * What does not fit any more (the bound, or no memory) is counted and dropped, as a real statsd
 * would lose it: sending never fails. */
#ifndef FAKES_STATSD_FAKE_STATSD_H
#define FAKES_STATSD_FAKE_STATSD_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "fakes/scope/fake_scope.h"
#include "ports/statsd.h"

enum { FAKE_STATSD_METRICS_MAX = 1024 * 1024 };

struct fake_statsd; /* opaque: layout in fake_statsd.c */

FL_CHECKED enum fl_error fake_statsd_new(struct fake_scope scope, struct fake_statsd **ret_statsd);
void fake_statsd_free(struct fake_statsd *statsd); /* NULL is fine */
struct fl_statsd fake_statsd_port(struct fake_statsd *statsd);

size_t fake_statsd_count(const struct fake_statsd *statsd);
size_t fake_statsd_dropped(const struct fake_statsd *statsd);
/* In order of sending, with texts of its own; borrowed until the next metric. */
const struct fl_metric *fake_statsd_metric(const struct fake_statsd *statsd, size_t index);
/* The sum of the values of all metrics of this name. */
int64_t fake_statsd_sum(const struct fake_statsd *statsd, const char *name);

#endif
