/* src/posix/sqlite_db.h - the database port on SQLite: a bounded pool of connections to one file.
 *
 * The simulation runs this very file over a VFS of its own; what differs is said in the options. */
#ifndef FL_POSIX_SQLITE_DB_H
#define FL_POSIX_SQLITE_DB_H

#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/db.h"
#include "ports/task.h"
#include "posix/db_pool.h"

/* Once in a program, before anything uses SQLite: FL_EINVAL when something has. */
enum fl_sqlite_threading { FL_SQLITE_SINGLE_THREAD, FL_SQLITE_MULTI_THREAD };
FL_CHECKED enum fl_error fl_sqlite_configure(enum fl_sqlite_threading threading);

enum fl_sqlite_journal { FL_SQLITE_WAL, FL_SQLITE_DELETE, FL_SQLITE_MEMORY };

struct fl_sqlite_options {
    const char *path;               /* copied; made when absent */
    const char *vfs;                /* copied; NULL: the default one */
    enum fl_sqlite_journal journal; /* committed work survives a power failure in WAL and DELETE */
    int connections_max;            /* 0: 8; more than FL_DB_CONNECTIONS_MAX: FL_EINVAL */
    int64_t busy_us;                /* how long a locked file is waited for; 0: 5 s */
};

struct fl_sqlite_db; /* opaque: layout in sqlite_db.c */

/* Opens nothing yet. FL_EINVAL, FL_ENOMEM. */
FL_CHECKED enum fl_error fl_sqlite_db_new(const struct fl_sqlite_options *options,
                                          struct fl_clock clock, struct fl_tasks tasks,
                                          struct fl_sqlite_db **ret_db);
/* Every connection must have been checked in; NULL is fine. */
void fl_sqlite_db_free(struct fl_sqlite_db *db);
struct fl_db fl_sqlite_db_port(struct fl_sqlite_db *db);

#endif
