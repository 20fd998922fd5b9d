/* harness/matrix/compare.h - how a disturbed run ended, beside the undisturbed one. */
#ifndef HARNESS_MATRIX_COMPARE_H
#define HARNESS_MATRIX_COMPARE_H

#include "core/buf.h"
#include "harness/matrix/classes.h"
#include "harness/run/facts.h"
#include "harness/run/run.h"

struct matrix_end { /* all borrowed */
    enum run_verdict verdict;
    struct fl_span text; /* why it failed */
    struct fl_span state;
    const struct run_facts *facts;
};

/* Bits of enum matrix_cell. What differs goes into `out`, a line each, "- " of the undisturbed run
 * and "+ " of this one, with the effect that wrote it last: as many lines as fit. */
unsigned matrix_compare(const struct matrix_end *reference, const struct matrix_end *found,
                        struct fl_buf *out);

#endif
