/* harness/matrix/classes.h - what a disturbed run's end is called, and what that makes of a
 * handler.
 *
 * A pure table over the cells that were seen: docs/reference/classes.md is printed from it. */
#ifndef HARNESS_MATRIX_CLASSES_H
#define HARNESS_MATRIX_CLASSES_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/scenario/plan.h"

/* How a disturbed run ended, beside the undisturbed one; bits, since one run may show several. */
enum matrix_cell {
    MATRIX_SAME = 0,
    MATRIX_REPEATED = 1, /* an effect came again with a key that its receiver knows */
    MATRIX_DUPLICATE = 2,
    MATRIX_LOST = 4,
    MATRIX_CORRUPT = 8,
    MATRIX_STUCK = 16,
    MATRIX_CRASHED = 32,
};

/* `seen`: all bits of all runs together. */
enum plan_class matrix_class_of(unsigned seen);
const char *matrix_class_text(enum plan_class class);
/* Whether a handler of this class may stand where one of the `wanted` class is claimed: the same,
 * or effectively-once. */
bool matrix_class_serves(enum plan_class class, enum plan_class wanted);
/* The word of the gravest bit, as it stands in the grid: ".", "dup", "LOST". */
const char *matrix_cell_text(unsigned cell);
/* docs/reference/classes.md */
void matrix_print_classes(FILE *out);

#endif
