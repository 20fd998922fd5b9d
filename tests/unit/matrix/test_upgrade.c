#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/matrix/upgrade.h"

static struct row {
    const char *name;
    struct matrix_grid_cell kill, renewed; /* at the same effect */
    uint32_t cuts, worse;
} rows[] = {
    {"upgrade: as good as the old one", {true, 0}, {true, 0}, 1, 0},
    {"upgrade: as bad as the old one", {true, MATRIX_DUPLICATE}, {true, MATRIX_DUPLICATE}, 1, 0},
    {"upgrade: better", {true, MATRIX_DUPLICATE}, {true, 0}, 1, 0},
    {"upgrade: worse", {true, 0}, {true, MATRIX_LOST}, 1, 1},
    {"upgrade: bad in another way", {true, MATRIX_DUPLICATE}, {true, MATRIX_LOST}, 1, 1},
    {"upgrade: on top of it", {true, MATRIX_LOST}, {true, MATRIX_LOST | MATRIX_STUCK}, 1, 1},
    {"upgrade: no cut", {true, 0}, {false, MATRIX_LOST}, 0, 0},
    {"upgrade: nothing to compare with", {false, MATRIX_LOST}, {true, MATRIX_LOST}, 1, 1},
};

static void upgrade_row(void **state)
{
    const struct row *row = *state;
    struct matrix_grid_cell cells[2 * MATRIX_MODES] = {0};
    uint32_t cuts;
    cells[MATRIX_KILL_AFTER] = row->kill; /* of the first effect */
    cells[MATRIX_NEW_AFTER] = row->renewed;
    assert_int_equal(matrix_upgrade_worse(cells, 2, &cuts), row->worse);
    assert_int_equal(cuts, row->cuts);
    cells[MATRIX_MODES + MATRIX_KILL_BEFORE] = row->kill; /* and of the second */
    cells[MATRIX_MODES + MATRIX_NEW_BEFORE] = row->renewed;
    assert_int_equal(matrix_upgrade_worse(cells, 2, &cuts), 2 * row->worse);
    assert_int_equal(cuts, 2 * row->cuts);
}

int main(void)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct CMUnitTest tests[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, upgrade_row, NULL, NULL, &rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
