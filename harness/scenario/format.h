/* harness/scenario/format.h - prints a plan as the scenario that reads back as the same plan. */
#ifndef HARNESS_SCENARIO_FORMAT_H
#define HARNESS_SCENARIO_FORMAT_H

#include "core/buf.h"
#include "harness/scenario/plan.h"

/* One fact a line, in the order: whole, world, jobs, faults, claims. Settings and ranges are gone:
 * what they stood for is written out. A body that came from a file is written as text. */
FL_CHECKED enum fl_error scenario_format(const struct plan *plan, struct fl_buf *out);
/* One fault's line, without a newline and without the parts that follow it: for reports. */
FL_CHECKED enum fl_error scenario_format_fault(const struct plan_fault *fault, struct fl_buf *out);

#endif
