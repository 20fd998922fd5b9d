#include "harness/run/database.h"

#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/memory/memory.h"
#include "harness/run/reader.h"
#include "posix/sqlite_db.h"

enum { SQL_BYTES_MAX = 64 * 1024 };

static void *scope_enter(void *context)
{
    (void)context;
    return sim_memory_switch(NULL);
}

static void scope_leave(void *context, void *entered)
{
    (void)context;
    sim_memory_switch(entered);
}

struct fake_scope database_scope(void)
{
    return (struct fake_scope){.enter = scope_enter, .leave = scope_leave};
}

/* The reader's is for reading alone. */
static enum fl_error connect(struct database *database)
{
    if (database->is_lent) database_rest(database);
    if (database->own) return FL_OK;
    struct fake_vfs_options options = {
        .disk = database->disk, .name = "harness", .clock = database->clock};
    enum fl_error err = fake_vfs_mount(&options, &database->mount);
    if (err) return err;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int result = sqlite3_open_v2(DATABASE_PATH, &database->own, flags, "harness");
    if (result == SQLITE_OK) return FL_OK;
    database_rest(database);
    return FL_EDB;
}

static enum fl_error connect_to_read(struct database *database)
{
    if (database->own || !database->reader) return database->own ? FL_OK : connect(database);
    database->own = reader_lend(database->reader, database->disk, database->clock);
    database->is_lent = database->own != NULL;
    return database->is_lent ? FL_OK : connect(database);
}

void database_rest(struct database *database)
{
    if (database->is_lent)
        reader_take_back(database->reader);
    else
        sqlite3_close(database->own);
    database->is_lent = false;
    fake_vfs_unmount(database->mount);
    database->own = NULL;
    database->mount = NULL;
}

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

enum fl_error database_template(const char *const *schema, size_t statements,
                                struct fake_disk **ret_disk)
{
    static const struct fl_clock_ops ops = {no_time, no_time};
    struct database database = {.clock = {&ops, NULL}};
    enum fl_error err = fl_sqlite_configure(FL_SQLITE_SINGLE_THREAD);
    if (err && err != FL_EINVAL) return err; /* FL_EINVAL: it is configured already */
    err = fake_disk_new(&database.disk);
    if (!err) err = connect(&database);
    for (size_t i = 0; i < statements && !err; i++)
        if (sqlite3_exec(database.own, schema[i], NULL, NULL, NULL) != SQLITE_OK) err = FL_EDB;
    database_rest(&database);
    if (err)
        fake_disk_free(database.disk);
    else
        *ret_disk = database.disk;
    return err;
}

enum fl_error database_open(const struct fake_disk *disk, struct fl_clock clock,
                            struct database *ret_database)
{
    *ret_database = (struct database){.clock = clock};
    return fake_disk_copy(disk, &ret_database->disk);
}

void database_close(struct database *database)
{
    if (!database->disk) return;
    database_rest(database);
    fake_disk_free(database->disk);
    database->disk = NULL;
}

static enum fl_error object(struct database *database, struct fl_buf *message)
{
    enum fl_error err = fl_buf_append_text(message, sqlite3_errmsg(database->own));
    return err ? err : FL_EINVAL;
}

/* In backticks: SQLite takes a name in double quotes that no column has for a text. */
static enum fl_error add_name(struct fl_buf *sql, const char *name)
{
    enum fl_error err = fl_buf_append_char(sql, '`');
    for (const char *at = name; *at && !err; at++) {
        if (*at == '`') err = fl_buf_append_char(sql, '`');
        if (!err) err = fl_buf_append_char(sql, *at);
    }
    return err ? err : fl_buf_append_char(sql, '`');
}

/* ` WHERE `a` IS ? AND instr(`b`, ?)`; the values are bound in the same order. */
static enum fl_error add_where(struct fl_buf *sql, const struct plan_pair *pairs, uint32_t count)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < count && !err; i++) {
        bool contains = pairs[i].op == PLAN_CONTAINS;
        err = fl_buf_append_text(sql, i ? " AND " : " WHERE ");
        if (!err && contains) err = fl_buf_append_text(sql, "instr(");
        if (!err) err = add_name(sql, pairs[i].name);
        if (!err) err = fl_buf_append_text(sql, contains ? ", ?)" : " IS ?");
    }
    return err;
}

