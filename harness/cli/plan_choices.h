/* harness/cli/plan_choices.h - the choices that a scenario has made already, as a record and back.
 */
#ifndef HARNESS_CLI_PLAN_CHOICES_H
#define HARNESS_CLI_PLAN_CHOICES_H

#include <stdbool.h>

#include "core/buf.h"
#include "harness/scenario/plan.h"

/* Nothing of its runs is drawn from a seed. */
bool plan_choices_made(const struct plan *plan);
/* As sim_choices_from_text reads them. */
FL_CHECKED enum fl_error plan_choices_record(const struct plan *plan, struct fl_buf *out);
/* A record, as lines of the language; without what choice/steps.h and turns.h are told. */
FL_CHECKED enum fl_error plan_choices_lines(struct fl_span record, struct fl_buf *out);

#endif
