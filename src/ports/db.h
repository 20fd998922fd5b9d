/* src/ports/db.h - a relational database, by the operations in which dialects differ.
 *
 * A connection is checked out of a bounded pool, used by one task and returned. SQL is written once
 * with ? placeholders; what SQLite and PostgreSQL do differently (many rows at once) is an
 * operation here. A busy database is waited for inside the port, up to its named bound, then
 * FL_EBUSY.
 *
 * What a job may hope of its next run: all errors but FL_ECONSTRAINT and FL_EINVAL may be gone
 * then. */
#ifndef FL_PORTS_DB_H
#define FL_PORTS_DB_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"

struct fl_db_conn; /* opaque, the port's */

enum fl_db_type { FL_DB_NULL, FL_DB_INT64, FL_DB_TEXT };

struct fl_db_value {
    enum fl_db_type type;
    int64_t integer;
    struct fl_span text;
};

struct fl_db_rows {
    struct fl_arena arena;
    const struct fl_db_value *values; /* row-major */
    size_t row_count, column_count;
};

static inline void fl_db_rows_release(struct fl_db_rows *rows)
{
    fl_arena_release(&rows->arena);
    *rows = (struct fl_db_rows){0};
}

/* Many rows into one table, in one statement or a few, inside the current transaction. */
struct fl_db_bulk {
    const char *table;
    const char *const *columns;
    size_t column_count;
    const struct fl_db_value *values; /* row-major */
    size_t row_count;
    /* Columns of a unique key. A row whose key is there is skipped or, when `update` names columns,
     * gives them to the one that is there; then no two rows of the bulk may have the same key.
     * NULL: a clash is FL_ECONSTRAINT. */
    const char *const *key;
    size_t key_count;
    const char *const *update;
    size_t update_count;
};

enum { FL_DB_ROWS_MAX = 1000 * 1000, FL_DB_ERROR_BYTES = 256 };

struct fl_db_ops {
    /* FL_ETIMEDOUT: every connection stayed in use until the deadline. FL_EDB, FL_EIO: cannot open.
     */
    enum fl_error (*checkout)(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn);
    /* An open transaction is rolled back. */
    void (*checkin)(void *self, struct fl_db_conn *conn);
    /* In SQLite it takes the one lock for writing; FL_EBUSY when others keep it past the port's
     * bound. PostgreSQL locks rows as they are written: there a transaction that decides by what it
     * reads begins with an UPDATE of the row that it is about. */
    enum fl_error (*begin)(void *self, struct fl_db_conn *conn);
    /* FL_ELOST: whether it was committed is not known. Any other error: it was not. */
    enum fl_error (*commit)(void *self, struct fl_db_conn *conn);
    void (*rollback)(void *self, struct fl_db_conn *conn);
    /* Several statements may stand in `sql` when there are no values. *ret_affected may be NULL.
     * FL_ECONSTRAINT; FL_EINVAL: a value that the column cannot hold; FL_EBUSY: locked, or chosen
     * to give way in a deadlock or a clash of transactions; FL_ENOSPACE, FL_ENOMEM, FL_EIO, FL_EDB;
     * FL_ELOST: the connection broke outside a transaction, it may have happened. Inside a
     * transaction any of them ends it: roll back. */
    enum fl_error (*execute)(void *self, struct fl_db_conn *conn, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_affected);
    /* The caller releases *ret_rows. FL_EBOUND past FL_DB_ROWS_MAX; else as execute. */
    enum fl_error (*query)(void *self, struct fl_db_conn *conn, const char *sql,
                           const struct fl_db_value *values, size_t count,
                           struct fl_db_rows *ret_rows);
    /* *ret_written, without the rows that were skipped, may be NULL. Errors as of execute. */
    enum fl_error (*bulk_insert)(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_written);
    /* The driver's words for the last failure on this connection; "" when there was none. */
    const char *(*last_error)(void *self, struct fl_db_conn *conn);
};

struct fl_db {
    const struct fl_db_ops *ops; /* NULL: the program has no database */
    void *self;
};

static inline struct fl_db_value fl_db_int64(int64_t integer)
{
    return (struct fl_db_value){.type = FL_DB_INT64, .integer = integer};
}

static inline struct fl_db_value fl_db_text(struct fl_span text)
{
    return (struct fl_db_value){.type = FL_DB_TEXT, .text = text};
}

FL_CHECKED static inline enum fl_error fl_db_checkout(struct fl_db db, int64_t deadline_us,
                                                      struct fl_db_conn **ret_conn)
{
    return db.ops->checkout(db.self, deadline_us, ret_conn);
}

static inline void fl_db_checkin(struct fl_db db, struct fl_db_conn *conn)
{
    if (conn) db.ops->checkin(db.self, conn);
}

FL_CHECKED static inline enum fl_error fl_db_begin(struct fl_db db, struct fl_db_conn *conn)
{
    return db.ops->begin(db.self, conn);
}

FL_CHECKED static inline enum fl_error fl_db_commit(struct fl_db db, struct fl_db_conn *conn)
{
    return db.ops->commit(db.self, conn);
}

static inline void fl_db_rollback(struct fl_db db, struct fl_db_conn *conn)
{
    db.ops->rollback(db.self, conn);
}

FL_CHECKED static inline enum fl_error fl_db_execute(struct fl_db db, struct fl_db_conn *conn,
                                                     const char *sql,
                                                     const struct fl_db_value *values, size_t count,
                                                     int64_t *ret_affected)
{
    return db.ops->execute(db.self, conn, sql, values, count, ret_affected);
}

FL_CHECKED static inline enum fl_error fl_db_query(struct fl_db db, struct fl_db_conn *conn,
                                                   const char *sql,
                                                   const struct fl_db_value *values, size_t count,
                                                   struct fl_db_rows *ret_rows)
{
    return db.ops->query(db.self, conn, sql, values, count, ret_rows);
}

FL_CHECKED static inline enum fl_error fl_db_bulk_insert(struct fl_db db, struct fl_db_conn *conn,
                                                         const struct fl_db_bulk *bulk,
                                                         int64_t *ret_written)
{
    return db.ops->bulk_insert(db.self, conn, bulk, ret_written);
}

static inline const char *fl_db_last_error(struct fl_db db, struct fl_db_conn *conn)
{
    return db.ops->last_error(db.self, conn);
}

#endif
