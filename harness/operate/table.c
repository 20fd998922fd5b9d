#include "harness/operate/table.h"

#include <stdarg.h>
#include <stdlib.h>

#include "harness/operate/words.h"

enum { GAP = 2, TABLE_BYTES_MAX = 16 * 1024 * 1024, LINE_BYTES_MAX = 64 * 1024 };

struct operate_table operate_table_init(const struct operate_column *columns, size_t count)
{
    return (struct operate_table){
        .columns = columns, .column_count = count, .arena = FL_ARENA_INIT(TABLE_BYTES_MAX)};
}

void operate_table_release(struct operate_table *table)
{
    fl_arena_release(&table->arena);
    free(table->rows);
    table->rows = NULL;
}

static bool make_room(struct operate_table *table)
{
    if (table->rows) return true;
    table->rows = calloc(OPERATE_ROWS_MAX, sizeof(table->rows[0]));
    if (!table->rows) table->err = FL_ENOMEM;
    return table->rows;
}

void operate_table_add(struct operate_table *table, enum operate_shade shade, struct fl_span text)
{
    size_t width = table->columns[table->cell_count].width_max;
    struct fl_buf shown = FL_BUF_INIT(LINE_BYTES_MAX);
    if (table->row_count == OPERATE_ROWS_MAX) table->err = FL_EBOUND;
    if (table->err || !make_room(table)) return;
    table->err = operate_append_shown(&shown, text, width ? width : OPERATE_CELL_COLUMNS_MAX);
    if (!table->err) {
        const char *copy = fl_arena_copy(&table->arena, fl_buf_span(&shown));
        if (!copy) table->err = FL_ENOMEM;
        table->rows[table->row_count][table->cell_count++] = (struct operate_cell){copy, shade};
    }
    fl_buf_release(&shown);
    if (table->cell_count < table->column_count) return;
    table->row_count++;
    table->cell_count = 0;
}

void operate_table_printf(struct operate_table *table, enum operate_shade shade, const char *format,
                          ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    operate_table_add(table, shade, fl_span_from(text));
}

/* --- printing --- */

struct sheet {
    FILE *out;
    bool colour;
    size_t width, widths[OPERATE_COLUMNS_MAX];
};

static void measure(const struct operate_table *table, struct sheet *sheet)
{
    for (size_t column = 0; column < table->column_count; column++) {
        size_t widest = operate_columns(fl_span_from(table->columns[column].heading));
        for (size_t row = 0; row < table->row_count; row++) {
            size_t wide = operate_columns(fl_span_from(table->rows[row][column].text));
            if (wide > widest) widest = wide;
        }
        sheet->widths[column] = widest;
    }
}

static const char *code(const struct sheet *sheet, enum operate_shade shade)
{
    if (!sheet->colour) return "";
    switch (shade) {
    case OPERATE_PLAIN: return "";
    case OPERATE_DIM: return "\033[2m";
    case OPERATE_BAD: return "\033[31m";
    }
    return "";
}

static enum fl_error print_cell(const struct operate_table *table, const struct sheet *sheet,
                                size_t column, struct operate_cell cell, size_t used)
{
    struct fl_span text = fl_span_from(cell.text);
    size_t columns = operate_columns(text);
    size_t padding = sheet->widths[column] > columns ? sheet->widths[column] - columns : 0;
    bool last = column + 1 == table->column_count;
    bool right = table->columns[column].side == OPERATE_RIGHT;
    const char *begin = code(sheet, cell.shade);
    struct fl_buf cut = FL_BUF_INIT(LINE_BYTES_MAX);
    size_t room = sheet->width > used ? sheet->width - used : 0;
    enum fl_error err =
        operate_append_shown(&cut, text, last && sheet->width && columns > room ? room : columns);
    fprintf(sheet->out, "%*s%s%s%s%*s", right ? (int)padding : 0, "", begin,
            cut.bytes ? cut.bytes : "", *begin ? "\033[0m" : "", !right && !last ? (int)padding : 0,
            "");
    fl_buf_release(&cut);
    return err;
}

static enum fl_error print_row(const struct operate_table *table, const struct sheet *sheet,
                               const struct operate_cell *cells)
{
    enum fl_error err = FL_OK;
    size_t used = 0;
    for (size_t column = 0; !err && column < table->column_count; column++) {
        if (column) fprintf(sheet->out, "%*s", GAP, "");
        err = print_cell(table, sheet, column, cells[column], used);
        used += sheet->widths[column] + GAP;
    }
    fputc('\n', sheet->out);
    return err;
}

enum fl_error operate_table_print(const struct operate_table *table, FILE *out, bool colour,
                                  size_t width)
{
    struct sheet sheet = {.out = out, .colour = colour, .width = width};
    struct operate_cell headings[OPERATE_COLUMNS_MAX];
    enum fl_error err = table->err;
    if (err) return err;
    measure(table, &sheet);
    for (size_t i = 0; i < table->column_count; i++)
        headings[i] = (struct operate_cell){table->columns[i].heading, OPERATE_DIM};
    err = print_row(table, &sheet, headings);
    for (size_t row = 0; !err && row < table->row_count; row++)
        err = print_row(table, &sheet, table->rows[row]);
    return err;
}
