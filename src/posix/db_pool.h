/* src/posix/db_pool.h - the bounded pool of a database port: who gets a connection, and which.
 *
 * A connection is opened when it is first wanted and kept; one that can no longer be used is closed
 * on its way in or out, and the next to come opens another. */
#ifndef FL_POSIX_DB_POOL_H
#define FL_POSIX_DB_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "ports/db.h"
#include "ports/task.h"

enum { FL_DB_CONNECTIONS_MAX = 64 };

struct fl_db_pool_ops {
    enum fl_error (*open)(void *self, struct fl_db_conn **ret_conn);
    void (*close)(void *self, struct fl_db_conn *conn);
    /* Of one that nobody uses: whether it may be lent (again). */
    bool (*is_usable)(void *self, struct fl_db_conn *conn);
};

struct fl_db_pool; /* opaque: layout in db_pool.c */

/* `connections_max` is in 1..FL_DB_CONNECTIONS_MAX. Opens nothing yet. FL_ENOMEM. */
FL_CHECKED enum fl_error fl_db_pool_new(const struct fl_db_pool_ops *ops, void *self,
                                        struct fl_tasks tasks, int connections_max,
                                        struct fl_db_pool **ret_pool);
/* Closes all; every connection must have been returned. NULL is fine. */
void fl_db_pool_free(struct fl_db_pool *pool);
/* FL_ETIMEDOUT: every connection stayed in use until the deadline; or what `open` returned. */
FL_CHECKED enum fl_error fl_db_pool_take(struct fl_db_pool *pool, int64_t deadline_us,
                                         struct fl_db_conn **ret_conn);
void fl_db_pool_return(struct fl_db_pool *pool, struct fl_db_conn *conn);

#endif
