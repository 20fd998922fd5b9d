/* src/queue/capsules.h - the capsules of a process as one: what all their threads do, and their
 * end.
 *
 * Each capsule has a handoff, a fetcher and job threads of its own; heartbeat, poller and recovery
 * are the process's. */
#ifndef FL_QUEUE_CAPSULES_H
#define FL_QUEUE_CAPSULES_H

#include "core/arena.h"
#include "core/error.h"
#include "queue/handoff.h"
#include "queue/settings.h"

struct fl_capsules {
    const struct fl_settings *settings;
    struct fl_handoff *handoffs[1 + FL_CAPSULES_MAX]; /* as settings->capsules */
};

FL_CHECKED enum fl_error fl_capsules_init(struct fl_capsules *capsules,
                                          const struct fl_settings *settings, struct fl_tasks tasks,
                                          struct fl_clock clock);
void fl_capsules_release(struct fl_capsules *capsules); /* a zeroed one is fine */

void fl_capsules_close(struct fl_capsules *capsules);
/* As fl_handoff_busy; threads are numbered through the process. */
size_t fl_capsules_busy(const struct fl_capsules *capsules, struct fl_arena *arena,
                        struct fl_busy *ret_busy);
int fl_capsules_busy_count(const struct fl_capsules *capsules);

#endif
