#include "posix/sqlite_db.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "posix/bulk_sql.h"
#include "posix/db_pool.h"
#include "posix/sqlite_conn.h"

enum { CONNECTIONS_DEFAULT = 8, BUSY_DEFAULT_US = 5 * 1000 * 1000 };

struct fl_sqlite_db {
    struct fl_clock clock;
    struct fl_tasks tasks;
    struct fl_db_pool *pool;
    char *path, *vfs;
    enum fl_sqlite_journal journal;
    int64_t busy_us;
};

enum fl_error fl_sqlite_configure(enum fl_sqlite_threading threading)
{
    int mode = threading == FL_SQLITE_SINGLE_THREAD ? SQLITE_CONFIG_SINGLETHREAD
                                                    : SQLITE_CONFIG_MULTITHREAD;
    if (sqlite3_config(mode)) return FL_EINVAL;
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0)) return FL_EINVAL;
    return sqlite3_initialize() ? FL_ENOMEM : FL_OK;
}

/* What is not the default already: a simulation opens a connection for every process of every run,
 * and each statement has to be compiled for it. */
static const char *settings_for(enum fl_sqlite_journal journal)
{
    switch (journal) {
    case FL_SQLITE_WAL: return "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL";
    case FL_SQLITE_MEMORY: return "PRAGMA journal_mode=MEMORY";
    case FL_SQLITE_DELETE: break;
    }
    return "";
}

static enum fl_error set_up(struct fl_db_conn *conn, enum fl_sqlite_journal journal)
{
    sqlite3_extended_result_codes(conn->sqlite, 1);
    int code = sqlite3_db_config(conn->sqlite, SQLITE_DBCONFIG_ENABLE_FKEY, 1, (int *)NULL);
    if (code) return fl_sqlite_fail(conn, code);
    const char *settings = settings_for(journal);
    return *settings ? fl_sqlite_run(conn, settings, NULL, 0, NULL, NULL) : FL_OK;
}

static void conn_close(void *self, struct fl_db_conn *conn)
{
    (void)self;
    fl_sqlite_close(conn);
    free(conn);
}

static enum fl_error conn_open(void *self, struct fl_db_conn **ret_conn)
{
    const struct fl_sqlite_db *db = self;
    struct fl_db_conn *conn = calloc(1, sizeof *conn);
    if (!conn) return FL_ENOMEM;
    conn->clock = db->clock;
    conn->tasks = db->tasks;
    conn->busy_us = db->busy_us;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(db->path, &conn->sqlite, flags, db->vfs);
    enum fl_error err = code ? fl_sqlite_fail(conn, code) : set_up(conn, db->journal);
    if (err) {
        conn_close(self, conn);
        return err;
    }
    *ret_conn = conn;
    return FL_OK;
}

static bool conn_is_usable(void *self, struct fl_db_conn *conn)
{
    (void)self;
    return !conn->broken;
}

static const struct fl_db_pool_ops pool_ops = {
    .open = conn_open, .close = conn_close, .is_usable = conn_is_usable};

static enum fl_error checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    struct fl_sqlite_db *db = self;
    enum fl_error err = fl_db_pool_take(db->pool, deadline_us, ret_conn);
    if (!err) (*ret_conn)->error[0] = '\0';
    return err;
}

static void rollback(void *self, struct fl_db_conn *conn)
{
    (void)self;
    if (sqlite3_get_autocommit(conn->sqlite)) return;
    char error[FL_DB_ERROR_BYTES];
    memcpy(error, conn->error, sizeof error); /* the first failure is the one worth reading */
    if (fl_sqlite_run(conn, "ROLLBACK", NULL, 0, NULL, NULL)) conn->broken = true;
    if (error[0]) memcpy(conn->error, error, sizeof error);
}

static void checkin(void *self, struct fl_db_conn *conn)
{
    struct fl_sqlite_db *db = self;
    rollback(self, conn);
    fl_db_pool_return(db->pool, conn);
}

static enum fl_error begin(void *self, struct fl_db_conn *conn)
{
    (void)self;
    return fl_sqlite_run(conn, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL);
}

