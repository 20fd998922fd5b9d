/* Every row of the two tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/classes.h"

static const struct row {
    unsigned seen;
    enum plan_class class;
    const char *cell;
} rows[] = {
    {MATRIX_SAME, PLAN_CLASS_EFFECTIVELY_ONCE, "."},
    {MATRIX_REPEATED, PLAN_CLASS_AT_LEAST_ONCE_SAFE, "dup"},
    {MATRIX_DUPLICATE, PLAN_CLASS_AT_LEAST_ONCE, "DUP"},
    {MATRIX_DUPLICATE | MATRIX_REPEATED, PLAN_CLASS_AT_LEAST_ONCE, "DUP"},
    {MATRIX_LOST, PLAN_CLASS_AT_MOST_ONCE, "LOST"},
    {MATRIX_LOST | MATRIX_DUPLICATE, PLAN_CLASS_LOSSY, "LOST"},
    {MATRIX_LOST | MATRIX_REPEATED, PLAN_CLASS_LOSSY, "LOST"},
    {MATRIX_CORRUPT, PLAN_CLASS_CORRUPTING, "DIFF"},
    {MATRIX_CORRUPT | MATRIX_LOST | MATRIX_DUPLICATE, PLAN_CLASS_CORRUPTING, "DIFF"},
    {MATRIX_STUCK, PLAN_CLASS_STICKING, "STUCK"},
    {MATRIX_STUCK | MATRIX_CORRUPT, PLAN_CLASS_STICKING, "STUCK"},
    {MATRIX_CRASHED, PLAN_CLASS_CRASHING, "CRASH"},
    {MATRIX_CRASHED | MATRIX_STUCK, PLAN_CLASS_CRASHING, "CRASH"},
};

static void each_set_of_cells_has_its_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        if (matrix_class_of(rows[i].seen) != rows[i].class)
            fail_msg("%x is %s", rows[i].seen, matrix_class_text(matrix_class_of(rows[i].seen)));
}

static void a_cell_is_called_by_its_gravest_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        assert_string_equal(matrix_cell_text(rows[i].seen), rows[i].cell);
}

static void effectively_once_serves_for_all_others(void **state)
{
    (void)state;
    assert_true(matrix_class_serves(PLAN_CLASS_AT_MOST_ONCE, PLAN_CLASS_AT_MOST_ONCE));
    assert_true(matrix_class_serves(PLAN_CLASS_EFFECTIVELY_ONCE, PLAN_CLASS_AT_MOST_ONCE));
    assert_false(matrix_class_serves(PLAN_CLASS_AT_LEAST_ONCE_SAFE, PLAN_CLASS_EFFECTIVELY_ONCE));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_of_cells_has_its_class),
        cmocka_unit_test(a_cell_is_called_by_its_gravest_bit),
        cmocka_unit_test(effectively_once_serves_for_all_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
