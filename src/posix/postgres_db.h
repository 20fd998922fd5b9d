/* src/posix/postgres_db.h - the database port on PostgreSQL: a bounded pool of connections to one
 * server.
 *
 * Transactions are as the server's default_transaction_isolation says. Many rows go in by COPY:
 * into the table itself, or, where a key may clash, into a staging table and from there in one
 * statement. A connection that broke, also while nobody used it, is replaced at the next
 * checkout. */
#ifndef FL_POSIX_POSTGRES_DB_H
#define FL_POSIX_POSTGRES_DB_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/error.h"
#include "ports/db.h"
#include "ports/task.h"
#include "posix/db_pool.h"

enum { FL_POSTGRES_WHERE_BYTES = 512 };

/* postgres:// or postgresql://. */
static inline bool fl_is_postgres_url(const char *database)
{
    return strncmp(database, "postgres://", 11) == 0 || strncmp(database, "postgresql://", 13) == 0;
}

struct fl_postgres_options {
    const char *url; /* copied; all that libpq reads in one holds, and wins over what is below */
    int connections_max; /* 0: 8; more than FL_DB_CONNECTIONS_MAX: FL_EINVAL */
    int64_t busy_us;     /* how long a lock is waited for; 0: 5 s */
};

struct fl_postgres_db; /* opaque: layout in postgres_db.c */

/* Connects to nothing yet. FL_EINVAL: not a URL that libpq can read; FL_ENOTFOUND: this program was
 * built without libpq; FL_ENOMEM. */
FL_CHECKED enum fl_error fl_postgres_db_new(const struct fl_postgres_options *options,
                                            struct fl_tasks tasks, struct fl_postgres_db **ret_db);
/* Every connection must have been checked in; NULL is fine. */
void fl_postgres_db_free(struct fl_postgres_db *db);
/* Its checkout: FL_ECONNECT: the server cannot be reached, or lets nobody in. */
struct fl_db fl_postgres_db_port(struct fl_postgres_db *db);
/* Which server and database, without the password. */
void fl_postgres_where(const struct fl_postgres_db *db, char ret_where[FL_POSTGRES_WHERE_BYTES]);
/* In the server's or libpq's words: why the last attempt to connect failed; "" when none has. */
void fl_postgres_problem(struct fl_postgres_db *db, char ret_problem[FL_DB_ERROR_BYTES]);

#endif
