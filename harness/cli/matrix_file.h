/* harness/cli/matrix_file.h - scenario files that a matrix makes: of a worker alone, and of one
 * cell of its grid. */
#ifndef HARNESS_CLI_MATRIX_FILE_H
#define HARNESS_CLI_MATRIX_FILE_H

#include "core/buf.h"
#include "harness/matrix/modes.h"
#include "harness/scenario/parse.h"

struct matrix_worker { /* what the command line says of a worker */
    const char *name, *args;
    const char *module;       /* NULL: the shipped workers */
    const char *processes;    /* what follows the word; NULL: 2 */
    const char *const *given; /* lines behind the word `given` */
    uint32_t given_count;
};

FL_CHECKED enum fl_error matrix_file_of_worker(const struct matrix_worker *worker,
                                               struct fl_buf *out);
/* The scenario at `path` with this fault instead of its own, and what the undisturbed run has shown
 * as its claims. FL_EPARSE and so on with *message as scenario_read. */
FL_CHECKED enum fl_error matrix_file_of_cell(const char *path,
                                             const struct scenario_setting *settings,
                                             uint32_t setting_count, struct fl_span lines,
                                             const struct run_facts *undisturbed,
                                             struct fl_buf *out, struct fl_buf *message);
/* Makes the folder, if need be. False: errno tells. */
bool matrix_file_write(const char *folder, const char *path, struct fl_span text);

#endif
