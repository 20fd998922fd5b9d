/* A plan of a few lines. */
#ifndef TESTS_UNIT_SCENARIO_PLANNED_H
#define TESTS_UNIT_SCENARIO_PLANNED_H

#include "harness/scenario/parse.h"

/* `lines` stand below a head with the job imp-7 and above a claim. */
struct plan *plan_of(const char *lines);

#endif
