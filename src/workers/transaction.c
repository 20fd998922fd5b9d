#include "workers/transaction.h"

#include "core/time_text.h"

static const int64_t checkout_us = 5 * FL_SECOND_US;

/* `words` are the driver's; "" when it has none. */
static enum fl_outcome fail(struct fl_job *job, enum fl_error err, const char *words)
{
    const char *why = *words ? words : fl_error_text(err);
    if (err == FL_ENOMEM || err == FL_ENOSPACE)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", why);
    if (err == FL_ECONSTRAINT || err == FL_EINVAL)
        return fl_fail(job, FL_PERMANENT, "DatabaseError", "%s", why);
    return fl_fail(job, FL_TRANSIENT, "DatabaseError", "%s", why);
}

static enum fl_outcome fail_to_connect(struct fl_job *job, enum fl_error err)
{
    if (err != FL_ETIMEDOUT) return fail(job, err, "");
    return fl_fail(job, FL_TRANSIENT, "ConnectionTimeoutError",
                   "no database connection came free within %d s",
                   (int)(checkout_us / FL_SECOND_US));
}

enum fl_outcome transaction_run(struct fl_job *job, transaction_step *step, void *context)
{
    struct transaction transaction = {.job = job, .db = fl_job_db(job), .context = context};
    if (!transaction.db.ops)
        return fl_fail(job, FL_TRANSIENT, "ConfigurationError", "want a database");
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), checkout_us);
    enum fl_error err = fl_db_checkout(transaction.db, deadline_us, &transaction.conn);
    if (err) return fail_to_connect(job, err);
    err = fl_db_begin(transaction.db, transaction.conn);
    if (!err) err = step(&transaction);
    if (!err) err = fl_db_commit(transaction.db, transaction.conn);
    enum fl_outcome outcome = FL_DONE;
    if (err) {
        fl_db_rollback(transaction.db, transaction.conn);
        outcome = fail(job, err, fl_db_last_error(transaction.db, transaction.conn));
    }
    fl_db_checkin(transaction.db, transaction.conn);
    return outcome;
}

enum fl_error transaction_execute(const struct transaction *transaction, const char *sql,
                                  const struct fl_db_value *values, size_t count,
                                  int64_t *ret_affected)
{
    return fl_db_execute(transaction->db, transaction->conn, sql, values, count, ret_affected);
}

enum fl_error transaction_query(const struct transaction *transaction, const char *sql,
                                const struct fl_db_value *values, size_t count,
                                struct fl_db_rows *ret_rows)
{
    return fl_db_query(transaction->db, transaction->conn, sql, values, count, ret_rows);
}
