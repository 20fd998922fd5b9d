/* harness/cli/matrix_alone.h - a run of a matrix's scenario that is played by itself: without
 * faults, to be compared with. */
#ifndef HARNESS_CLI_MATRIX_ALONE_H
#define HARNESS_CLI_MATRIX_ALONE_H

#include "harness/cli/matrix_run.h"

/* What all runs of a matrix have in common. */
struct run_request matrix_request(const struct matrix_order *order);
/* With these lines besides the file's own. When the run worker dies that is the trouble, with the
 * evidence in *message; otherwise the caller releases the answer. */
FL_CHECKED enum fl_error matrix_play_alone(const struct matrix_order *order, struct fl_span lines,
                                           struct run_answer *ret_answer, struct fl_buf *message,
                                           enum matrix_trouble *trouble);
/* A report without the events behind it. */
struct fl_span matrix_reason(struct fl_span text);

#endif
