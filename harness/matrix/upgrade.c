#include "harness/matrix/upgrade.h"

bool matrix_upgrade_is_worse(const struct matrix_grid_cell *row, enum matrix_mode mode)
{
    if (!matrix_mode_renews(mode) || !row[mode].played) return false;
    const struct matrix_grid_cell *old =
        &row[mode == MATRIX_NEW_BEFORE ? MATRIX_KILL_BEFORE : MATRIX_KILL_AFTER];
    return (row[mode].seen & ~(old->played ? old->seen : 0U)) != 0;
}

uint32_t matrix_upgrade_worse(const struct matrix_grid_cell *cells, uint32_t point_count,
                              uint32_t *ret_cuts)
{
    uint32_t cuts = 0, worse = 0;
    for (uint32_t i = 0; i < 2 * point_count; i++) {
        const struct matrix_grid_cell *row = &cells[i / 2 * MATRIX_MODES];
        enum matrix_mode mode = i % 2 ? MATRIX_NEW_AFTER : MATRIX_NEW_BEFORE;
        cuts += row[mode].played;
        worse += matrix_upgrade_is_worse(row, mode);
    }
    *ret_cuts = cuts;
    return worse;
}
