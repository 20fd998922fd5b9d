/* The source is pushed through the CSV reader piece by piece, the reader hands rows to the batch,
 * the batch saves a thousand of them with the checkpoint. A run that goes on from a checkpoint
 * reads the header again and then jumps there; a feed, which has no seek, is read and dropped up to
 * it. */
#include "workers/process_csv_import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time_text.h"
#include "core/utf8.h"
#include "workers/csv.h"
#include "workers/import_batch.h"

static const int64_t feed_timeout_us = 10 * FL_MINUTE_US;
enum { FILE_PIECE_BYTES = 64 * 1024, HEADER_BYTES_MAX = 8 * CSV_ROW_BYTES_MAX };

struct ingest {
    struct fl_job *job;
    const struct import_record *record;
    struct import_report *report;
    struct import_store store;
    struct csv_reader reader;
    struct import_batch batch;
    struct fl_arena header; /* the names that batch.names points to */
    enum fl_error row_err;  /* why the rows were not taken: no failure of the source */
    char *piece;            /* of a file; a feed brings its own */
};

/* --- the report --- */

static void report(struct import_report *report, enum import_result result, const char *error_class,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

static void report(struct import_report *report, enum import_result result, const char *error_class,
                   const char *format, ...)
{
    report->result = result;
    report->error_class = error_class;
    va_list args;
    va_start(args, format);
    vsnprintf(report->message, sizeof report->message, format, args);
    va_end(args);
    /* Cut between two characters: it goes into the database and into a mail. */
    report->message[fl_utf8_valid_prefix(fl_span_from(report->message))] = '\0';
}

/* What an error means that came from the database, the memory or the rows' own checks. */
static void report_error(struct ingest *ingest, enum fl_error err)
{
    if (ingest->report->result != IMPORT_SUCCEEDED) return; /* said already, and better */
    if (err == FL_ECANCELED) {
        ingest->report->result = IMPORT_LOST;
        ingest->report->standing = ingest->batch.standing;
    } else if (err == FL_ENOMEM || err == FL_ENOSPACE) {
        report(ingest->report, IMPORT_EXHAUSTED,
               err == FL_ENOMEM ? "NoMemoryError" : "Errno::ENOSPC", "%s", fl_error_text(err));
    } else {
        const char *why = ingest->store.why[0] ? ingest->store.why : fl_error_text(err);
        report(ingest->report, IMPORT_RAISED, "DatabaseError", "%s", why);
    }
}

/* A failure of the file or the feed itself. */
static void report_source(struct ingest *ingest, enum fl_error err, const char *error_class,
                          const char *source)
{
    if (err == FL_ENOMEM) return report_error(ingest, err);
    bool hopeless = err == FL_ENOTFOUND || err == FL_EINVAL;
    report(ingest->report, hopeless ? IMPORT_FAILED : IMPORT_RAISED, error_class, "%s: %s", source,
           fl_error_text(err));
}

/* --- rows --- */

static bool header_is_sound(struct ingest *ingest, const struct csv_row *row)
{
    if (row->problem) {
        report(ingest->report, IMPORT_FAILED, NULL, "row %lld, column %u: %s",
               (long long)row->number, row->column, row->problem);
        return false;
    }
    for (uint32_t i = 0; i < row->field_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (!fl_span_equal(row->fields[i], row->fields[j])) continue;
            report(ingest->report, IMPORT_FAILED, NULL,
                   "row %lld, column %u: the header names \"%.*s\" twice", (long long)row->number,
                   i + 1, FL_SPAN_ARGS(row->fields[i]));
            return false;
        }
    }
    return true;
}

static enum fl_error take_header(struct ingest *ingest, const struct csv_row *row)
{
    if (!header_is_sound(ingest, row)) return FL_EINVAL;
    struct fl_span *names = fl_arena_alloc_array(&ingest->header, row->field_count, sizeof *names);
    if (!names) return FL_ENOMEM;
    for (uint32_t i = 0; i < row->field_count; i++) {
        names[i] =
            (struct fl_span){fl_arena_copy(&ingest->header, row->fields[i]), row->fields[i].length};
        if (!names[i].bytes) return FL_ENOMEM;
    }
    ingest->batch.names = names;
    ingest->batch.name_count = row->field_count;
    const struct import_progress *done = &ingest->record->progress;
    if (done->byte_offset > row->end_offset)
        csv_skip_to(&ingest->reader, done->byte_offset, done->row_number);
    return FL_OK;
}

static enum fl_error on_row(void *context, const struct csv_row *row)
{
    struct ingest *ingest = context;
    ingest->row_err =
        ingest->batch.names ? import_batch_add(&ingest->batch, row) : take_header(ingest, row);
    return ingest->row_err;
}

/* --- sources --- */

static enum fl_error on_piece(void *context, struct fl_span piece)
{
    struct ingest *ingest = context;
    return csv_feed(&ingest->reader, piece);
}

/* A request that will be refused tomorrow as well: 4xx, but for "timeout" and "too many". */
static bool is_refusal(int status)
{
    return status >= 400 && status < 500 && status != 408 && status != 429;
}

