#include "workers/account_export_worker.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/utf8.h"
#include "workers/remote_call.h"
#include "workers/run_report.h"
#include "workers/transaction.h"

enum { URL_BYTES = 96, KEY_BYTES = 80, JSON_BYTES_MAX = 64 * 1024, REASON_BYTES = 256 };

struct export
{
    int64_t account_id, version;
    const char *state, *reason; /* of the note */
    struct fl_db_rows rows;     /* name, email, the version that has been exported */
};

static enum fl_error find(const struct transaction *transaction)
{
    struct export *export = transaction->context;
    const struct fl_db_value values[] = {fl_db_int64(export->account_id)};
    return transaction_query(transaction,
                             "SELECT a.name, a.email, coalesce(e.version, 0)"
                             " FROM business_accounts a"
                             " LEFT JOIN account_exports e ON e.business_account_id = a.id"
                             " WHERE a.id = ?",
                             values, FL_COUNT(values), &export->rows);
}

/* A later version that was noted meanwhile stays. */
static enum fl_error note(const struct transaction *transaction)
{
    const struct export *export = transaction->context;
    const struct fl_db_value values[] = {
        fl_db_int64(export->account_id), fl_db_int64(export->version),
        fl_db_text(fl_span_from(export->state)), fl_db_text(fl_span_from(export->reason))};
    return transaction_execute(transaction,
                               "INSERT INTO account_exports"
                               " (business_account_id, version, state, reason) VALUES (?, ?, ?, ?)"
                               " ON CONFLICT (business_account_id) DO UPDATE SET"
                               " version = excluded.version, state = excluded.state,"
                               " reason = excluded.reason"
                               " WHERE account_exports.version < excluded.version",
                               values, FL_COUNT(values), NULL);
}

static enum fl_error write_account(const struct export *export, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "{\"name\":");
    if (!err) err = fl_json_write_string(out, export->rows.values[0].text);
    if (!err) err = fl_buf_append_text(out, ",\"email\":");
    if (!err) err = fl_json_write_string(out, export->rows.values[1].text);
    return err ? err : fl_buf_append_char(out, '}');
}

static enum fl_outcome call(struct fl_job *job, const struct export *export)
{
    char url[URL_BYTES], key[KEY_BYTES];
    struct fl_buf json = FL_BUF_INIT(JSON_BYTES_MAX);
    snprintf(url, sizeof url, ACCOUNT_EXPORT_URL "/%" PRId64, export->account_id);
    snprintf(key, sizeof key, "account-%" PRId64 "-version-%" PRId64, export->account_id,
             export->version);
    enum fl_error err = write_account(export, &json);
    const struct remote_call call = {
        .method = "PUT", .url = url, .idempotency_key = key, .json = fl_buf_span(&json)};
    enum fl_outcome outcome =
        err ? fl_fail(job, err == FL_ENOMEM ? FL_SYSTEM : FL_PERMANENT, "ArgumentError",
                      "the account does not fit: %s", fl_error_text(err))
            : remote_call_make(job, &call);
    fl_buf_release(&json);
    return outcome;
}

static enum fl_outcome run(struct fl_job *job, struct export *export)
{
    enum fl_outcome outcome = transaction_run(job, find, export);
    if (outcome != FL_DONE) return outcome;
    if (export->rows.row_count == 0)
        return fl_discard(job, "account %" PRId64 " not found", export->account_id);
    if (export->rows.values[2].integer >= export->version)
        return fl_discard(job, "account %" PRId64 " is exported already", export->account_id);
    outcome = call(job, export);
    return outcome == FL_DONE ? transaction_run(job, note, export) : outcome;
}

enum fl_outcome account_export_perform(struct fl_job *job)
{
    struct export export = {.state = "exported", .reason = ""};
    if (fl_job_int(job, 0, &export.account_id) || fl_job_int(job, 1, &export.version))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an account's id and its version");
    struct run_report report = run_report_begin(job, "account_export");
    enum fl_outcome outcome = run(job, &export);
    fl_db_rows_release(&export.rows);
    return run_report_end(job, &report, outcome);
}

void account_export_exhausted(struct fl_job *job)
{
    char reason[REASON_BYTES];
    struct export export = {.state = "refused", .reason = reason};
    snprintf(reason, sizeof reason, "%s", fl_job_error_message(job));
    reason[fl_utf8_valid_prefix(fl_span_from(reason))] = '\0';
    if (fl_job_int(job, 0, &export.account_id) || fl_job_int(job, 1, &export.version)) return;
    if (transaction_run(job, note, &export) != FL_DONE)
        fl_job_log(job, FL_LOG_ERROR, "account %" PRId64 " could not be noted as refused",
                   export.account_id);
}
