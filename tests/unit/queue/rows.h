/* tests/unit/queue/rows.h - each row of a table is a test of its own. */
#ifndef TESTS_UNIT_QUEUE_ROWS_H
#define TESTS_UNIT_QUEUE_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"

enum { ROWS_MAX = 256 };

struct rows {
    struct CMUnitTest tests[ROWS_MAX];
    size_t count;
};

/* `row` begins with its name. */
static inline void rows_add(struct rows *rows, CMUnitTestFunction test, void *table, size_t count,
                            size_t row_bytes)
{
    for (size_t i = 0; i < count; i++) {
        char *row = (char *)table + i * row_bytes;
        const char *name = *(const char *const *)(const void *)row;
        fl_assert(rows->count < ROWS_MAX);
        rows->tests[rows->count++] = (struct CMUnitTest){name, test, NULL, NULL, row};
    }
}

/* As cmocka_run_group_tests, for a table whose length is known at run time. */
static inline int rows_run(struct rows *rows, const char *name)
{
    return _cmocka_run_group_tests(name, rows->tests, rows->count, NULL, NULL);
}

#endif
