/* harness/matrix/classes.h - what a disturbed run's end is called, and what that makes of a
 * handler.
 *
 * A pure table over the cells that were seen: docs/reference/classes.md is printed from it. */
#ifndef HARNESS_MATRIX_CLASSES_H
#define HARNESS_MATRIX_CLASSES_H

#include <stdbool.h>
#include <stdio.h>

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

enum matrix_class {
    MATRIX_EFFECTIVELY_ONCE,
    MATRIX_AT_LEAST_ONCE_SAFE,
    MATRIX_AT_LEAST_ONCE,
    MATRIX_AT_MOST_ONCE,
    MATRIX_LOSSY,
    MATRIX_CORRUPTING,
    MATRIX_STICKING,
    MATRIX_CRASHING,
};

/* `seen`: all bits of all runs together. */
enum matrix_class matrix_class_of(unsigned seen);
const char *matrix_class_text(enum matrix_class class);
/* False: none has this name. */
bool matrix_class_parse(const char *text, enum matrix_class *ret_class);
/* The word of the gravest bit, as it stands in the grid: ".", "dup", "LOST". */
const char *matrix_cell_text(unsigned cell);
/* docs/reference/classes.md */
void matrix_print_classes(FILE *out);

#endif