static void bind(sqlite3_stmt *statement, const struct plan_pair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_pair *pair = &pairs[i];
        long long integer;
        if (pair->type == PLAN_NULL)
            sqlite3_bind_null(statement, (int)i + 1);
        else if (pair->type == PLAN_INTEGER && fl_span_int64(pair->value, &integer))
            sqlite3_bind_int64(statement, (int)i + 1, integer);
        else
            sqlite3_bind_text(statement, (int)i + 1, pair->value.bytes ? pair->value.bytes : "",
                              (int)pair->value.length, SQLITE_STATIC);
    }
}

/* `sql` is released by both. On FL_OK the caller finishes the statement. */
static enum fl_error prepare(struct database *database, struct fl_buf *sql, enum fl_error err,
                             sqlite3_stmt **ret_statement, struct fl_buf *message)
{
    if (!err) err = connect(database);
    if (!err && sqlite3_prepare_v2(database->own, sql->bytes, -1, ret_statement, NULL) != SQLITE_OK)
        err = object(database, message);
    fl_buf_release(sql);
    return err;
}

static enum fl_error prepare_to_read(struct database *database, struct fl_buf *sql,
                                     enum fl_error err, sqlite3_stmt **ret_statement,
                                     struct fl_buf *message)
{
    if (!err) err = connect_to_read(database);
    sqlite3_stmt *known = NULL;
    if (!err && database->is_lent) known = reader_statement(database->reader, sql->bytes);
    *ret_statement = known;
    if (!err && !known &&
        sqlite3_prepare_v2(database->own, sql->bytes, -1, ret_statement, NULL) != SQLITE_OK)
        err = object(database, message);
    fl_buf_release(sql);
    return err;
}

