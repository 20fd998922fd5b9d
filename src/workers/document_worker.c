#include "workers/document_worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "core/utf8.h"
#include "workers/message.h"
#include "workers/run_report.h"
#include "workers/transaction.h"

enum { PIECE_BYTES = 64 * 1024, KEY_BYTES = 64, TEXT_BYTES = 256 };

struct document {
    int64_t id;
    const char *path; /* in `rows`, as is `email` */
    struct fl_span email;
    struct fl_db_rows rows;
    int64_t bytes, lines;
    uint64_t checksum; /* FNV-1a */
};

static void key_of(const struct document *document, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "document-%" PRId64 "-processed", document->id);
}

/* --- what there is to do --- */

static enum fl_error find(const struct transaction *transaction)
{
    struct document *document = transaction->context;
    const struct fl_db_value values[] = {fl_db_int64(document->id)};
    enum fl_error err =
        transaction_query(transaction,
                          "SELECT d.path, a.email, d.state FROM documents d"
                          " JOIN business_accounts a ON a.id = d.business_account_id"
                          " WHERE d.id = ?",
                          values, FL_COUNT(values), &document->rows);
    if (err || document->rows.row_count == 0) return err;
    document->path = document->rows.values[0].text.bytes;
    document->email = document->rows.values[1].text;
    return FL_OK;
}

/* --- the file --- */

static void take_piece(struct document *document, const char *piece, size_t length)
{
    document->bytes += (int64_t)length;
    for (size_t i = 0; i < length; i++) {
        document->lines += piece[i] == '\n';
        document->checksum =
            (document->checksum ^ (unsigned char)piece[i]) * UINT64_C(1099511628211);
    }
}

static enum fl_error read_pieces(struct fl_files files, struct fl_file_handle *handle, char *piece,
                                 struct document *document)
{
    for (;;) {
        size_t length;
        enum fl_error err = fl_file_read(files, handle, piece, PIECE_BYTES, &length);
        if (err || length == 0) return err;
        take_piece(document, piece, length);
    }
}

static enum fl_error read_file(struct fl_job *job, struct document *document)
{
    struct fl_files files = fl_job_files(job);
    struct fl_file_handle *handle;
    char *piece = malloc(PIECE_BYTES);
    if (!piece) return FL_ENOMEM;
    document->bytes = document->lines = 0;
    document->checksum = UINT64_C(14695981039346656037);
    enum fl_error err = fl_file_open(files, document->path, 0, &handle);
    if (!err) {
        err = read_pieces(files, handle, piece, document);
        fl_file_close(files, handle);
    }
    free(piece);
    return err;
}

/* A file that is not there will not be there tomorrow. */
static enum fl_outcome fail_to_read(struct fl_job *job, const struct document *document,
                                    enum fl_error err)
{
    bool hopeless = err == FL_ENOTFOUND || err == FL_EINVAL;
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    return fl_fail(job, hopeless ? FL_PERMANENT : FL_TRANSIENT, "IOError", "%s: %s", document->path,
                   fl_error_text(err));
}

/* --- the end --- */

static enum fl_error tell(const struct transaction *transaction, const struct document *document)
{
    char key[KEY_BYTES], text[TEXT_BYTES];
    key_of(document, key);
    snprintf(text, sizeof text, "Document %" PRId64 " has %" PRId64 " lines.\n", document->id,
             document->lines);
    const struct message message = {
        .key = key,
        .channel = "mail",
        .audience = "user",
        .recipient = document->email,
        .subject = FL_SPAN("Document processed"),
        .body = fl_span_from(text),
    };
    return message_write(transaction, &message);
}

static enum fl_error finish(const struct transaction *transaction)
{
    const struct document *document = transaction->context;
    char checksum[17];
    int64_t changed = 0;
    int64_t now_s = fl_clock_wall_us(fl_job_clock(transaction->job)) / FL_SECOND_US;
    snprintf(checksum, sizeof checksum, "%016" PRIx64, document->checksum);
    const struct fl_db_value values[] = {fl_db_int64(document->bytes), fl_db_int64(document->lines),
                                         fl_db_text(fl_span_from(checksum)), fl_db_int64(now_s),
                                         fl_db_int64(document->id)};
    enum fl_error err =
        transaction_execute(transaction,
                            "UPDATE documents SET state = 'processed', byte_count = ?,"
                            " line_count = ?, checksum = ?, error = NULL, processed_at = ?"
                            " WHERE id = ? AND state = 'pending'",
                            values, FL_COUNT(values), &changed);
    return err || !changed ? err : tell(transaction, document);
}

static enum fl_outcome process(struct fl_job *job, struct document *document,
                               const struct run_report *report)
{
    enum fl_error err = read_file(job, document);
    if (err) return fail_to_read(job, document, err);
    enum fl_outcome outcome = transaction_run(job, finish, document);
    if (outcome == FL_DONE) run_report_count(job, report, "lines", document->lines);
    return outcome;
}

static enum fl_outcome run(struct fl_job *job, struct document *document,
                           const struct run_report *report)
{
    char key[KEY_BYTES];
    enum fl_outcome outcome = transaction_run(job, find, document);
    if (outcome != FL_DONE) return outcome;
    if (document->rows.row_count == 0)
        return fl_discard(job, "document %" PRId64 " not found", document->id);
    if (fl_span_is(document->rows.values[2].text, "pending"))
        outcome = process(job, document, report);
    key_of(document, key);
    return outcome == FL_DONE ? message_enqueue(job, key) : outcome;
}

enum fl_outcome document_perform(struct fl_job *job)
{
    struct document document = {0};
    if (fl_job_int(job, 0, &document.id))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want a document's id");
    struct run_report report = run_report_begin(job, "document");
    enum fl_outcome outcome = run(job, &document, &report);
    fl_db_rows_release(&document.rows);
    return run_report_end(job, &report, outcome);
}

static enum fl_error mark_failed(const struct transaction *transaction)
{
    const struct document *document = transaction->context;
    char reason[TEXT_BYTES];
    snprintf(reason, sizeof reason, "%s", fl_job_error_message(transaction->job));
    reason[fl_utf8_valid_prefix(fl_span_from(reason))] = '\0';
    const struct fl_db_value values[] = {fl_db_text(fl_span_from(reason)),
                                         fl_db_int64(document->id)};
    return transaction_execute(transaction,
                               "UPDATE documents SET state = 'failed', error = ?"
                               " WHERE id = ? AND state = 'pending'",
                               values, FL_COUNT(values), NULL);
}

void document_exhausted(struct fl_job *job)
{
    struct document document = {0};
    if (fl_job_int(job, 0, &document.id)) return;
    if (transaction_run(job, mark_failed, &document) != FL_DONE)
        fl_job_log(job, FL_LOG_ERROR, "document %" PRId64 " could not be marked failed",
                   document.id);
}
