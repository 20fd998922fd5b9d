/* src/queue/fetch_order.h - which queue is asked next: the first in strict order, or a draw by
 * weight. */
#ifndef FL_QUEUE_FETCH_ORDER_H
#define FL_QUEUE_FETCH_ORDER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/random.h"
#include "queue/process.h"

/* A set of queues, bit i for queue i. */
typedef uint64_t fl_queue_set;
static_assert(FL_QUEUES_MAX <= 64, "a set of queues is a word");

/* All weights 0: the given order holds, and later queues may starve. */
bool fl_fetch_order_is_strict(const struct fl_queue_option *queues, size_t count);
/* One of the queues outside `excluded`, which must leave some. Repeated with what it returned, it
 * gives Sidekiq's order: each queue listed `weight` times, shuffled, repeats dropped. */
size_t fl_fetch_order_next(const struct fl_queue_option *queues, size_t count,
                           fl_queue_set excluded, struct fl_random random);

#endif