static enum fl_error read_feed(struct ingest *ingest, const char *url)
{
    struct fl_http http = fl_job_http(ingest->job);
    struct fl_http_request request = {
        .method = "GET",
        .url = url,
        .deadline_us = fl_clock_deadline_us(fl_job_clock(ingest->job), feed_timeout_us),
    };
    if (!http.ops) {
        report(ingest->report, IMPORT_FAILED, NULL, "this program cannot fetch %s", url);
        return FL_EINVAL;
    }
    int status = 0;
    enum fl_error err = fl_http_send(http, &request, on_piece, ingest, &status);
    if (err && !ingest->row_err)
        report_source(ingest, err, err == FL_ETIMEDOUT ? "Net::ReadTimeout" : "SocketError", url);
    if (err) return err;
    if (status >= 200 && status < 300) return FL_OK;
    report(ingest->report, is_refusal(status) ? IMPORT_FAILED : IMPORT_RAISED, "Net::HTTPError",
           "%s answered with HTTP status %d", url, status);
    return FL_EREPLY;
}

/* Reads on until the end, or until the reader asks for a later offset. */
static enum fl_error read_file_from(struct ingest *ingest, const char *path, int64_t offset,
                                    bool *ret_jump)
{
    struct fl_files files = fl_job_files(ingest->job);
    struct fl_file_handle *handle;
    enum fl_error err = fl_file_open(files, path, offset, &handle);
    if (err) {
        report_source(ingest, err, "IOError", path);
        return err;
    }
    *ret_jump = false;
    while (!*ret_jump) {
        size_t length;
        err = fl_file_read(files, handle, ingest->piece, FILE_PIECE_BYTES, &length);
        if (err) report_source(ingest, err, "IOError", path);
        if (err || length == 0) break;
        err = csv_feed(&ingest->reader, (struct fl_span){ingest->piece, length});
        if (err) break;
        *ret_jump = ingest->reader.skip_until > ingest->reader.offset;
    }
    fl_file_close(files, handle);
    return err;
}

static enum fl_error read_file(struct ingest *ingest, const char *path)
{
    ingest->piece = malloc(FILE_PIECE_BYTES);
    if (!ingest->piece) return FL_ENOMEM;
    bool jump;
    enum fl_error err = read_file_from(ingest, path, 0, &jump);
    if (err || !jump) return err;
    csv_jump(&ingest->reader);
    return read_file_from(ingest, path, ingest->reader.offset, &jump);
}

/* --- the command --- */

/* The source has been read to its end. */
static enum fl_error end_of_rows(struct ingest *ingest, const char *source)
{
    enum fl_error err = csv_finish(&ingest->reader);
    if (err && err == ingest->row_err) return err;
    if (err == FL_EPARSE)
        report(ingest->report, IMPORT_FAILED, NULL,
               "row %lld, column %u: the quote is never closed",
               (long long)ingest->reader.row_number + 1, ingest->reader.column);
    if (err == FL_ENOTFOUND)
        report(ingest->report, IMPORT_RAISED, "EOFError",
               "%s ends at byte %lld, but was imported up to byte %lld", source,
               (long long)ingest->reader.offset, (long long)ingest->reader.skip_until);
    if (err) return err;
    if (!ingest->batch.names) {
        report(ingest->report, IMPORT_FAILED, NULL, "%s is empty: it has no header", source);
        return FL_EINVAL;
    }
    return import_batch_flush(&ingest->batch);
}

static enum fl_error ingest_source(struct ingest *ingest, const char *source)
{
    bool is_url = strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0;
    enum fl_error err = is_url ? read_feed(ingest, source) : read_file(ingest, source);
    return err ? err : end_of_rows(ingest, source);
}

static void run(struct fl_job *job, const struct import_record *record,
                struct import_report *ret_report)
{
    *ret_report = (struct import_report){.result = IMPORT_SUCCEEDED, .progress = record->progress};
    struct ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest) {
        report(ret_report, IMPORT_EXHAUSTED, "NoMemoryError", "%s", fl_error_text(FL_ENOMEM));
        return;
    }
    ingest->job = job;
    ingest->record = record;
    ingest->report = ret_report;
    ingest->store = (struct import_store){.db = fl_job_db(job), .clock = fl_job_clock(job)};
    ingest->header = FL_ARENA_INIT(HEADER_BYTES_MAX);
    csv_reader_init(&ingest->reader, on_row, ingest);
    import_batch_init(&ingest->batch, &ingest->store, record);
    const char *source = fl_arena_copy(&ingest->header, record->source);
    enum fl_error err = source ? ingest_source(ingest, source) : FL_ENOMEM;
    if (err) report_error(ingest, err);
    ret_report->progress = ingest->batch.next;
    import_batch_release(&ingest->batch);
    csv_reader_release(&ingest->reader);
    fl_arena_release(&ingest->header);
    free(ingest->piece);
    free(ingest);
}

const struct import_command process_csv_import = {.run = run};
