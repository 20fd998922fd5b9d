#include "posix/postgres_db.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "posix/bulk_sql.h"
#include "posix/postgres_conn.h"

enum { CONNECTIONS_DEFAULT = 8, BUSY_DEFAULT_US = 5 * 1000 * 1000 };
enum { UNASKED_MAX = 8 };    /* pieces that a server may send without being asked */
enum { COPY_ROWS_MIN = 32 }; /* fewer go in one statement: that is one round trip */

struct fl_postgres_db {
    struct fl_tasks tasks;
    struct fl_db_pool *pool;
    struct fl_monitor *monitor; /* guards `problem` */
    char *url;
    char settings[64]; /* of each connection, unless the URL says otherwise */
    char problem[FL_DB_ERROR_BYTES];
};

/* --- connections --- */

/* "relation exists already, skipping" is nobody's news. */
static void drop_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void conn_close(void *self, struct fl_db_conn *conn)
{
    (void)self;
    PQfinish(conn->pg);
    free(conn);
}

static void note_problem(struct fl_postgres_db *db, const char *words)
{
    fl_monitor_enter(db->tasks, db->monitor);
    snprintf(db->problem, sizeof db->problem, "%.*s", (int)strcspn(words, "\n"), words);
    fl_monitor_leave(db->tasks, db->monitor);
}

/* What stands before the URL gives way to it, what stands behind it does not. */
static PGconn *connect_to(const struct fl_postgres_db *db)
{
    const char *const keys[] = {"connect_timeout",
                                "tcp_user_timeout",
                                "fallback_application_name",
                                "options",
                                "dbname",
                                "client_encoding",
                                NULL};
    const char *const values[] = {"5", "30000", "faultline", db->settings, db->url, "UTF8", NULL};
    return PQconnectdbParams(keys, values, 1);
}

static enum fl_error conn_open(void *self, struct fl_db_conn **ret_conn)
{
    struct fl_postgres_db *db = self;
    struct fl_db_conn *conn = calloc(1, sizeof *conn);
    if (!conn) return FL_ENOMEM;
    conn->pg = connect_to(db);
    if (!conn->pg) {
        free(conn);
        return FL_ENOMEM;
    }
    if (PQstatus(conn->pg) != CONNECTION_OK) {
        note_problem(db, PQerrorMessage(conn->pg));
        conn_close(self, conn);
        return FL_ECONNECT;
    }
    PQsetNoticeProcessor(conn->pg, drop_notice, NULL);
    *ret_conn = conn;
    return FL_OK;
}

/* What the server has said meanwhile is heard here: a farewell, and then the end of the stream. */
static bool conn_is_usable(void *self, struct fl_db_conn *conn)
{
    struct pollfd socket = {.fd = PQsocket(conn->pg), .events = POLLIN};
    (void)self;
    if (conn->broken) return false;
    for (int i = 0; i < UNASKED_MAX; i++) {
        if (poll(&socket, 1, 0) == 0) return true;
        if (!PQconsumeInput(conn->pg) || PQstatus(conn->pg) != CONNECTION_OK) return false;
    }
    return false;
}

static const struct fl_db_pool_ops pool_ops = {
    .open = conn_open, .close = conn_close, .is_usable = conn_is_usable};

/* --- the port --- */

static enum fl_error checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    struct fl_postgres_db *db = self;
    enum fl_error err = fl_db_pool_take(db->pool, deadline_us, ret_conn);
    if (!err) (*ret_conn)->error[0] = '\0';
    return err;
}

static void rollback(void *self, struct fl_db_conn *conn)
{
    (void)self;
    if (conn->broken || !fl_postgres_in_transaction(conn)) return;
    char error[FL_DB_ERROR_BYTES];
    memcpy(error, conn->error, sizeof error); /* the first failure is the one worth reading */
    if (fl_postgres_run(conn, "ROLLBACK", NULL, 0, NULL, NULL)) conn->broken = true;
    if (error[0]) memcpy(conn->error, error, sizeof error);
}

static void checkin(void *self, struct fl_db_conn *conn)
{
    struct fl_postgres_db *db = self;
    rollback(self, conn);
    fl_db_pool_return(db->pool, conn);
}

static enum fl_error begin(void *self, struct fl_db_conn *conn)
{
    (void)self;
    return fl_postgres_run(conn, "BEGIN", NULL, 0, NULL, NULL);
}

/* PostgreSQL answers a COMMIT of what has failed with a ROLLBACK, and calls that well done. */
static enum fl_error commit(void *self, struct fl_db_conn *conn)
{
    (void)self;
    if (PQtransactionStatus(conn->pg) == PQTRANS_INERROR) return FL_EDB;
    enum fl_error err = fl_postgres_run(conn, "COMMIT", NULL, 0, NULL, NULL);
    return err && conn->broken ? FL_ELOST : err;
}

