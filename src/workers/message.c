#include "workers/message.h"

#include <stdio.h>

#include "core/assert.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/time_text.h"
#include "core/utf8.h"
#include "workers/remote_call.h"
#include "workers/run_report.h"

static const int64_t mail_timeout_us = 30 * FL_SECOND_US;
static const struct fl_span sender = {"app@localhost", sizeof "app@localhost" - 1};
enum { SMS_BYTES_MAX = 8 * 1024, REASON_BYTES = 256 };

/* --- the outbox --- */

enum fl_error message_write(const struct transaction *transaction, const struct message *message)
{
    static const char *const columns[] = {"key",       "channel", "audience",
                                          "recipient", "subject", "body"};
    const struct fl_db_value values[] = {
        fl_db_text(fl_span_from(message->key)),
        fl_db_text(fl_span_from(message->channel)),
        fl_db_text(fl_span_from(message->audience)),
        fl_db_text(message->recipient),
        fl_db_text(message->subject),
        fl_db_text(message->body),
    };
    const struct fl_db_bulk bulk = {.table = "messages",
                                    .columns = columns,
                                    .column_count = FL_COUNT(columns),
                                    .values = values,
                                    .row_count = 1,
                                    .key = columns,
                                    .key_count = 1};
    return fl_db_bulk_insert(transaction->db, transaction->conn, &bulk, NULL);
}

struct lookup {
    const char *key;
    struct fl_db_rows
        rows; /* channel, recipient, subject, body, audience of what is not sent yet */
};

static enum fl_error find_pending(const struct transaction *transaction)
{
    struct lookup *lookup = transaction->context;
    const struct fl_db_value values[] = {fl_db_text(fl_span_from(lookup->key))};
    return transaction_query(transaction,
                             "SELECT channel, recipient, subject, body, audience FROM messages"
                             " WHERE key = ? AND state = 'pending'",
                             values, FL_COUNT(values), &lookup->rows);
}

static enum fl_outcome push(struct fl_job *job, const char *key, bool to_staff)
{
    char jid[25];
    struct fl_buf args = FL_BUF_INIT(SMS_BYTES_MAX);
    fl_jid_derive(fl_span_from(key), jid);
    enum fl_error err = fl_buf_append_char(&args, '[');
    if (!err) err = fl_json_write_string(&args, fl_span_from(key));
    if (!err) err = fl_buf_append_char(&args, ']');
    const struct fl_push push = {.worker = "MessageWorker",
                                 .args = fl_buf_span(&args),
                                 .queue = to_staff ? "staff_notifications" : NULL,
                                 .jid = jid};
    if (!err) err = fl_job_push(job, &push);
    fl_buf_release(&args);
    if (!err) return FL_DONE;
    return fl_fail(job, err == FL_ENOMEM ? FL_SYSTEM : FL_TRANSIENT, "NotificationError",
                   "the message %s could not be enqueued: %s", key, fl_error_text(err));
}

enum fl_outcome message_enqueue(struct fl_job *job, const char *key)
{
    struct lookup lookup = {.key = key};
    enum fl_outcome outcome = transaction_run(job, find_pending, &lookup);
    if (outcome == FL_DONE && lookup.rows.row_count)
        outcome = push(job, key, fl_span_is(lookup.rows.values[4].text, "staff"));
    fl_db_rows_release(&lookup.rows);
    return outcome;
}

/* --- delivery --- */

static enum fl_outcome mail(struct fl_job *job, const char *key, const struct fl_db_value *row)
{
    const struct fl_mail mail = {
        .from = sender,
        .to = row[1].text,
        .subject = row[2].text,
        .text = row[3].text,
        .idempotency_key = fl_span_from(key),
        .deadline_us = fl_clock_deadline_us(fl_job_clock(job), mail_timeout_us),
    };
    if (!fl_job_mailer(job).ops)
        return fl_fail(job, FL_TRANSIENT, "ConfigurationError", "want a mail server");
    enum fl_error err = fl_mail_send(fl_job_mailer(job), &mail);
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    return fl_fail(job, err == FL_EINVAL ? FL_PERMANENT : FL_TRANSIENT, "MailError", "%s",
                   fl_error_text(err));
}

