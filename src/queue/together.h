/* src/queue/together.h - moves a job together with all that hangs on it: its locks, and its place
 * in a batch. One script, so that neither can be done without the other. */
#ifndef FL_QUEUE_TOGETHER_H
#define FL_QUEUE_TOGETHER_H

#include "core/error.h"
#include "core/span.h"
#include "queue/moves.h"

/* Where the job goes; zeroed: nowhere, it is acknowledged. */
struct fl_goal {
    struct fl_span key, job;
    struct fl_span score;        /* in a sorted set; empty: it is a queue */
    struct fl_span oldest, rank; /* of the dead set, how it is trimmed */
};

/* Whether there is more to it than locks, for which moves.c has shorter scripts. */
bool fl_is_together(const struct fl_release *release);
/* With basic fetch nobody owns the job: what hangs on it is changed, and `goal` must be zeroed.
 * Results and errors as those of fl_move_to_set. */
FL_CHECKED enum fl_error fl_move_together(const struct fl_moves *moves,
                                          const struct fl_delivery *delivery,
                                          const struct fl_goal *goal,
                                          const struct fl_release *release, enum fl_move *ret_move,
                                          char ret_error[FL_SCRIPT_ERROR_BYTES]);

#endif