static enum fl_error execute(void *self, struct fl_db_conn *conn, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_affected)
{
    (void)self;
    return fl_postgres_run(conn, sql, values, count, NULL, ret_affected);
}

static enum fl_error query(void *self, struct fl_db_conn *conn, const char *sql,
                           const struct fl_db_value *values, size_t count,
                           struct fl_db_rows *ret_rows)
{
    (void)self;
    *ret_rows = (struct fl_db_rows){0};
    return fl_postgres_run(conn, sql, values, count, ret_rows, NULL);
}

static enum fl_error insert_few(struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                int64_t *ret_written)
{
    struct fl_buf sql = FL_BUF_INIT(FL_BULK_SQL_BYTES_MAX);
    enum fl_error err = fl_bulk_sql(bulk, bulk->row_count, &sql);
    if (!err)
        err = fl_postgres_run(conn, sql.bytes, bulk->values, bulk->row_count * bulk->column_count,
                              NULL, ret_written);
    fl_buf_release(&sql);
    return err;
}

/* As one, also when no transaction is open. */
static enum fl_error insert_many(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_written)
{
    if (fl_postgres_in_transaction(conn)) return fl_postgres_copy(conn, bulk, ret_written);
    enum fl_error err = begin(self, conn);
    if (!err) err = fl_postgres_copy(conn, bulk, ret_written);
    if (!err) err = commit(self, conn);
    if (err) rollback(self, conn);
    return err;
}

static enum fl_error bulk_insert(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_written)
{
    fl_assert(bulk->column_count > 0);
    fl_assert(bulk->column_count <= FL_BULK_SQL_COLUMNS_MAX);
    bool few = bulk->row_count < COPY_ROWS_MIN && bulk->row_count <= fl_bulk_sql_rows(bulk);
    int64_t written = 0;
    enum fl_error err = FL_OK;
    if (bulk->row_count)
        err = few ? insert_few(conn, bulk, &written) : insert_many(self, conn, bulk, &written);
    if (!err && ret_written) *ret_written = written;
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

struct fl_db fl_postgres_db_port(struct fl_postgres_db *db)
{
    return (struct fl_db){&ops, db};
}

/* --- the whole --- */

void fl_postgres_db_free(struct fl_postgres_db *db)
{
    if (!db) return;
    fl_db_pool_free(db->pool);
    fl_monitor_free(db->tasks, db->monitor);
    free(db->url);
    free(db);
}

static bool is_readable(const char *url)
{
    PQconninfoOption *parts = PQconninfoParse(url, NULL);
    PQconninfoFree(parts);
    return parts != NULL;
}

enum fl_error fl_postgres_db_new(const struct fl_postgres_options *options, struct fl_tasks tasks,
                                 struct fl_postgres_db **ret_db)
{
    int connections = options->connections_max ? options->connections_max : CONNECTIONS_DEFAULT;
    int64_t busy_us = options->busy_us ? options->busy_us : BUSY_DEFAULT_US;
    if (connections < 0 || connections > FL_DB_CONNECTIONS_MAX) return FL_EINVAL;
    if (!is_readable(options->url)) return FL_EINVAL;
    struct fl_postgres_db *db = calloc(1, sizeof *db);
    if (!db) return FL_ENOMEM;
    db->tasks = tasks;
    snprintf(db->settings, sizeof db->settings, "-c lock_timeout=%lld",
             (long long)(busy_us + 999) / 1000);
    db->url = strdup(options->url);
    enum fl_error err = db->url ? FL_OK : FL_ENOMEM;
    if (!err) err = fl_monitor_new(tasks, "database", &db->monitor);
    if (!err) err = fl_db_pool_new(&pool_ops, db, tasks, connections, &db->pool);
    if (err) {
        fl_postgres_db_free(db);
        return err;
    }
    *ret_db = db;
    return FL_OK;
}

static const char *part_of(const PQconninfoOption *parts, const char *key)
{
    for (; parts && parts->keyword; parts++)
        if (strcmp(parts->keyword, key) == 0 && parts->val) return parts->val;
    return "";
}

void fl_postgres_where(const struct fl_postgres_db *db, char ret_where[FL_POSTGRES_WHERE_BYTES])
{
    PQconninfoOption *parts = PQconninfoParse(db->url, NULL);
    const char *port = part_of(parts, "port");
    snprintf(ret_where, FL_POSTGRES_WHERE_BYTES, "postgres://%s%s%s/%s", part_of(parts, "host"),
             *port ? ":" : "", port, part_of(parts, "dbname"));
    PQconninfoFree(parts);
}

void fl_postgres_problem(struct fl_postgres_db *db, char ret_problem[FL_DB_ERROR_BYTES])
{
    fl_monitor_enter(db->tasks, db->monitor);
    memcpy(ret_problem, db->problem, FL_DB_ERROR_BYTES);
    fl_monitor_leave(db->tasks, db->monitor);
}
