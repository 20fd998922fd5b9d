/* src/queue/fleet.h - the worker processes that show themselves in Redis, and what each works on.
 *
 * Sidekiq's processes of every line, and Faultline's. What a process writes may be anything: a
 * field that is missing or odd reads as empty or 0. */
#ifndef FL_QUEUE_FLEET_H
#define FL_QUEUE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/redis.h"

enum { FL_FLEET_MAX = 4096, FL_FLEET_TEXT_BYTES_MAX = 64 * 1024 * 1024 };

struct fl_process_view {
    struct fl_span identity;
    const char *hostname, *tag, *version; /* "": not told */
    const char *queues, *labels;          /* with commas */
    int64_t pid, concurrency, busy, rss_kib, rtt_us;
    int64_t started_us, beat_us; /* wall time */
    bool quiet, embedded, leads;
    bool silent; /* is listed, but its heartbeat has expired: it has died, or cannot reach Redis */
};

struct fl_fleet {
    struct fl_replies members, hashes;
    struct fl_arena texts;
    struct fl_process_view *items; /* by identity */
    size_t count;
};

/* FL_EBOUND: more processes than FL_FLEET_MAX. The caller releases *ret_fleet in every case. */
FL_CHECKED enum fl_error fl_fleet_read(struct fl_redis redis, struct fl_clock clock,
                                       struct fl_fleet *ret_fleet);
void fl_fleet_release(struct fl_fleet *fleet);

struct fl_work_view {
    struct fl_span identity; /* of the fleet's process */
    struct fl_span tid;
    const char *queue, *jid, *worker; /* worker: as people call it (`wrapped`, `display_class`) */
    const char *args;                 /* JSON */
    int64_t run_at_us;                /* wall time, whole seconds */
};

struct fl_work {
    struct fl_replies hashes;
    struct fl_arena texts;
    struct fl_work_view *items; /* the longest running first */
    size_t count;
};

/* Up to a heartbeat old. The caller releases *ret_work in every case, before the fleet. */
FL_CHECKED enum fl_error fl_work_read(struct fl_redis redis, struct fl_clock clock,
                                      const struct fl_fleet *fleet, struct fl_work *ret_work);
void fl_work_release(struct fl_work *work);

/* What operators say to a process through Redis; it hears it with its next heartbeat. Said to one
 * that is gone, it is forgotten after a minute. */
enum fl_order { FL_ORDER_QUIET, FL_ORDER_STOP, FL_ORDER_DUMP };
FL_CHECKED enum fl_error fl_fleet_order(struct fl_redis redis, struct fl_clock clock,
                                        struct fl_span identity, enum fl_order order);

#endif
