/* harness/cli/point_list.h - what a scenario's faults can address: each effect of its undisturbed
 * run with its address in the words of the language, and what each fault of the file reaches. */
#ifndef HARNESS_CLI_POINT_LIST_H
#define HARNESS_CLI_POINT_LIST_H

#include "core/buf.h"
#include "harness/cli/probe.h"
#include "harness/scenario/plan.h"

struct point_list { /* all borrowed */
    const struct plan *plan;
    const struct run_facts *undisturbed;
    const struct run_facts *disturbed; /* by the file's own faults; NULL: that run gave none */
    const char *job;                   /* a glob: only effects of these jobs; NULL: all */
    bool idle;                         /* also what changed nothing and answered nothing */
};

/* `when imp-7#1 the 2nd "redis LREM"`, as a line `fault` takes it. */
FL_CHECKED enum fl_error point_address(const struct run_effect *effect, struct fl_buf *out);
/* How many effects a fault's address means in a run; an ordinal takes the one it counts to. */
uint32_t point_reached(const struct plan_fault *fault, const struct run_facts *run);

FL_CHECKED enum fl_error point_list_text(const struct point_list *list, struct fl_buf *out);
/* One object. */
FL_CHECKED enum fl_error point_list_json(const struct point_list *list, struct fl_buf *out);

#endif
