/* harness/cli/matrix_cells.h - cells of a matrix by keys and words that another matrix can be
 * compared by; for the files of its reports. */
#ifndef HARNESS_CLI_MATRIX_CELLS_H
#define HARNESS_CLI_MATRIX_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"

enum { MATRIX_KEY_BYTES = 512 };

struct matrix_base_end {
    int gravest; /* the index of a bit of enum matrix_cell; -1: the same end */
};

/* Who does what for the how manieth time, and how it is disturbed: other effects before it move no
 * cell, as they move no address of a fault. */
void matrix_cell_key(struct fl_span who, struct fl_span what, uint32_t nth, const char *mode,
                     char key[MATRIX_KEY_BYTES]);
int matrix_gravest(unsigned seen);
/* "same", "repeated", "duplicate", "lost", "corrupt", "stuck", "crashed". */
const char *matrix_end_word(int gravest);
bool matrix_end_named(const char *word, int *ret_gravest);

#endif
