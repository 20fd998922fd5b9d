/* harness/explore/weights.h - how many turns each task of a run had, as weights for others. */
#ifndef HARNESS_EXPLORE_WEIGHTS_H
#define HARNESS_EXPLORE_WEIGHTS_H

#include "core/buf.h"
#include "core/error.h"

/* Of steps as sim_steps_format lists them: a line "turns COUNT TASK" for each task, as
 * choice/turns.h reads it. FL_EPARSE, FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error weights_write(struct fl_span steps, struct fl_buf *out);

#endif
