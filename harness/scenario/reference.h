/* harness/scenario/reference.h - the reference page of the scenario language, from its tables. */
#ifndef HARNESS_SCENARIO_REFERENCE_H
#define HARNESS_SCENARIO_REFERENCE_H

#include "core/buf.h"

/* Appends docs/reference/scenario.md. */
FL_CHECKED enum fl_error scenario_reference(struct fl_buf *out);

#endif
