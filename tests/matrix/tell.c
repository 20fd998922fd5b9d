/* Six ways to send what stands in the outbox and to note that it was sent; each has the class that
 * its grid in grids/ shows. The first argument is the import's id. And two handlers that go by the
 * time. */
#include <faultline/worker.h>

enum { TIMEOUT_US = 10 * 1000 * 1000 };

static int64_t deadline_us(struct fl_job *job)
{
    return fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
}

static enum fl_outcome retry(struct fl_job *job, enum fl_error err)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "%s", fl_error_text(err));
}

static enum fl_error send_with_key(struct fl_job *job, struct fl_span key)
{
    const struct fl_mail mail = {.from = FL_SPAN("app@example.org"),
                                 .to = FL_SPAN("ada@example.org"),
                                 .subject = FL_SPAN("Imported"),
                                 .text = FL_SPAN("All rows are in.\n"),
                                 .idempotency_key = key,
                                 .deadline_us = deadline_us(job)};
    return fl_mail_send(fl_job_mailer(job), &mail);
}

static enum fl_error send_plainly(struct fl_job *job)
{
    return send_with_key(job, FL_SPAN(""));
}

/* Each statement is a transaction of its own. */
static enum fl_error note_sent(struct fl_job *job, int64_t id)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    struct fl_db_value value = fl_db_int64(id);
    enum fl_error err = fl_db_checkout(db, deadline_us(job), &conn);
    if (err) return err;
    err = fl_db_execute(db, conn, "UPDATE outbox SET state = 'sent' WHERE import_id = ?", &value, 1,
                        NULL);
    fl_db_checkin(db, conn);
    return err;
}

static enum fl_error look(struct fl_job *job, int64_t id, bool *ret_sent)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    struct fl_db_rows rows = {0};
    struct fl_db_value value = fl_db_int64(id);
    enum fl_error err = fl_db_checkout(db, deadline_us(job), &conn);
    if (err) return err;
    err = fl_db_query(db, conn, "SELECT state FROM outbox WHERE import_id = ?", &value, 1, &rows);
    *ret_sent = !err && rows.row_count == 1 && fl_span_is(rows.values[0].text, "sent");
    fl_db_rows_release(&rows);
    fl_db_checkin(db, conn);
    return err;
}

static enum fl_outcome naive(struct fl_job *job)
{
    int64_t id;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = send_plainly(job);
    if (!err) err = note_sent(job, id);
    return err ? retry(job, err) : FL_DONE;
}

static enum fl_outcome check_then_act(struct fl_job *job)
{
    int64_t id;
    bool sent;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = look(job, id, &sent);
    if (!err && sent) return FL_DONE;
    if (!err) err = send_plainly(job);
    if (!err) err = note_sent(job, id);
    return err ? retry(job, err) : FL_DONE;
}

static enum fl_outcome commit_then_mail(struct fl_job *job)
{
    int64_t id;
    bool sent;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = look(job, id, &sent);
    if (!err && sent) return FL_DONE;
    if (!err) err = note_sent(job, id);
    if (!err) err = send_plainly(job);
    return err ? retry(job, err) : FL_DONE;
}

/* The receiver drops what has a key that it knows. */
static enum fl_outcome keyed(struct fl_job *job)
{
    int64_t id;
    bool sent;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = look(job, id, &sent);
    if (!err && sent) return FL_DONE;
    if (!err) err = send_with_key(job, fl_span_from(fl_job_jid(job)));
    if (!err) err = note_sent(job, id);
    return err ? retry(job, err) : FL_DONE;
}

static enum fl_error command(struct fl_job *job, const struct fl_span *args, size_t count)
{
    const struct fl_command one = {args, count};
    struct fl_replies replies = {0};
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &one, 1, deadline_us(job), &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

/* Counts what it does: a second run counts again. */
static enum fl_outcome counting(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("INCR"), FL_SPAN("told")};
    enum fl_error err = command(job, args, sizeof args / sizeof args[0]);
    return err ? retry(job, err) : FL_DONE;
}

/* Says what is, not what changes. */
static enum fl_outcome setting(struct fl_job *job)
{
    int64_t id;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = note_sent(job, id);
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("told"), FL_SPAN("yes")};
    if (!err) err = command(job, args, sizeof args / sizeof args[0]);
    return err ? retry(job, err) : FL_DONE;
}

static enum fl_outcome set_note(struct fl_job *job, const char *value)
{
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("note"), fl_span_from(value)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us(job), &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err ? retry(job, err) : FL_DONE;
}

enum { LATE_US = 1500 * 1000 };

/* What it does depends on how long its machine has been up: nothing tells that from outside. */
static enum fl_outcome late(struct fl_job *job)
{
    int64_t up_us = fl_clock_mono_us(fl_job_clock(job)) - INT64_C(1000000000);
    return set_note(job, up_us < LATE_US ? "early" : "late");
}

/* The same, but it asks a clock of which that is known. */
static enum fl_outcome too_late(struct fl_job *job)
{
    int64_t since_us = fl_clock_wall_us(fl_job_clock(job)) - INT64_C(1767225600000000);
    return set_note(job, since_us < LATE_US ? "early" : "late");
}

const struct fl_worker fl_workers[] = {
    {.name = "NaiveWorker", .perform = naive, .retry = 5},
    {.name = "CheckThenActWorker", .perform = check_then_act, .retry = 5},
    {.name = "CommitThenMailWorker", .perform = commit_then_mail, .retry = 5},
    {.name = "KeyedWorker", .perform = keyed, .retry = 5},
    {.name = "CountingWorker", .perform = counting, .retry = 5},
    {.name = "SettingWorker", .perform = setting, .retry = 5},
    {.name = "LateWorker", .perform = late, .retry = 5},
    {.name = "TooLateWorker", .perform = too_late, .retry = 5},
    {0},
};
