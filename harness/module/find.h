/* harness/module/find.h - where the file of a module is that a scenario names. */
#ifndef HARNESS_MODULE_FIND_H
#define HARNESS_MODULE_FIND_H

#include <limits.h>
#include <stdbool.h>

/* Beside the scenario (NULL: there is none), or beside the program or in a folder above it, or
 * where the program was started. False: in none of them. */
bool sim_module_find(const char *name, const char *scenario, char path[PATH_MAX]);

#endif
