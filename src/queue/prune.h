/* src/queue/prune.h - takes processes whose heartbeat has expired out of the list of processes.
 *
 * Theirs inflate the poll interval of everybody else. At most once a minute in a cluster: the first
 * to set process_cleanup does it. */
#ifndef FL_QUEUE_PRUNE_H
#define FL_QUEUE_PRUNE_H

#include "core/error.h"
#include "ports/clock.h"
#include "ports/redis.h"

FL_CHECKED enum fl_error fl_prune_processes(struct fl_redis redis, struct fl_clock clock);

#endif
