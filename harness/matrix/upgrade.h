/* harness/matrix/upgrade.h - what another module makes of the cuts of a job. */
#ifndef HARNESS_MATRIX_UPGRADE_H
#define HARNESS_MATRIX_UPGRADE_H

#include <stdint.h>

#include "harness/matrix/grid.h"

/* How many of the cuts that the new module goes on from (*ret_cuts) end worse than with the old
 * one: a cut costs what it costs with that, too. */
uint32_t matrix_upgrade_worse(const struct matrix_grid_cell *cells, uint32_t point_count,
                              uint32_t *ret_cuts);

/* One cell of a row of MATRIX_MODES, in a mode that renews; false for all others. */
bool matrix_upgrade_is_worse(const struct matrix_grid_cell *row, enum matrix_mode mode);

#endif
