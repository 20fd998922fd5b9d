/* src/posix/sqlite_bulk.h - the SQL of a bulk insert in SQLite's dialect. */
#ifndef FL_POSIX_SQLITE_BULK_H
#define FL_POSIX_SQLITE_BULK_H

#include "core/buf.h"
#include "core/error.h"
#include "ports/db.h"

enum {
    /* Values in one statement: far below SQLite's own limit (32,766), where longer statements stop
     * being faster. */
    FL_SQLITE_BULK_VALUES = 512,
    FL_SQLITE_BULK_COLUMNS_MAX = 1000,
    FL_SQLITE_BULK_SQL_BYTES_MAX = 256 * 1024,
};

/* How many rows of the bulk go into one statement; at least 1. */
size_t fl_sqlite_bulk_rows(const struct fl_db_bulk *bulk);
/* INSERT INTO "table" ("a","b") VALUES (?,?),(?,?) ON CONFLICT ("a") DO NOTHING, for `rows` rows.
 */
FL_CHECKED enum fl_error fl_sqlite_bulk_sql(const struct fl_db_bulk *bulk, size_t rows,
                                            struct fl_buf *out);

#endif
