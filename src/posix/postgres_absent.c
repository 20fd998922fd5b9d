/* In place of the port in a build without libpq. */
#include "posix/postgres_db.h"

#include "core/assert.h"

static const char no_libpq[] = "a build without libpq has no PostgreSQL";

enum fl_error fl_postgres_db_new(const struct fl_postgres_options *options, struct fl_tasks tasks,
                                 struct fl_postgres_db **ret_db)
{
    (void)options;
    (void)tasks;
    (void)ret_db;
    return FL_ENOTFOUND;
}

void fl_postgres_db_free(struct fl_postgres_db *db)
{
    fl_assert(!db);
}

struct fl_db fl_postgres_db_port(struct fl_postgres_db *db)
{
    (void)db;
    fl_panic("%s", no_libpq);
}

void fl_postgres_where(const struct fl_postgres_db *db, char ret_where[FL_POSTGRES_WHERE_BYTES])
{
    (void)db;
    (void)ret_where;
    fl_panic("%s", no_libpq);
}

void fl_postgres_problem(struct fl_postgres_db *db, char ret_problem[FL_DB_ERROR_BYTES])
{
    (void)db;
    (void)ret_problem;
    fl_panic("%s", no_libpq);
}
