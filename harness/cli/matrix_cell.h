/* harness/cli/matrix_cell.h - one cell of a matrix as a scenario of its own. */
#ifndef HARNESS_CLI_MATRIX_CELL_H
#define HARNESS_CLI_MATRIX_CELL_H

#include "harness/cli/matrix_run.h"
#include "harness/cli/matrix_subject.h"
#include "harness/cli/options.h"

struct matrix_cell_order { /* all borrowed */
    const struct matrix_subject *subject;
    const struct matrix_result *result;
    const char *upgrade; /* the new module; NULL: there is none */
    const char *cell;    /* "1.4:kill>" */
    const char *folder;
};

/* FOLDER/cell.scenario. Returns the exit code; what has been written, or why not, has been told. */
int matrix_cell_write(const struct matrix_cell_order *order, const struct cli_reader *reader,
                      FILE *out);

#endif
