/* src/queue/lock_reaper.h - frees locks whose jobs are nowhere any more: deleted by an operator, or
 * lost in the hand of a basic fetcher.
 *
 * One of the processes looks every 10 minutes, in one script, so that no job can move past it from
 * one key to another. A lock is freed when its job was missing at two looks in a row: what a basic
 * fetcher has just taken is shown by its heartbeat by then. Locks that hold until they expire are
 * let alone. With more than 1,000 jobs in Redis it does not look. */
#ifndef FL_QUEUE_LOCK_REAPER_H
#define FL_QUEUE_LOCK_REAPER_H

#include <stdint.h>

#include "core/error.h"
#include "ports/ports.h"

enum {
    FL_LOCK_REAPER_PERIOD_S = 600,
    FL_LOCK_REAPER_LOCKS_MAX = 1000,
    FL_LOCK_REAPER_JOBS_MAX = 1000,
};

struct fl_lock_reaper {
    const struct fl_ports *ports;
    int64_t next_us; /* monotonic: when to look again */
};

/* Looks when it is time to, and when no other process has. */
FL_CHECKED enum fl_error fl_lock_reaper_look(struct fl_lock_reaper *reaper);

#endif
