/* src/posix/bulk_sql.h - the SQL of a bulk insert, as SQLite and PostgreSQL both read it. */
#ifndef FL_POSIX_BULK_SQL_H
#define FL_POSIX_BULK_SQL_H

#include "core/buf.h"
#include "core/error.h"
#include "ports/db.h"

enum {
    /* Values in one statement: far below the limits of either (32,766 and 65,535), where longer
     * statements stop being faster. */
    FL_BULK_SQL_VALUES = 512,
    FL_BULK_SQL_COLUMNS_MAX = 1000,
    FL_BULK_SQL_BYTES_MAX = 256 * 1024,
};

/* How many rows of the bulk go into one statement; at least 1. */
size_t fl_bulk_sql_rows(const struct fl_db_bulk *bulk);
/* INSERT INTO "table" ("a","b") VALUES (?,?),(?,?) ON CONFLICT ("a") DO NOTHING, for `rows` rows;
 * or DO UPDATE SET "b"=excluded."b". */
FL_CHECKED enum fl_error fl_bulk_sql(const struct fl_db_bulk *bulk, size_t rows,
                                     struct fl_buf *out);

/* Its parts, for whoever takes the rows from elsewhere. */
FL_CHECKED enum fl_error fl_bulk_sql_name(const char *name, struct fl_buf *out);
FL_CHECKED enum fl_error fl_bulk_sql_names(const char *const *names, size_t count,
                                           struct fl_buf *out);
/* " ON CONFLICT ..."; nothing when a clash is an error. */
FL_CHECKED enum fl_error fl_bulk_sql_clash(const struct fl_db_bulk *bulk, struct fl_buf *out);

#endif
