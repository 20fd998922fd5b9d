/* harness/matrix/grid.h - the table that a person reads: effects by modes. */
#ifndef HARNESS_MATRIX_GRID_H
#define HARNESS_MATRIX_GRID_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/matrix/classes.h"
#include "harness/matrix/modes.h"
#include "harness/run/facts.h"

struct matrix_grid_cell {
    bool played;
    unsigned seen; /* bits of enum matrix_cell */
};

struct matrix_grid {               /* all borrowed */
    const struct run_facts *facts; /* of the undisturbed run */
    const uint32_t *points;
    uint32_t point_count;
    unsigned modes;
    const struct matrix_grid_cell *cells; /* point_count x MATRIX_MODES */
};

/* "1.4" of a delivery's own, "p1/fetch.3" of a process's. */
int matrix_effect_number(const struct run_effect *effect, char *out, size_t capacity);
void matrix_print_grid(const struct matrix_grid *grid, FILE *out);
/* "1.4:kill> db COMMIT": an address of a cell, and what stands there. */
enum { MATRIX_NAME_BYTES = 160 };
void matrix_cell_name(const struct run_effect *effect, enum matrix_mode mode,
                      char name[MATRIX_NAME_BYTES]);

#endif
