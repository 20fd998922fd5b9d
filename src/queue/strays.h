/* src/queue/strays.h - finds the jobs that stand in the private lists although nobody has them in
 * hand: their LMOVE was applied and its reply lost, or memory ran out when it came. */
#ifndef FL_QUEUE_STRAYS_H
#define FL_QUEUE_STRAYS_H

#include <stddef.h>

#include "core/error.h"
#include "ports/log.h"
#include "queue/handoff.h"
#include "queue/moves.h"

/* Gives them back to their queues, of those that the handoff's capsule has. Only the fetcher, who
 * alone adds to the private lists, may call it, with no delivery in its own hands. After an error
 * some may be left: repeat. */
FL_CHECKED enum fl_error fl_strays_give_back(const struct fl_moves *moves, size_t first_queue,
                                             size_t queue_count, struct fl_handoff *handoff,
                                             struct fl_log log);

#endif
