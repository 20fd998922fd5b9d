/* src/queue/pauses.h - which queues an operator has paused: nothing is taken from them.
 *
 * `paused` is Sidekiq Pro's set of queue names. Each heartbeat asks for it, the first one included,
 * before it renews the lease; so a pause is obeyed at most one beat (10 s; 5 s with wire 6) and one
 * blocking fetch after it was set. What has been taken by then is run. */
#ifndef FL_QUEUE_PAUSES_H
#define FL_QUEUE_PAUSES_H

#include "ports/log.h"
#include "ports/redis.h"
#include "queue/control.h"
#include "queue/settings.h"

/* Tells `control` what SMEMBERS has answered. An error is logged, and what was known stays. */
void fl_pauses_take(const struct fl_settings *settings, const struct fl_reply *members,
                    struct fl_log log, struct fl_control *control);

#endif
