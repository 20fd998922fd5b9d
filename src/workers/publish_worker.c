#include "workers/publish_worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "workers/run_report.h"
#include "workers/transaction.h"

enum { COLUMNS = 3 };

struct chunk {
    int64_t import_id, account_id;
    int64_t after_row; /* of the checkpoint */
    bool is_known;     /* the import is there, and has ended well */
    size_t row_count;
    struct fl_db_value *values; /* of a full chunk */
};

/* The checkpoint's row is written first: that locks it. */
static enum fl_error find_checkpoint(const struct transaction *transaction, struct chunk *chunk)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value values[] = {fl_db_int64(chunk->import_id)};
    enum fl_error err =
        transaction_execute(transaction,
                            "INSERT INTO publications (import_id) SELECT id FROM imports"
                            " WHERE id = ? AND state = 'completed'"
                            " ON CONFLICT (import_id) DO UPDATE SET after_row = "
                            "publications.after_row",
                            values, FL_COUNT(values), NULL);
    if (!err)
        err = transaction_query(transaction,
                                "SELECT i.business_account_id, p.after_row FROM publications p"
                                " JOIN imports i ON i.id = p.import_id WHERE p.import_id = ?",
                                values, FL_COUNT(values), &rows);
    chunk->is_known = !err && rows.row_count == 1;
    if (chunk->is_known) {
        chunk->account_id = rows.values[0].integer;
        chunk->after_row = rows.values[1].integer;
    }
    fl_db_rows_release(&rows);
    return err;
}

static enum fl_error upsert(const struct transaction *transaction, struct chunk *chunk,
                            const struct fl_db_rows *rows)
{
    static const char *const columns[] = {"business_account_id", "row_number", "data"};
    for (size_t i = 0; i < rows->row_count; i++) {
        chunk->values[COLUMNS * i] = fl_db_int64(chunk->account_id);
        chunk->values[COLUMNS * i + 1] = rows->values[2 * i];
        chunk->values[COLUMNS * i + 2] = rows->values[2 * i + 1];
    }
    const struct fl_db_bulk bulk = {.table = "published_rows",
                                    .columns = columns,
                                    .column_count = COLUMNS,
                                    .values = chunk->values,
                                    .row_count = rows->row_count,
                                    .key = columns,
                                    .key_count = 2,
                                    .update = columns + 2,
                                    .update_count = 1};
    return fl_db_bulk_insert(transaction->db, transaction->conn, &bulk, NULL);
}

static enum fl_error move_checkpoint(const struct transaction *transaction,
                                     const struct chunk *chunk, int64_t last_row)
{
    const struct fl_db_value values[] = {fl_db_int64(last_row),
                                         fl_db_int64((int64_t)chunk->row_count),
                                         fl_db_int64(chunk->import_id)};
    return transaction_execute(transaction,
                               "UPDATE publications SET after_row = ?, row_count = row_count + ?"
                               " WHERE import_id = ?",
                               values, FL_COUNT(values), NULL);
}

static enum fl_error publish_chunk(const struct transaction *transaction)
{
    struct chunk *chunk = transaction->context;
    struct fl_db_rows rows = {0};
    chunk->row_count = 0;
    enum fl_error err = find_checkpoint(transaction, chunk);
    if (err || !chunk->is_known) return err;
    const struct fl_db_value values[] = {fl_db_int64(chunk->import_id),
                                         fl_db_int64(chunk->after_row),
                                         fl_db_int64(PUBLISH_CHUNK_ROWS)};
    err = transaction_query(transaction,
                            "SELECT row_number, data FROM import_rows WHERE import_id = ?"
                            " AND row_number > ? ORDER BY row_number LIMIT ?",
                            values, FL_COUNT(values), &rows);
    if (!err && rows.row_count) {
        chunk->row_count = rows.row_count;
        err = upsert(transaction, chunk, &rows);
        if (!err)
            err = move_checkpoint(transaction, chunk, rows.values[2 * rows.row_count - 2].integer);
    }
    fl_db_rows_release(&rows);
    return err;
}

static enum fl_outcome run(struct fl_job *job, struct chunk *chunk, const struct run_report *report)
{
    for (;;) {
        enum fl_outcome outcome = transaction_run(job, publish_chunk, chunk);
        if (outcome != FL_DONE) return outcome;
        if (!chunk->is_known)
            return fl_discard(job, "import %" PRId64 " is gone or has not ended well",
                              chunk->import_id);
        run_report_count(job, report, "rows", (int64_t)chunk->row_count);
        if (chunk->row_count < PUBLISH_CHUNK_ROWS) return FL_DONE;
        if (fl_job_stopping(job))
            return fl_fail(job, FL_TRANSIENT, "Interrupted", "goes on where it has come to");
    }
}

enum fl_outcome publish_perform(struct fl_job *job)
{
    struct chunk chunk = {0};
    if (fl_job_int(job, 0, &chunk.import_id))
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an import's id");
    chunk.values = malloc(PUBLISH_CHUNK_ROWS * COLUMNS * sizeof *chunk.values);
    if (!chunk.values) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "no memory for a chunk");
    struct run_report report = run_report_begin(job, "publication");
    enum fl_outcome outcome = run(job, &chunk, &report);
    free(chunk.values);
    return run_report_end(job, &report, outcome);
}
