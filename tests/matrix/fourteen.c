/* Handlers of twelve effects, which with their fetch and their acknowledgement are fourteen: the
 * measure of docs/benchmarks.md. Both say what is, so both are effectively-once. */
#include <faultline/worker.h>

enum { TIMEOUT_US = 10 * 1000 * 1000, COMMANDS = 12, STATEMENTS = 10 };

static int64_t deadline_us(struct fl_job *job)
{
    return fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
}

static enum fl_outcome retry(struct fl_job *job, enum fl_error err)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "%s", fl_error_text(err));
}

static enum fl_error set(struct fl_job *job, char digit)
{
    const char key[] = {'k', digit};
    const struct fl_span args[] = {FL_SPAN("SET"), {key, sizeof key}, FL_SPAN("yes")};
    const struct fl_command one = {args, 3};
    struct fl_replies replies = {0};
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &one, 1, deadline_us(job), &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome commands(struct fl_job *job)
{
    enum fl_error err = FL_OK;
    for (int i = 0; i < COMMANDS && !err; i++)
        err = set(job, (char)('a' + i));
    return err ? retry(job, err) : FL_DONE;
}

static enum fl_error update(struct fl_db db, struct fl_db_conn *conn, int64_t number)
{
    const struct fl_db_value values[] = {fl_db_int64(number), fl_db_int64(number % 2)};
    return fl_db_execute(db, conn, "UPDATE imports SET row_number = ? WHERE id = ?", values, 2,
                         NULL);
}

static enum fl_outcome statements(struct fl_job *job)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    enum fl_error err = fl_db_checkout(db, deadline_us(job), &conn);
    if (err) return retry(job, err);
    err = fl_db_begin(db, conn);
    for (int i = 0; i < STATEMENTS && !err; i++)
        err = update(db, conn, i);
    if (!err) err = fl_db_commit(db, conn);
    fl_db_checkin(db, conn);
    return err ? retry(job, err) : FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "CommandsWorker", .perform = commands, .retry = 5},
    {.name = "StatementsWorker", .perform = statements, .retry = 5},
    {0},
};
