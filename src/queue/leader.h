/* src/queue/leader.h - which one of the processes does what must be done once.
 *
 * The leader's identity stands under Sidekiq's key for 30 s and is renewed; the others ask once a
 * minute. The lease is a hint: two processes can believe to lead for a while (one was paused, Redis
 * has lost the key). What must not happen twice is guarded in Redis by whoever does it. */
#ifndef FL_QUEUE_LEADER_H
#define FL_QUEUE_LEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "ports/ports.h"
#include "queue/events.h"

enum {
    FL_LEADER_LEASE_S = 30,
    FL_LEADER_RENEWAL_S = 15,
    FL_LEADER_QUESTION_S = 60, /* of those that do not lead */
};

struct fl_leader {
    const struct fl_ports *ports;
    const char *identity;
    const char *purpose;            /* for the log lines; NULL: not told */
    const struct fl_events *events; /* told when it begins to lead; NULL: nobody is */
    int64_t held_until_us;          /* monotonic; 0: does not lead */
    int64_t next_us;                /* monotonic: when to ask again */
};

/* Asks when it is time to, and says whether this process leads. After an error it leads only as
 * long as its lease holds. */
FL_CHECKED enum fl_error fl_leader_ask(struct fl_leader *leader, bool *ret_leads);
/* Redis has said that this process does not lead: ask anew. */
void fl_leader_lose(struct fl_leader *leader);
/* At the end, so that another need not wait; an error leaves the key to its time. */
FL_CHECKED enum fl_error fl_leader_resign(struct fl_leader *leader);

#endif
