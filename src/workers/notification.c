#include "workers/notification.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"

static const int64_t checkout_us = 5 * FL_SECOND_US;
static const int64_t mail_timeout_us = 30 * FL_SECOND_US;
static const struct fl_span sender = {"imports@localhost", sizeof "imports@localhost" - 1};

/* One statement on a connection of its own. */
static enum fl_error query(struct fl_job *job, const char *sql, const struct fl_db_value *values,
                           size_t count, struct fl_db_rows *ret_rows)
{
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    enum fl_error err =
        fl_db_checkout(db, fl_clock_deadline_us(fl_job_clock(job), checkout_us), &conn);
    if (err) return err;
    err = fl_db_query(db, conn, sql, values, count, ret_rows);
    fl_db_checkin(db, conn);
    return err;
}

/* --- enqueueing --- */

static enum fl_error enqueue(struct fl_job *job, int64_t import_id, struct fl_span outcome,
                             struct fl_span audience)
{
    bool user = fl_span_is(audience, "user");
    char args[128], key[128], jid[25];
    snprintf(args, sizeof args, "[%" PRId64 ",\"%.*s\"]", import_id, FL_SPAN_ARGS(outcome));
    snprintf(key, sizeof key, "import-%" PRId64 "-%.*s-%.*s", import_id, FL_SPAN_ARGS(outcome),
             FL_SPAN_ARGS(audience));
    fl_jid_derive(fl_span_from(key), jid);
    struct fl_push push = {
        .worker = user ? "UserNotificationWorker" : "StaffNotificationWorker",
        .args = fl_span_from(args),
        .queue = user ? "user_notifications" : "staff_notifications",
        .jid = jid,
    };
    return fl_job_push(job, &push);
}

enum fl_error notification_enqueue_pending(struct fl_job *job, int64_t import_id)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value values[] = {fl_db_int64(import_id)};
    enum fl_error err = query(job,
                              "SELECT outcome, audience FROM outbox WHERE import_id = ? AND"
                              " state = 'pending' ORDER BY outcome, audience",
                              values, FL_COUNT(values), &rows);
    for (size_t i = 0; i < rows.row_count && !err; i++)
        err = enqueue(job, import_id, rows.values[2 * i].text, rows.values[2 * i + 1].text);
    fl_db_rows_release(&rows);
    return err;
}

/* --- mailing --- */

struct notification {
    int64_t import_id;
    const char *outcome, *audience;
    struct fl_db_rows rows; /* state, message, address, account name */
};

static enum fl_error find(struct fl_job *job, struct notification *notification)
{
    const struct fl_db_value values[] = {
        fl_db_text(fl_span_from(notification->audience)),
        fl_db_int64(notification->import_id),
        fl_db_text(fl_span_from(notification->outcome)),
        fl_db_text(fl_span_from(notification->audience)),
    };
    return query(job,
                 "SELECT o.state, o.message,"
                 " CASE WHEN ? = 'user' THEN a.email ELSE a.staff_email END, a.name"
                 " FROM outbox o JOIN imports i ON i.id = o.import_id"
                 " JOIN business_accounts a ON a.id = i.business_account_id"
                 " WHERE o.import_id = ? AND o.outcome = ? AND o.audience = ?",
                 values, FL_COUNT(values), &notification->rows);
}

static enum fl_error mark_sent(struct fl_job *job, const struct notification *notification)
{
    const struct fl_db_value values[] = {
        fl_db_int64(notification->import_id),
        fl_db_text(fl_span_from(notification->outcome)),
        fl_db_text(fl_span_from(notification->audience)),
    };
    struct fl_db db = fl_job_db(job);
    struct fl_db_conn *conn;
    enum fl_error err =
        fl_db_checkout(db, fl_clock_deadline_us(fl_job_clock(job), checkout_us), &conn);
    if (err) return err;
    err = fl_db_execute(db, conn,
                        "UPDATE outbox SET state = 'sent' WHERE import_id = ? AND outcome = ? AND"
                        " audience = ?",
                        values, FL_COUNT(values), NULL);
    fl_db_checkin(db, conn);
    return err;
}

static enum fl_error mail(struct fl_job *job, const struct notification *notification)
{
    const struct fl_db_value *row = notification->rows.values;
    char subject[128], text[1024], key[128];
    snprintf(subject, sizeof subject, "Import %" PRId64 " %s", notification->import_id,
             notification->outcome);
    snprintf(text, sizeof text, "%.*s%s %" PRId64 " has %s.\n\n%.*s\n", FL_SPAN_ARGS(row[3].text),
             row[3].text.length ? ": import" : "Import", notification->import_id,
             notification->outcome, FL_SPAN_ARGS(row[1].text));
    snprintf(key, sizeof key, "import-%" PRId64 "-%s-%s", notification->import_id,
             notification->outcome, notification->audience);
    struct fl_mail message = {
        .from = sender,
        .to = row[2].text,
        .subject = fl_span_from(subject),
        .text = fl_span_from(text),
        .idempotency_key = fl_span_from(key),
        .deadline_us = fl_clock_deadline_us(fl_job_clock(job), mail_timeout_us),
    };
    return fl_mail_send(fl_job_mailer(job), &message);
}

/* How a failure of a port ends the run. */
static enum fl_outcome fail_with(struct fl_job *job, enum fl_error err, const char *error_class)
{
    if (err == FL_ENOMEM || err == FL_ENOSPACE)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    if (err == FL_EINVAL) return fl_fail(job, FL_PERMANENT, error_class, "%s", fl_error_text(err));
    return fl_fail(job, FL_TRANSIENT, error_class, "%s", fl_error_text(err));
}

static enum fl_outcome send(struct fl_job *job, struct notification *notification)
{
    enum fl_error err = find(job, notification);
    if (err) return fail_with(job, err, "DatabaseError");
    if (notification->rows.row_count == 0)
        return fl_discard(job, "import %" PRId64 " has nothing to tell of \"%s\"",
                          notification->import_id, notification->outcome);
    if (fl_span_is(notification->rows.values[0].text, "sent")) return FL_DONE;
    err = mail(job, notification);
    if (err) return fail_with(job, err, "MailError");
    err = mark_sent(job, notification);
    return err ? fail_with(job, err, "DatabaseError") : FL_DONE;
}

static enum fl_outcome perform(struct fl_job *job, const char *audience)
{
    struct notification notification = {.audience = audience};
    enum fl_error err = fl_job_int(job, 0, &notification.import_id);
    if (!err) err = fl_job_text(job, 1, &notification.outcome);
    if (err == FL_ENOMEM) return fail_with(job, err, "NoMemoryError");
    if (err)
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an import's id and its outcome");
    if (!fl_job_db(job).ops || !fl_job_mailer(job).ops)
        return fl_fail(job, FL_TRANSIENT, "ConfigurationError",
                       "want a database and a mail server");
    enum fl_outcome outcome = send(job, &notification);
    fl_db_rows_release(&notification.rows);
    return outcome;
}

enum fl_outcome notification_perform_user(struct fl_job *job)
{
    return perform(job, "user");
}

enum fl_outcome notification_perform_staff(struct fl_job *job)
{
    return perform(job, "staff");
}
