/* harness/cli/matrix_pairs.h - the second faults of a matrix: those behind which the world goes on
 * as behind another are not played. */
#ifndef HARNESS_CLI_MATRIX_PAIRS_H
#define HARNESS_CLI_MATRIX_PAIRS_H

#include "harness/cli/matrix_trials.h"

/* After the singles. What goes wrong is the result's trouble too. */
FL_CHECKED enum fl_error matrix_play_pairs(struct matrix_trials *trials);

#endif
