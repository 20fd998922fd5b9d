/* harness/scenario/plan_json.h - a plan as one object of JSON, for programs that look at scenarios,
 * or make them: json_lines.h reads it back.
 *
 * What a program asks about has members of its own: jobs, seeds, times, modules. Faults and claims
 * are told with their verb or kind, their line in the file, and their text as the language has it,
 * and so is what is given and how processes are started. */
#ifndef HARNESS_SCENARIO_PLAN_JSON_H
#define HARNESS_SCENARIO_PLAN_JSON_H

#include "core/buf.h"
#include "harness/scenario/plan.h"

/* One line, without its end. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error plan_json(const struct plan *plan, struct fl_buf *out);
/* What plan_json has written, a member or an element a line. */
FL_CHECKED enum fl_error plan_json_lay_out(struct fl_span json, struct fl_buf *out);

#endif
