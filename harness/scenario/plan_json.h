/* harness/scenario/plan_json.h - a plan as one object of JSON, for programs that look at scenarios.
 *
 * What a program asks about has members of its own: jobs, seeds, times, modules. Faults and claims
 * are told with their verb or kind, their line in the file, and their text as the language has it.
 */
#ifndef HARNESS_SCENARIO_PLAN_JSON_H
#define HARNESS_SCENARIO_PLAN_JSON_H

#include "core/buf.h"
#include "harness/scenario/plan.h"

/* One line, without its end. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error plan_json(const struct plan *plan, struct fl_buf *out);

#endif
