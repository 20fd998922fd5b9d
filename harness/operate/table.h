/* harness/operate/table.h - rows of texts under a heading, aligned; or one object of JSON a row. */
#ifndef HARNESS_OPERATE_TABLE_H
#define HARNESS_OPERATE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"

enum { OPERATE_COLUMNS_MAX = 12, OPERATE_ROWS_MAX = 1000, OPERATE_CELL_COLUMNS_MAX = 200 };

struct operate_column {
    const char *heading;
    enum { OPERATE_LEFT, OPERATE_RIGHT } side;
    size_t width_max; /* columns; 0: OPERATE_CELL_COLUMNS_MAX */
};

enum operate_shade { OPERATE_PLAIN, OPERATE_DIM, OPERATE_BAD };

struct operate_cell {
    const char *text; /* as it is shown */
    enum operate_shade shade;
};

struct operate_table {
    const struct operate_column *columns;
    size_t column_count;
    struct fl_arena arena;
    struct operate_cell (*rows)[OPERATE_COLUMNS_MAX];
    size_t row_count, cell_count; /* of the row under construction */
    enum fl_error err;            /* the first failure sticks; operate_table_print returns it */
};

struct operate_table operate_table_init(const struct operate_column *columns, size_t count);
void operate_table_release(struct operate_table *table);
/* The next cell; the last one of a row begins another. FL_EBOUND past OPERATE_ROWS_MAX. */
void operate_table_add(struct operate_table *table, enum operate_shade shade, struct fl_span text);
void operate_table_printf(struct operate_table *table, enum operate_shade shade, const char *format,
                          ...) __attribute__((format(printf, 3, 4)));
/* `width`: what the terminal has; the last column is cut there. 0: nothing is cut. */
FL_CHECKED enum fl_error operate_table_print(const struct operate_table *table, FILE *out,
                                             bool colour, size_t width);

#endif
