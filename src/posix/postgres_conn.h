/* src/posix/postgres_conn.h - one connection to PostgreSQL: its statements and its last error.
 *
 * Numbers go and come as text, so that the server's own rules of conversion hold. A statement is
 * parsed anew each time: nothing of it is kept in the server that a proxy between could mix up. */
#ifndef FL_POSIX_POSTGRES_CONN_H
#define FL_POSIX_POSTGRES_CONN_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "ports/db.h"

enum { FL_POSTGRES_SQL_BYTES_MAX = 1024 * 1024, FL_POSTGRES_VALUES_MAX = 65535 };

struct fl_db_conn {
    PGconn *pg;
    bool broken; /* not to be used again */
    char error[FL_DB_ERROR_BYTES];
};

/* Errors as in ports/db.h. *ret_rows and *ret_affected may be NULL; rows are the last statement's.
 */
FL_CHECKED enum fl_error fl_postgres_run(struct fl_db_conn *conn, const char *sql,
                                         const struct fl_db_value *values, size_t count,
                                         struct fl_db_rows *ret_rows, int64_t *ret_affected);
/* Takes `result` (which may be NULL) and says what it means. */
FL_CHECKED enum fl_error fl_postgres_result(struct fl_db_conn *conn, PGresult *result,
                                            int64_t *ret_affected);
/* False when it has a NUL inside; says so in the connection's error. */
bool fl_postgres_may_hold(struct fl_db_conn *conn, struct fl_span text);
/* Whether a transaction is open, in whatever state. */
bool fl_postgres_in_transaction(const struct fl_db_conn *conn);

/* `?` outside of texts, names and comments becomes $1, $2, ...; *ret_count says how many. */
FL_CHECKED enum fl_error fl_postgres_placeholders(const char *sql, struct fl_buf *out,
                                                  size_t *ret_count);
/* One transaction is open: its rows go in by COPY. */
FL_CHECKED enum fl_error fl_postgres_copy(struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                          int64_t *ret_written);

#endif
