/* harness/shrink/edits.h - the ways in which a plan can be made a little simpler.
 *
 * An edit is one proposal; most will not fail any more, or cannot even be read. A family numbers
 * its proposals for a plan from 0: big steps first, so that a few runs drop most of a large plan.
 */
#ifndef HARNESS_SHRINK_EDITS_H
#define HARNESS_SHRINK_EDITS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/scenario/plan.h"

enum edit {
    EDIT_MADE,     /* the plan has been changed; perhaps to what it was */
    EDIT_VOID,     /* this number means nothing here */
    EDIT_PAST_END, /* neither does any greater one */
    EDIT_NO_MEMORY,
};

/* Changes `plan`, whose lists are shared with others and therefore copied into the arena. */
typedef enum edit edit_plan(struct plan *plan, uint32_t number, struct fl_arena *arena);

struct edit_family {
    const char *what; /* "drop faults" */
    edit_plan *propose;
    bool never_longer; /* what makes the run longer is no simplification */
};

/* In the order in which they should be tried; ends with a NULL name. */
extern const struct edit_family edit_families[];

/* For the files of this folder. Whole lines: */
edit_plan edit_drop_choices, edit_drop_expects, edit_drop_faults, edit_drop_jobs, edit_drop_crons,
    edit_drop_processes, edit_drop_rows, edit_drop_https, edit_drop_commands, edit_drop_files,
    edit_drop_volatiles, edit_drop_whole;
/* Parts of lines: */
edit_plan edit_processes, edit_jobs, edit_arguments, edit_faults, edit_rows, edit_answers,
    edit_files;

#endif
