/* src/queue/poller.h - moves retries and scheduled jobs that are due to their queues.
 *
 * Unlike Sidekiq's, a move is one step in Redis: a crash between cannot lose the job. What stands
 * in a set and is no job goes to the dead set, where Sidekiq would lose it. */
#ifndef FL_QUEUE_POLLER_H
#define FL_QUEUE_POLLER_H

#include <stdint.h>

#include "ports/ports.h"
#include "queue/control.h"
#include "queue/lock_reaper.h"
#include "queue/moves.h"
#include "queue/settings.h"

enum { FL_POLL_BATCH = 100 };

struct fl_poller {
    const struct fl_ports *ports;
    const struct fl_settings *settings;
    const struct fl_moves *moves;
    struct fl_control *control;
    struct fl_lock_reaper *reaper; /* NULL: no class has a lock */
};

/* The wait until the next poll, for `processes` live ones: below 10 uniform in [0.5, 1.5) of the
 * mean, from 10 on uniform in [0, spread) of it. The mean is the process's own interval, or else
 * processes x average. `draw` is below FL_POLL_DRAWS. */
enum { FL_POLL_DRAWS = 1000 * 1000 };
int64_t fl_poll_wait_us(const struct fl_settings *settings, int64_t processes, uint64_t draw);
/* The wait before the first poll: up to 5 s, so that processes do not start in step; 10 s more when
 * the mean depends on how many there are: their heartbeats come first. */
enum { FL_FIRST_POLL_DRAWS = 5 * 1000 * 1000 };
int64_t fl_poll_first_wait_us(const struct fl_settings *settings, uint64_t draw);

/* The task's main; ends once the process is quiet. */
void fl_poller_run(void *poller);

/* The bytes as they enter the queue: enqueued_at is now, and what a client fills in is filled in
 * when it is missing. */
struct fl_payload;
FL_CHECKED enum fl_error fl_promoted_payload(const struct fl_payload *payload,
                                             const struct fl_wire_facts *facts, int64_t now_us,
                                             const char *fresh_jid, struct fl_buf *out);

#endif
