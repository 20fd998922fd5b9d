/* harness/cli/module_check.h - what is wrong with a module of workers, as its file tells without
 * being opened: calls past the ports, thread-local variables, no table of workers. */
#ifndef HARNESS_CLI_MODULE_CHECK_H
#define HARNESS_CLI_MODULE_CHECK_H

#include "harness/scenario/plan.h"
#include "harness/scenario/problems.h"

/* The file itself; its problems are of its first line. */
void module_check_file(const char *path, struct problems *problems);
/* The modules that a plan names; those that are not found are left to whoever plays it. */
void module_check_plan(const struct plan *plan, struct problems *problems);

#endif
