#include "posix/bulk_sql.h"

#include <string.h>

size_t fl_bulk_sql_rows(const struct fl_db_bulk *bulk)
{
    size_t rows = FL_BULK_SQL_VALUES / bulk->column_count;
    return rows ? rows : 1;
}

enum fl_error fl_bulk_sql_name(const char *name, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    for (; !err && *name; name++) {
        if (*name == '"') err = fl_buf_append_char(out, '"');
        if (!err) err = fl_buf_append_char(out, *name);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

enum fl_error fl_bulk_sql_names(const char *const *names, size_t count, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < count; i++) {
        err = fl_buf_append_char(out, i ? ',' : '(');
        if (!err) err = fl_bulk_sql_name(names[i], out);
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

static enum fl_error put_updates(const struct fl_db_bulk *bulk, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, " DO UPDATE SET ");
    for (size_t i = 0; !err && i < bulk->update_count; i++) {
        if (i) err = fl_buf_append_char(out, ',');
        if (!err) err = fl_bulk_sql_name(bulk->update[i], out);
        if (!err) err = fl_buf_append_text(out, "=excluded.");
        if (!err) err = fl_bulk_sql_name(bulk->update[i], out);
    }
    return err;
}

enum fl_error fl_bulk_sql_clash(const struct fl_db_bulk *bulk, struct fl_buf *out)
{
    if (!bulk->key) return FL_OK;
    enum fl_error err = fl_buf_append_text(out, " ON CONFLICT ");
    if (!err) err = fl_bulk_sql_names(bulk->key, bulk->key_count, out);
    if (err) return err;
    return bulk->update ? put_updates(bulk, out) : fl_buf_append_text(out, " DO NOTHING");
}

enum fl_error fl_bulk_sql(const struct fl_db_bulk *bulk, size_t rows, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "INSERT INTO ");
    if (!err) err = fl_bulk_sql_name(bulk->table, out);
    if (!err) err = fl_buf_append_char(out, ' ');
    if (!err) err = fl_bulk_sql_names(bulk->columns, bulk->column_count, out);
    if (!err) err = fl_buf_append_text(out, " VALUES ");
    for (size_t i = 0; !err && i < rows; i++) {
        if (i) err = fl_buf_append_char(out, ',');
        if (!err) err = put_row(out, bulk->column_count);
    }
    return err ? err : fl_bulk_sql_clash(bulk, out);
}
