/* harness/cli/unmet.h - patterns and names of jobs that nothing meets in the runs of a scenario:
 * slips of the pen, which would make a fault idle or a claim empty. */
#ifndef HARNESS_CLI_UNMET_H
#define HARNESS_CLI_UNMET_H

#include "harness/cli/probe.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/problems.h"

/* Looks at the runs that were played; where none was, nothing is found. */
void unmet_find(const struct plan *plan, const struct probe *probe, struct problems *problems);

#endif