static void finish(const struct database *database, sqlite3_stmt *statement)
{
    if (!database->is_lent) {
        sqlite3_finalize(statement);
        return;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static enum fl_error step(struct database *database, sqlite3_stmt *statement,
                          struct fl_buf *message)
{
    int result = sqlite3_step(statement);
    enum fl_error err = FL_OK;
    if (result == SQLITE_BUSY)
        err = FL_EBUSY;
    else if (result != SQLITE_DONE && result != SQLITE_ROW)
        err = object(database, message);
    sqlite3_finalize(statement);
    return err;
}

enum fl_error database_execute(struct database *database, const char *sql, struct fl_buf *message)
{
    enum fl_error err = connect(database);
    if (err) return err;
    int result = sqlite3_exec(database->own, sql, NULL, NULL, NULL);
    if (result == SQLITE_OK) return FL_OK;
    return result == SQLITE_BUSY ? FL_EBUSY : object(database, message);
}

enum fl_error database_insert(struct database *database, const struct plan_given_row *row,
                              struct fl_buf *message)
{
    struct fl_buf sql = FL_BUF_INIT(SQL_BYTES_MAX);
    sqlite3_stmt *statement;
    enum fl_error err = fl_buf_append_text(&sql, "INSERT INTO ");
    if (!err) err = add_name(&sql, row->table);
    for (uint32_t i = 0; i < row->column_count && !err; i++) {
        err = fl_buf_append_text(&sql, i ? ", " : " (");
        if (!err) err = add_name(&sql, row->columns[i].name);
    }
    if (!err) err = fl_buf_append_text(&sql, ") VALUES (");
    for (uint32_t i = 0; i < row->column_count && !err; i++)
        err = fl_buf_append_text(&sql, i ? ", ?" : "?");
    if (!err) err = fl_buf_append_text(&sql, ")");
    err = prepare(database, &sql, err, &statement, message);
    if (err) return err;
    bind(statement, row->columns, row->column_count);
    return step(database, statement, message);
}

enum fl_error database_delete(struct database *database, const char *table,
                              const struct plan_pair *match, uint32_t count, struct fl_buf *message)
{
    struct fl_buf sql = FL_BUF_INIT(SQL_BYTES_MAX);
    sqlite3_stmt *statement;
    enum fl_error err = fl_buf_append_text(&sql, "DELETE FROM ");
    if (!err) err = add_name(&sql, table);
    if (!err) err = add_where(&sql, match, count);
    err = prepare(database, &sql, err, &statement, message);
    if (err) return err;
    bind(statement, match, count);
    return step(database, statement, message);
}

enum fl_error database_count(struct database *database, const char *table,
                             const struct plan_pair *pairs, uint32_t count, int64_t *ret_rows,
                             struct fl_buf *message)
{
    struct fl_buf sql = FL_BUF_INIT(SQL_BYTES_MAX);
    sqlite3_stmt *statement;
    enum fl_error err = fl_buf_append_text(&sql, "SELECT count(*) FROM ");
    if (!err) err = add_name(&sql, table);
    if (!err) err = add_where(&sql, pairs, count);
    err = prepare_to_read(database, &sql, err, &statement, message);
    if (err) return err;
    bind(statement, pairs, count);
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *ret_rows = sqlite3_column_int64(statement, 0);
    else
        err = result == SQLITE_BUSY ? FL_EBUSY : object(database, message);
    finish(database, statement);
    return err;
}

static struct fl_span cell(sqlite3_stmt *statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return FL_SPAN("NULL");
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return (struct fl_span){text, (size_t)sqlite3_column_bytes(statement, column)};
}

enum fl_error database_show(struct database *database, const char *table,
                            const struct plan_pair *pairs, uint32_t count, struct fl_buf *out)
{
    struct fl_buf sql = FL_BUF_INIT(SQL_BYTES_MAX);
    sqlite3_stmt *statement;
    enum fl_error err = fl_buf_append_text(&sql, "SELECT * FROM ");
    if (!err) err = add_name(&sql, table);
    if (!err) err = add_where(&sql, pairs, count);
    err = prepare_to_read(database, &sql, err, &statement, out);
    if (err) return err;
    bind(statement, pairs, count);
    for (int row = 0; row < DATABASE_ROWS_SHOWN && sqlite3_step(statement) == SQLITE_ROW; row++) {
        for (int i = 0; i < sqlite3_column_count(statement) && !err; i++)
            err =
                fl_buf_printf(out, "%s%s=%.*s",
                              i     ? " "
                              : row ? "; "
                                    : "",
                              sqlite3_column_name(statement, i), FL_SPAN_ARGS(cell(statement, i)));
    }
    finish(database, statement);
    return err;
}

static enum fl_error walk_table(struct database *database, const char *table, database_cell *visit,
                                void *context)
{
    struct fl_buf sql = FL_BUF_INIT(SQL_BYTES_MAX), ignored = FL_BUF_INIT(SQL_BYTES_MAX);
    sqlite3_stmt *statement;
    enum fl_error err = fl_buf_append_text(&sql, "SELECT * FROM ");
    if (!err) err = add_name(&sql, table);
    err = prepare_to_read(database, &sql, err, &statement, &ignored);
    fl_buf_release(&ignored);
    if (err) return err;
    while (!err && sqlite3_step(statement) == SQLITE_ROW) {
        err = visit(context, table, NULL, (struct fl_span){NULL, 0});
        for (int i = 0; i < sqlite3_column_count(statement) && !err; i++)
            err = visit(context, table, sqlite3_column_name(statement, i), cell(statement, i));
    }
    finish(database, statement);
    return err;
}

enum fl_error database_walk(struct database *database, database_cell *visit, void *context)
{
    static const char tables[] = "SELECT name FROM sqlite_master WHERE type = 'table' "
                                 "AND name NOT LIKE 'sqlite_%' ORDER BY name";
    sqlite3_stmt *statement;
    enum fl_error err = connect_to_read(database);
    if (err) return err;
    if (sqlite3_prepare_v2(database->own, tables, -1, &statement, NULL) != SQLITE_OK) return FL_EDB;
    while (!err && sqlite3_step(statement) == SQLITE_ROW)
        err = walk_table(database, (const char *)sqlite3_column_text(statement, 0), visit, context);
    sqlite3_finalize(statement);
    return err;
}
