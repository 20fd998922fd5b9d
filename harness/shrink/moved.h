/* harness/shrink/moved.h - a plan whose scenario moves to another folder: what stood beside it is
 * still found. */
#ifndef HARNESS_SHRINK_MOVED_H
#define HARNESS_SHRINK_MOVED_H

#include "core/error.h"
#include "harness/scenario/plan.h"

/* As if the plan had been read from `to`: its files are named from there, and so are modules that
 * stood beside it. FL_ENOMEM; FL_EBOUND: a path is too long. */
FL_CHECKED enum fl_error moved_plan(struct plan *plan, const char *to);

#endif
