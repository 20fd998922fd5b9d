/* src/workers/transaction.h - a step of a handler in one transaction, on a connection of its own.
 *
 * The connection is checked out within five seconds, and returned whatever becomes of the step: the
 * with_connection of this code. What fails the transaction fails the job: a broken constraint or a
 * value that no column can hold for good, all else until its next run. */
#ifndef WORKERS_TRANSACTION_H
#define WORKERS_TRANSACTION_H

#include "faultline/worker.h"

struct transaction {
    struct fl_job *job;
    struct fl_db db;
    struct fl_db_conn *conn;
    void *context; /* the step's own */
};

/* FL_OK: commit. Anything else rolls back and fails the job. On PostgreSQL begin with a write to
 * the row that it is about: that is the lock. */
typedef enum fl_error transaction_step(const struct transaction *transaction);

/* FL_DONE, or FL_FAILED with the failure recorded. After a commit whose answer was lost it has
 * failed too, and may have happened. */
enum fl_outcome transaction_run(struct fl_job *job, transaction_step *step, void *context);

/* Inside a step; as fl_db_execute and fl_db_query. */
FL_CHECKED enum fl_error transaction_execute(const struct transaction *transaction, const char *sql,
                                             const struct fl_db_value *values, size_t count,
                                             int64_t *ret_affected);
FL_CHECKED enum fl_error transaction_query(const struct transaction *transaction, const char *sql,
                                           const struct fl_db_value *values, size_t count,
                                           struct fl_db_rows *ret_rows);

#endif
