#include "posix/sqlite_bulk.h"

#include <string.h>

size_t fl_sqlite_bulk_rows(const struct fl_db_bulk *bulk)
{
    size_t rows = FL_SQLITE_BULK_VALUES / bulk->column_count;
    return rows ? rows : 1;
}

static enum fl_error put_name(struct fl_buf *out, const char *name)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    for (; !err && *name; name++) {
        if (*name == '"') err = fl_buf_append_char(out, '"');
        if (!err) err = fl_buf_append_char(out, *name);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

static enum fl_error put_names(struct fl_buf *out, const char *const *names, size_t count)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < count; i++) {
        err = fl_buf_append_char(out, i ? ',' : '(');
        if (!err) err = put_name(out, names[i]);
    }
    return err ? err : fl_buf_append_char(out, ')');
}

static enum fl_error put_row(struct fl_buf *out, size_t column_count)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < column_count; i++)
        err = fl_buf_append_text(out, i ? ",?" : "(?");
    return err ? err : fl_buf_append_char(out, ')');
}

enum fl_error fl_sqlite_bulk_sql(const struct fl_db_bulk *bulk, size_t rows, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "INSERT INTO ");
    if (!err) err = put_name(out, bulk->table);
    if (!err) err = fl_buf_append_char(out, ' ');
    if (!err) err = put_names(out, bulk->columns, bulk->column_count);
    if (!err) err = fl_buf_append_text(out, " VALUES ");
    for (size_t i = 0; !err && i < rows; i++) {
        if (i) err = fl_buf_append_char(out, ',');
        if (!err) err = put_row(out, bulk->column_count);
    }
    if (err || !bulk->skip_on) return err;
    err = fl_buf_append_text(out, " ON CONFLICT ");
    if (!err) err = put_names(out, bulk->skip_on, bulk->skip_on_count);
    return err ? err : fl_buf_append_text(out, " DO NOTHING");
}
