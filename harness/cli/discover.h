/* harness/cli/discover.h - which scenario files the arguments of a command mean. */
#ifndef HARNESS_CLI_DISCOVER_H
#define HARNESS_CLI_DISCOVER_H

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

enum { DISCOVER_FILES_MAX = 100 * 1000, DISCOVER_DEPTH_MAX = 32 };

struct discovered_file {
    const char *path; /* as given, or below a folder as given */
    const char *id;   /* "import/csv-import-completes": below `scenarios`, without its suffix */
};

struct discovered {
    struct fl_arena arena;
    struct discovered_file *files;
    uint32_t count, capacity;
    const char *problem; /* the path that could not be used */
};

/* Adds a file whatever its name, or every *.scenario below a folder in the order of their names.
 * FL_ENOTFOUND, FL_EIO: discovered->problem says which path; FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error discover(struct discovered *discovered, const char *path);
/* Keeps those whose id contains `word`. */
void discover_filter(struct discovered *discovered, const char *word);
void discover_release(struct discovered *discovered);

#endif
