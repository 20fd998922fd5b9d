#include "workers/clean_up_worker.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "workers/run_report.h"
#include "workers/transaction.h"

static const int64_t pause_us = 10 * FL_SECOND_US; /* before the next run of the same night */

struct clean_up {
    int64_t days, before_s;
    int64_t removed; /* by the last chunk */
    int64_t document_id;
    struct fl_db_rows documents; /* id, path */
};

static enum fl_error remove_messages(const struct transaction *transaction)
{
    struct clean_up *clean_up = transaction->context;
    const struct fl_db_value values[] = {fl_db_int64(clean_up->before_s),
                                         fl_db_int64(CLEAN_UP_CHUNK_ROWS)};
    clean_up->removed = 0;
    return transaction_execute(transaction,
                               "DELETE FROM messages WHERE key IN (SELECT key FROM messages"
                               " WHERE state = 'sent' AND sent_at < ? ORDER BY sent_at LIMIT ?)",
                               values, FL_COUNT(values), &clean_up->removed);
}

static enum fl_outcome clean_messages(struct fl_job *job, struct clean_up *clean_up,
                                      const struct run_report *report, bool *ret_more)
{
    enum fl_outcome outcome = FL_DONE;
    for (int i = 0; i < CLEAN_UP_CHUNKS_MAX && outcome == FL_DONE; i++) {
        outcome = transaction_run(job, remove_messages, clean_up);
        if (outcome != FL_DONE) return outcome;
        run_report_count(job, report, "messages", clean_up->removed);
        if (clean_up->removed < CLEAN_UP_CHUNK_ROWS) return FL_DONE;
    }
    *ret_more = true;
    return outcome;
}

static enum fl_error find_documents(const struct transaction *transaction)
{
    struct clean_up *clean_up = transaction->context;
    const struct fl_db_value values[] = {fl_db_int64(clean_up->before_s),
                                         fl_db_int64(CLEAN_UP_FILES_MAX)};
    return transaction_query(transaction,
                             "SELECT id, path FROM documents WHERE state = 'processed'"
                             " AND processed_at < ? ORDER BY id LIMIT ?",
                             values, FL_COUNT(values), &clean_up->documents);
}

static enum fl_error note_removed(const struct transaction *transaction)
{
    const struct clean_up *clean_up = transaction->context;
    const struct fl_db_value values[] = {fl_db_int64(clean_up->document_id)};
    return transaction_execute(transaction,
                               "UPDATE documents SET state = 'removed'"
                               " WHERE id = ? AND state = 'processed'",
                               values, FL_COUNT(values), NULL);
}

static enum fl_outcome remove_document(struct fl_job *job, struct clean_up *clean_up, size_t index)
{
    const struct fl_db_value *row = &clean_up->documents.values[2 * index];
    enum fl_error err = fl_file_remove(fl_job_files(job), row[1].text.bytes);
    if (err && err != FL_ENOTFOUND) /* a former run may have been killed behind this */
        return fl_fail(job, FL_TRANSIENT, "IOError", "%s: %s", row[1].text.bytes,
                       fl_error_text(err));
    clean_up->document_id = row[0].integer;
    return transaction_run(job, note_removed, clean_up);
}

static enum fl_outcome clean_documents(struct fl_job *job, struct clean_up *clean_up,
                                       const struct run_report *report, bool *ret_more)
{
    enum fl_outcome outcome = transaction_run(job, find_documents, clean_up);
    size_t count = clean_up->documents.row_count;
    for (size_t i = 0; i < count && outcome == FL_DONE; i++)
        outcome = remove_document(job, clean_up, i);
    if (outcome == FL_DONE) run_report_count(job, report, "files", (int64_t)count);
    if (count == CLEAN_UP_FILES_MAX) *ret_more = true;
    return outcome;
}

static enum fl_outcome go_on_later(struct fl_job *job, const struct clean_up *clean_up)
{
    char args[32], key[64], jid[25];
    snprintf(args, sizeof args, "[%" PRId64 "]", clean_up->days);
    snprintf(key, sizeof key, "clean-up-after-%s", fl_job_jid(job));
    fl_jid_derive(fl_span_from(key), jid);
    const struct fl_push push = {
        .worker = "CleanUpWorker",
        .args = fl_span_from(args),
        .queue = fl_job_queue(job),
        .jid = jid,
        .at_us = fl_clock_wall_us(fl_job_clock(job)) + pause_us,
    };
    enum fl_error err = fl_job_push(job, &push);
    if (!err) return FL_DONE;
    return fl_fail(job, err == FL_ENOMEM ? FL_SYSTEM : FL_TRANSIENT, "PushError",
                   "the next run could not be enqueued: %s", fl_error_text(err));
}

enum fl_outcome clean_up_perform(struct fl_job *job)
{
    struct clean_up clean_up = {0};
    bool more = false;
    if (fl_job_int(job, 0, &clean_up.days) || clean_up.days < 1 || clean_up.days > 36500)
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a number of days from 1 to 36500");
    struct run_report report = run_report_begin(job, "clean_up");
    clean_up.before_s =
        (fl_clock_wall_us(fl_job_clock(job)) - clean_up.days * FL_DAY_US) / FL_SECOND_US;
    enum fl_outcome outcome = clean_messages(job, &clean_up, &report, &more);
    if (outcome == FL_DONE) outcome = clean_documents(job, &clean_up, &report, &more);
    if (outcome == FL_DONE && more) outcome = go_on_later(job, &clean_up);
    fl_db_rows_release(&clean_up.documents);
    return run_report_end(job, &report, outcome);
}
