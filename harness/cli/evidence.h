/* harness/cli/evidence.h - what answers and deaths of run workers prove, in words. */
#ifndef HARNESS_CLI_EVIDENCE_H
#define HARNESS_CLI_EVIDENCE_H

#include <stdbool.h>

#include "core/buf.h"
#include "harness/cli/request.h"
#include "harness/pool/pool.h"

/* Appends "expected ...\nfound ..." for a run worker that crashed or hung. */
FL_CHECKED enum fl_error evidence_of_death(const struct pool_answer *answer, struct fl_buf *out);
/* Whether that is what was appended for one that hung. */
bool evidence_is_of_hang(struct fl_span text);
/* The first run whose two plays differ; NULL: they agree. A play that has more runs differs too. */
const struct run_item *evidence_difference(const struct run_answer *a, const struct run_answer *b);
/* Appends where two plays of one run part: what both did last, what each did then, the first draw
 * that differs, and the first effect by which a process had not made as many allocations. */
FL_CHECKED enum fl_error evidence_of_plays(const struct run_item *a, const struct run_item *b,
                                           struct fl_buf *out);

#endif
