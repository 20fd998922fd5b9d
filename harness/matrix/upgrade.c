#include "harness/matrix/upgrade.h"

uint32_t matrix_upgrade_worse(const struct matrix_grid_cell *cells, uint32_t point_count,
                              uint32_t *ret_cuts)
{
    uint32_t cuts = 0, worse = 0;
    for (uint32_t i = 0; i < 2 * point_count; i++) {
        const struct matrix_grid_cell *row = &cells[i / 2 * MATRIX_MODES];
        const struct matrix_grid_cell *old = &row[MATRIX_KILL_BEFORE + i % 2];
        const struct matrix_grid_cell *renewed = &row[MATRIX_NEW_BEFORE + i % 2];
        if (!renewed->played) continue;
        cuts++;
        worse += (renewed->seen & ~(old->played ? old->seen : 0U)) != 0;
    }
    *ret_cuts = cuts;
    return worse;
}
