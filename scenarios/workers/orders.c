/* scenarios/workers/orders.c - handlers that write a row and push a job, in one transaction as far
 * as that goes. */
#include <faultline/transaction.h>
#include <inttypes.h>
#include <stdio.h>

static enum fl_outcome failed(struct fl_job *job, enum fl_error err)
{
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "StandardError", "%s", fl_error_text(err));
}

static enum fl_error is_there(struct fl_db db, struct fl_db_conn *conn, int64_t id, bool *ret_there)
{
    const struct fl_db_value value = fl_db_int64(id);
    struct fl_db_rows rows;
    enum fl_error err =
        fl_db_query(db, conn, "SELECT id FROM business_accounts WHERE id = ?", &value, 1, &rows);
    if (err) return err;
    *ret_there = rows.row_count > 0;
    fl_db_rows_release(&rows);
    return FL_OK;
}

static enum fl_error insert(struct fl_db db, struct fl_db_conn *conn, int64_t id)
{
    const struct fl_db_value value = fl_db_int64(id);
    return fl_db_execute(db, conn,
                         "INSERT INTO business_accounts (id, email) VALUES (?, 'a@example.org')",
                         &value, 1, NULL);
}

/* The jid follows from the order: a repeat pushes the same job. */
static enum fl_error push_thanks(struct fl_transaction *tx, int64_t id)
{
    char args[32], key[32], jid[25];
    snprintf(args, sizeof(args), "[\"%" PRId64 "\"]", id);
    snprintf(key, sizeof(key), "thanks for %" PRId64, id);
    fl_jid_derive(fl_span_from(key), jid);
    const struct fl_push push = {.worker = "ThankWorker", .args = fl_span_from(args), .jid = jid};
    return fl_transaction_push(tx, &push, NULL);
}

enum when_there { PUSH_AGAIN, LEAVE_IT };
enum ending { COMMIT, ROLLBACK };

static enum fl_error order(struct fl_job *job, int64_t id, enum when_there when, enum ending ending)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    struct fl_transaction *tx = NULL;
    bool there = false;
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_db_checkout(db, deadline_us, &conn);
    if (err) return err;
    err = fl_transaction_begin(job, conn, &tx);
    if (!err) err = is_there(db, conn, id, &there);
    if (!err && !there) err = insert(db, conn, id);
    if (!err && (!there || when == PUSH_AGAIN)) err = push_thanks(tx, id);
    if (err || ending == ROLLBACK)
        fl_transaction_rollback(tx);
    else
        err = fl_transaction_commit(tx);
    fl_db_checkin(db, conn);
    return err;
}

static enum fl_outcome perform(struct fl_job *job, enum when_there when, enum ending ending)
{
    int64_t id;
    if (fl_job_int(job, 0, &id))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want the number of an order");
    enum fl_error err = order(job, id, when, ending);
    return err ? failed(job, err) : FL_DONE;
}

/* Takes the row for a sign that all is done. */
static enum fl_outcome trusting(struct fl_job *job)
{
    return perform(job, LEAVE_IT, COMMIT);
}

/* Pushes once more when the row is there. */
static enum fl_outcome sure(struct fl_job *job)
{
    return perform(job, PUSH_AGAIN, COMMIT);
}

static enum fl_outcome withdrawn(struct fl_job *job)
{
    return perform(job, PUSH_AGAIN, ROLLBACK);
}

static enum fl_outcome thank(struct fl_job *job)
{
    const char *order_id;
    enum fl_error err = fl_job_text(job, 0, &order_id);
    if (err == FL_EINVAL) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an order");
    if (err) return failed(job, err);
    const struct fl_span args[] = {FL_SPAN("SADD"), FL_SPAN("thanked"), fl_span_from(order_id)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    fl_replies_release(&replies);
    return err ? failed(job, err) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "TrustingOrderWorker", .perform = trusting, .retry = FL_RETRY_DEFAULT},
    {.name = "SureOrderWorker", .perform = sure, .retry = FL_RETRY_DEFAULT},
    {.name = "WithdrawnOrderWorker", .perform = withdrawn, .retry = FL_RETRY_DEFAULT},
    {.name = "ThankWorker", .perform = thank, .retry = FL_RETRY_DEFAULT},
    {0},
};