static enum fl_error write_sms(const struct fl_db_value *row, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "{\"to\":");
    if (!err) err = fl_json_write_string(out, row[1].text);
    if (!err) err = fl_buf_append_text(out, ",\"text\":");
    if (!err) err = fl_json_write_string(out, row[3].text);
    return err ? err : fl_buf_append_char(out, '}');
}

static enum fl_outcome send_sms(struct fl_job *job, const char *key, const struct fl_db_value *row)
{
    struct fl_buf json = FL_BUF_INIT(SMS_BYTES_MAX);
    enum fl_outcome outcome;
    enum fl_error err = write_sms(row, &json);
    const struct remote_call call = {.method = "POST",
                                     .url = MESSAGE_SMS_URL,
                                     .idempotency_key = key,
                                     .json = fl_buf_span(&json)};
    if (err)
        outcome = fl_fail(job, err == FL_ENOMEM ? FL_SYSTEM : FL_PERMANENT, "ArgumentError",
                          "the text does not fit: %s", fl_error_text(err));
    else
        outcome = remote_call_make(job, &call);
    fl_buf_release(&json);
    return outcome;
}

static enum fl_error mark_sent(const struct transaction *transaction)
{
    const struct lookup *lookup = transaction->context;
    int64_t now_s = fl_clock_wall_us(fl_job_clock(transaction->job)) / FL_SECOND_US;
    const struct fl_db_value values[] = {fl_db_int64(now_s), fl_db_text(fl_span_from(lookup->key))};
    return transaction_execute(transaction,
                               "UPDATE messages SET state = 'sent', sent_at = ?"
                               " WHERE key = ? AND state = 'pending'",
                               values, FL_COUNT(values), NULL);
}

static enum fl_outcome deliver(struct fl_job *job, const char *key)
{
    struct lookup lookup = {.key = key};
    enum fl_outcome outcome = transaction_run(job, find_pending, &lookup);
    if (outcome == FL_DONE && lookup.rows.row_count == 0)
        return fl_discard(job, "the message %s is sent already, or gone", key);
    if (outcome == FL_DONE) {
        bool by_mail = fl_span_is(lookup.rows.values[0].text, "mail");
        outcome =
            by_mail ? mail(job, key, lookup.rows.values) : send_sms(job, key, lookup.rows.values);
    }
    fl_db_rows_release(&lookup.rows);
    return outcome == FL_DONE ? transaction_run(job, mark_sent, &lookup) : outcome;
}

enum fl_outcome message_perform(struct fl_job *job)
{
    const char *key;
    enum fl_error err = fl_job_text(job, 0, &key);
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    if (err) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a message's key");
    struct run_report report = run_report_begin(job, "message");
    return run_report_end(job, &report, deliver(job, key));
}

/* --- the last retry is spent --- */

static enum fl_error mark_failed(const struct transaction *transaction)
{
    const struct lookup *lookup = transaction->context;
    char reason[REASON_BYTES];
    snprintf(reason, sizeof reason, "%s", fl_job_error_message(transaction->job));
    reason[fl_utf8_valid_prefix(fl_span_from(reason))] = '\0';
    const struct fl_db_value values[] = {fl_db_text(fl_span_from(reason)),
                                         fl_db_text(fl_span_from(lookup->key))};
    return transaction_execute(transaction,
                               "UPDATE messages SET state = 'failed', reason = ?"
                               " WHERE key = ? AND state = 'pending'",
                               values, FL_COUNT(values), NULL);
}

void message_exhausted(struct fl_job *job)
{
    struct lookup lookup = {0};
    if (fl_job_text(job, 0, &lookup.key)) return;
    if (transaction_run(job, mark_failed, &lookup) != FL_DONE)
        fl_job_log(job, FL_LOG_ERROR, "the message %s could not be marked failed", lookup.key);
}
