/* src/posix/sqlite_conn.h - one SQLite connection: its statements, its waiting, its last error.
 *
 * No call of another port is made inside a sqlite3_* call: SQLite's own busy handler stays off, and
 * a busy file is waited for between two attempts. */
#ifndef FL_POSIX_SQLITE_CONN_H
#define FL_POSIX_SQLITE_CONN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/db.h"
#include "ports/task.h"

enum { FL_SQLITE_STATEMENTS_MAX = 32 }; /* prepared statements kept by a connection */

struct fl_sqlite_statement {
    sqlite3_stmt *handle; /* owned; its SQL text is the key */
    uint64_t used_at;     /* the least recent one makes room */
};

struct fl_db_conn {
    sqlite3 *sqlite;
    struct fl_clock clock;
    struct fl_tasks tasks;
    int64_t busy_us;
    struct fl_sqlite_statement statements[FL_SQLITE_STATEMENTS_MAX];
    uint64_t uses;
    bool broken; /* the file or SQLite's view of it is damaged: not to be used again */
    char error[FL_DB_ERROR_BYTES];
};

/* Runs every statement of `sql`; `values` are bound to the first. *ret_rows and *ret_affected may
 * be NULL; rows are the last statement's. Errors as in ports/db.h. */
FL_CHECKED enum fl_error fl_sqlite_run(struct fl_db_conn *conn, const char *sql,
                                       const struct fl_db_value *values, size_t count,
                                       struct fl_db_rows *ret_rows, int64_t *ret_affected);
/* Finalizes the statements and closes; `conn` itself stays the caller's. */
void fl_sqlite_close(struct fl_db_conn *conn);
/* Keeps SQLite's words for `code` and returns what the port calls it. */
enum fl_error fl_sqlite_fail(struct fl_db_conn *conn, int code);

#endif
