/* src/posix/sqlite_conn.c - prepare (or find), bind, step until done, and again while the file is
 * busy. A statement that failed is reset, so it is always free when it is looked up. */
#include "posix/sqlite_conn.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_DELAY_US = 1000, LAST_DELAY_US = 32 * 1000, FIRST_ROWS = 8 };

static enum fl_error error_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM: return FL_ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return FL_EBUSY;
    case SQLITE_FULL: return FL_ENOSPACE;
    case SQLITE_CONSTRAINT: return FL_ECONSTRAINT;
    case SQLITE_TOOBIG: return FL_EBOUND;
    case SQLITE_IOERR: return code == SQLITE_IOERR_NOMEM ? FL_ENOMEM : FL_EIO;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY: return FL_EIO;
    default: return FL_EDB;
    }
}

enum fl_error fl_sqlite_fail(struct fl_db_conn *conn, int code)
{
    const char *words = conn->sqlite ? sqlite3_errmsg(conn->sqlite) : sqlite3_errstr(code);
    snprintf(conn->error, sizeof conn->error, "%s", words);
    int kind = code & 0xff;
    if (kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        conn->broken = true;
    return error_of(code);
}

/* How long a busy file is still waited for. */
struct patience {
    int64_t until_us, delay_us;
};

/* False when the bound is reached. */
static bool wait_a_little(const struct fl_db_conn *conn, struct patience *patience)
{
    int64_t now_us = fl_clock_mono_us(conn->clock);
    if (!patience->delay_us)
        *patience =
            (struct patience){fl_clock_deadline_us(conn->clock, conn->busy_us), FIRST_DELAY_US};
    if (now_us >= patience->until_us) return false;
    fl_task_sleep_until(conn->tasks, now_us + patience->delay_us);
    if (patience->delay_us < LAST_DELAY_US) patience->delay_us *= 2;
    return true;
}

/* Busy may come from preparing too: the schema is read then. */
static enum fl_error prepare(struct fl_db_conn *conn, const char *sql, const char **ret_rest,
                             sqlite3_stmt **ret_handle)
{
    struct patience patience = {0};
    for (;;) {
        int code = sqlite3_prepare_v3(conn->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_handle,
                                      ret_rest);
        if (code == SQLITE_OK) return FL_OK;
        if ((code & 0xff) != SQLITE_BUSY || !wait_a_little(conn, &patience))
            return fl_sqlite_fail(conn, code);
    }
}

static struct fl_sqlite_statement *oldest(struct fl_db_conn *conn)
{
    struct fl_sqlite_statement *found = &conn->statements[0];
    for (size_t i = 1; i < FL_SQLITE_STATEMENTS_MAX; i++)
        if (conn->statements[i].used_at < found->used_at) found = &conn->statements[i];
    return found;
}

static struct fl_sqlite_statement *find(struct fl_db_conn *conn, const char *sql)
{
    for (size_t i = 0; i < FL_SQLITE_STATEMENTS_MAX; i++) {
        struct fl_sqlite_statement *statement = &conn->statements[i];
        if (statement->handle && strcmp(sqlite3_sql(statement->handle), sql) == 0) return statement;
    }
    return NULL;
}

/* The first statement of `sql`; *ret_handle is NULL when only blanks or comments are left. */
static enum fl_error statement_for(struct fl_db_conn *conn, const char *sql, const char **ret_rest,
                                   sqlite3_stmt **ret_handle)
{
    struct fl_sqlite_statement *statement = find(conn, sql);
    if (statement) {
        *ret_rest = sql + strlen(sql);
    } else {
        sqlite3_stmt *handle = NULL;
        enum fl_error err = prepare(conn, sql, ret_rest, &handle);
        *ret_handle = handle;
        if (err || !handle) return err;
        statement = oldest(conn);
        sqlite3_finalize(statement->handle);
        statement->handle = handle;
    }
    statement->used_at = ++conn->uses;
    *ret_handle = statement->handle;
    return FL_OK;
}

static int bind_value(sqlite3_stmt *handle, int index, const struct fl_db_value *value)
{
    switch (value->type) {
    case FL_DB_NULL: return sqlite3_bind_null(handle, index);
    case FL_DB_INT64: return sqlite3_bind_int64(handle, index, value->integer);
    case FL_DB_TEXT: break;
    }
    const char *bytes = value->text.bytes ? value->text.bytes : "";
    return sqlite3_bind_text64(handle, index, bytes, value->text.length, SQLITE_STATIC,
                               SQLITE_UTF8);
}

static enum fl_error bind_all(struct fl_db_conn *conn, sqlite3_stmt *handle,
                              const struct fl_db_value *values, size_t count)
{
    if ((size_t)sqlite3_bind_parameter_count(handle) != count) {
        snprintf(conn->error, sizeof conn->error, "%zu values for %d placeholders", count,
                 sqlite3_bind_parameter_count(handle));
        return FL_EDB;
    }
    for (size_t i = 0; i < count; i++) {
        int code = bind_value(handle, (int)i + 1, &values[i]);
        if (code) return fl_sqlite_fail(conn, code);
    }
    return FL_OK;
}

/* Rows under construction: the array doubles inside the arena. */
struct gathering {
    struct fl_db_rows *rows;
    struct fl_db_value *values;
    size_t capacity; /* in rows */
};

static enum fl_error make_room(struct gathering *g)
{
    if (g->rows->row_count < g->capacity) return FL_OK;
    if (g->rows->row_count >= FL_DB_ROWS_MAX) return FL_EBOUND;
    size_t capacity = g->capacity ? g->capacity * 2 : FIRST_ROWS;
    struct fl_db_value *values =
        fl_arena_alloc_array(&g->rows->arena, capacity * g->rows->column_count, sizeof *values);
    if (!values) return FL_ENOMEM;
    size_t used = g->rows->row_count * g->rows->column_count;
    if (used) memcpy(values, g->values, used * sizeof *values);
    g->rows->values = g->values = values;
    g->capacity = capacity;
    return FL_OK;
}

static enum fl_error read_value(sqlite3_stmt *handle, int column, struct fl_arena *arena,
                                struct fl_db_value *ret_value)
{
    int type = sqlite3_column_type(handle, column);
    *ret_value = (struct fl_db_value){.type = FL_DB_NULL};
    if (type == SQLITE_NULL) return FL_OK;
    if (type == SQLITE_INTEGER) {
        *ret_value = fl_db_int64(sqlite3_column_int64(handle, column));
        return FL_OK;
    }
    const char *bytes = (const char *)sqlite3_column_text(handle, column);
    if (!bytes) return FL_ENOMEM;
    size_t length = (size_t)sqlite3_column_bytes(handle, column);
    char *copy = fl_arena_copy(arena, (struct fl_span){bytes, length});
    if (!copy) return FL_ENOMEM;
    *ret_value = fl_db_text((struct fl_span){copy, length});
    return FL_OK;
}

static enum fl_error gather_row(struct gathering *g, sqlite3_stmt *handle)
{
    if (!g->rows) return FL_OK;
    g->rows->column_count = (size_t)sqlite3_column_count(handle);
    enum fl_error err = make_room(g);
    size_t first = g->rows->row_count * g->rows->column_count;
    for (size_t i = 0; !err && i < g->rows->column_count; i++)
        err = read_value(handle, (int)i, &g->rows->arena, &g->values[first + i]);
    if (!err) g->rows->row_count++;
    return err;
}

/* One attempt; *ret_code is SQLite's last word when the error is not ours. */
static enum fl_error step_through(sqlite3_stmt *handle, struct fl_db_rows *rows, int *ret_code)
{
    struct gathering gathering = {.rows = rows};
    enum fl_error err = FL_OK;
    while (!err && (*ret_code = sqlite3_step(handle)) == SQLITE_ROW)
        err = gather_row(&gathering, handle);
    return err;
}

static enum fl_error run_one(struct fl_db_conn *conn, sqlite3_stmt *handle, struct fl_db_rows *rows)
{
    struct patience patience = {0};
    for (;;) {
        int code = SQLITE_DONE;
        enum fl_error err = step_through(handle, rows, &code);
        if (!err && code != SQLITE_DONE) err = fl_sqlite_fail(conn, code);
        sqlite3_reset(handle);
        if (err != FL_EBUSY || !wait_a_little(conn, &patience)) return err;
        if (rows) fl_db_rows_release(rows);
    }
}

enum fl_error fl_sqlite_run(struct fl_db_conn *conn, const char *sql,
                            const struct fl_db_value *values, size_t count,
                            struct fl_db_rows *ret_rows, int64_t *ret_affected)
{
    enum fl_error err;
    int64_t before = sqlite3_total_changes64(conn->sqlite);
    do {
        sqlite3_stmt *handle = NULL;
        err = statement_for(conn, sql, &sql, &handle);
        if (err || !handle) break;
        if (ret_rows) fl_db_rows_release(ret_rows);
        err = bind_all(conn, handle, values, count);
        if (!err) err = run_one(conn, handle, ret_rows);
        sqlite3_clear_bindings(handle); /* they point to the caller's bytes */
        values = NULL;
        count = 0;
    } while (!err && *sql);
    if (err && ret_rows) fl_db_rows_release(ret_rows);
    if (!err && ret_affected) *ret_affected = sqlite3_total_changes64(conn->sqlite) - before;
    return err;
}

void fl_sqlite_close(struct fl_db_conn *conn)
{
    for (size_t i = 0; i < FL_SQLITE_STATEMENTS_MAX; i++) {
        sqlite3_finalize(conn->statements[i].handle);
        conn->statements[i] = (struct fl_sqlite_statement){0};
    }
    sqlite3_close_v2(conn->sqlite);
    conn->sqlite = NULL;
}