static enum fl_error commit(void *self, struct fl_db_conn *conn)
{
    (void)self;
    enum fl_error err = fl_sqlite_run(conn, "COMMIT", NULL, 0, NULL, NULL);
    /* The last step (removing the journal, syncing the log) may or may not have reached the disk.
     */
    return err == FL_EIO ? FL_ELOST : err;
}

static enum fl_error execute(void *self, struct fl_db_conn *conn, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_affected)
{
    (void)self;
    return fl_sqlite_run(conn, sql, values, count, NULL, ret_affected);
}

static enum fl_error query(void *self, struct fl_db_conn *conn, const char *sql,
                           const struct fl_db_value *values, size_t count,
                           struct fl_db_rows *ret_rows)
{
    (void)self;
    *ret_rows = (struct fl_db_rows){0};
    return fl_sqlite_run(conn, sql, values, count, ret_rows, NULL);
}

static enum fl_error insert_rows(struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 struct fl_buf *sql, int64_t *ret_written)
{
    size_t slice = fl_bulk_sql_rows(bulk), sql_rows = 0, done = 0;
    enum fl_error err = FL_OK;
    *ret_written = 0;
    while (!err && done < bulk->row_count) {
        size_t rows = bulk->row_count - done < slice ? bulk->row_count - done : slice;
        int64_t inserted = 0;
        if (rows != sql_rows) {
            fl_buf_truncate(sql, 0);
            err = fl_bulk_sql(bulk, rows, sql);
            if (err) break;
            sql_rows = rows;
        }
        err = fl_sqlite_run(conn, sql->bytes, &bulk->values[done * bulk->column_count],
                            rows * bulk->column_count, NULL, &inserted);
        *ret_written += inserted;
        done += rows;
    }
    return err;
}

static enum fl_error bulk_insert(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_written)
{
    (void)self;
    fl_assert(bulk->column_count > 0 && bulk->column_count <= FL_BULK_SQL_COLUMNS_MAX);
    struct fl_buf sql = FL_BUF_INIT(FL_BULK_SQL_BYTES_MAX);
    int64_t inserted = 0;
    enum fl_error err = insert_rows(conn, bulk, &sql, &inserted);
    fl_buf_release(&sql);
    if (!err && ret_written) *ret_written = inserted;
    return err;
}

static const char *last_error(void *self, struct fl_db_conn *conn)
{
    (void)self;
    return conn->error;
}

static const struct fl_db_ops ops = {
    .checkout = checkout,
    .checkin = checkin,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .execute = execute,
    .query = query,
    .bulk_insert = bulk_insert,
    .last_error = last_error,
};

struct fl_db fl_sqlite_db_port(struct fl_sqlite_db *db)
{
    return (struct fl_db){&ops, db};
}

void fl_sqlite_db_free(struct fl_sqlite_db *db)
{
    if (!db) return;
    fl_db_pool_free(db->pool);
    free(db->path);
    free(db->vfs);
    free(db);
}

enum fl_error fl_sqlite_db_new(const struct fl_sqlite_options *options, struct fl_clock clock,
                               struct fl_tasks tasks, struct fl_sqlite_db **ret_db)
{
    int connections = options->connections_max ? options->connections_max : CONNECTIONS_DEFAULT;
    if (connections < 0 || connections > FL_DB_CONNECTIONS_MAX) return FL_EINVAL;
    struct fl_sqlite_db *db = calloc(1, sizeof *db);
    if (!db) return FL_ENOMEM;
    db->clock = clock;
    db->tasks = tasks;
    db->journal = options->journal;
    db->busy_us = options->busy_us ? options->busy_us : BUSY_DEFAULT_US;
    db->path = strdup(options->path);
    db->vfs = options->vfs ? strdup(options->vfs) : NULL;
    enum fl_error err = fl_db_pool_new(&pool_ops, db, tasks, connections, &db->pool);
    if (!err && (!db->path || (options->vfs && !db->vfs))) err = FL_ENOMEM;
    if (err) {
        fl_sqlite_db_free(db);
        return err;
    }
    *ret_db = db;
    return FL_OK;
}
