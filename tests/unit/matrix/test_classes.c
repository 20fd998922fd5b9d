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
    enum matrix_class class;
    const char *cell;
} rows[] = {
    {MATRIX_SAME, MATRIX_EFFECTIVELY_ONCE, "."},
    {MATRIX_REPEATED, MATRIX_AT_LEAST_ONCE_SAFE, "dup"},
    {MATRIX_DUPLICATE, MATRIX_AT_LEAST_ONCE, "DUP"},
    {MATRIX_DUPLICATE | MATRIX_REPEATED, MATRIX_AT_LEAST_ONCE, "DUP"},
    {MATRIX_LOST, MATRIX_AT_MOST_ONCE, "LOST"},
    {MATRIX_LOST | MATRIX_DUPLICATE, MATRIX_LOSSY, "LOST"},
    {MATRIX_LOST | MATRIX_REPEATED, MATRIX_LOSSY, "LOST"},
    {MATRIX_CORRUPT, MATRIX_CORRUPTING, "DIFF"},
    {MATRIX_CORRUPT | MATRIX_LOST | MATRIX_DUPLICATE, MATRIX_CORRUPTING, "DIFF"},
    {MATRIX_STUCK, MATRIX_STICKING, "STUCK"},
    {MATRIX_STUCK | MATRIX_CORRUPT, MATRIX_STICKING, "STUCK"},
    {MATRIX_CRASHED, MATRIX_CRASHING, "CRASH"},
    {MATRIX_CRASHED | MATRIX_STUCK, MATRIX_CRASHING, "CRASH"},
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

static void a_class_is_known_by_its_name(void **state)
{
    enum matrix_class class;
    (void)state;
    for (size_t i = 0; i < FL_COUNT(rows); i++) {
        assert_true(matrix_class_parse(matrix_class_text(rows[i].class), &class));
        assert_int_equal(class, rows[i].class);
    }
    assert_false(matrix_class_parse("exactly-once", &class));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_of_cells_has_its_class),
        cmocka_unit_test(a_cell_is_called_by_its_gravest_bit),
        cmocka_unit_test(a_class_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
