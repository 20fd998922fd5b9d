/* Every write is an UPDATE whose WHERE clause says who may make it; the count of changed rows is
 * the answer, and only when it is zero is the record read to learn why. */
#include "workers/import_record.h"

#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "ports/clock.h"

static const int64_t checkout_us = 5 * FL_SECOND_US;

/* --- transactions --- */

static void note_why(struct import_store *store, struct fl_db_conn *conn)
{
    snprintf(store->why, sizeof store->why, "%s", fl_db_last_error(store->db, conn));
}

static enum fl_error open_transaction(struct import_store *store, struct fl_db_conn **ret_conn)
{
    store->why[0] = '\0';
    struct fl_db_conn *conn;
    int64_t deadline_us = fl_clock_deadline_us(store->clock, checkout_us);
    enum fl_error err = fl_db_checkout(store->db, deadline_us, &conn);
    if (err) return err;
    err = fl_db_begin(store->db, conn);
    if (err) {
        note_why(store, conn);
        fl_db_checkin(store->db, conn);
        return err;
    }
    *ret_conn = conn;
    return FL_OK;
}

/* Commits, or rolls back after an error or when there is nothing to keep. */
enum ending { ENDING_COMMIT, ENDING_ROLLBACK };

static enum fl_error close_transaction(struct import_store *store, struct fl_db_conn *conn,
                                       enum fl_error err, enum ending ending)
{
    if (!err && ending == ENDING_COMMIT) err = fl_db_commit(store->db, conn);
    if (err) note_why(store, conn);
    if (err || ending == ENDING_ROLLBACK) fl_db_rollback(store->db, conn);
    fl_db_checkin(store->db, conn);
    return err;
}

/* --- reading --- */

/* Why an update changed nothing. */
static enum fl_error read_standing(struct import_store *store, struct fl_db_conn *conn, int64_t id,
                                   enum import_standing *ret_standing)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value values[] = {fl_db_int64(id)};
    enum fl_error err = fl_db_query(store->db, conn, "SELECT state FROM imports WHERE id = ?",
                                    values, FL_COUNT(values), &rows);
    if (err) return err;
    if (rows.row_count == 0)
        *ret_standing = IMPORT_GONE;
    else if (fl_span_is(rows.values[0].text, "completed"))
        *ret_standing = IMPORT_COMPLETED;
    else
        *ret_standing = IMPORT_SUPERSEDED;
    fl_db_rows_release(&rows);
    return FL_OK;
}

static enum fl_error read_record(struct import_store *store, struct fl_db_conn *conn, int64_t id,
                                 struct import_record *ret_record)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value values[] = {fl_db_int64(id)};
    enum fl_error err =
        fl_db_query(store->db, conn,
                    "SELECT business_account_id, import_type, source, run, byte_offset, row_number,"
                    " imported_count, rejected_count FROM imports WHERE id = ?",
                    values, FL_COUNT(values), &rows);
    if (err) return err;
    if (rows.row_count != 1) {
        fl_db_rows_release(&rows);
        return FL_EDB; /* it was updated in this transaction a moment ago */
    }
    const struct fl_db_value *row = rows.values;
    *ret_record = (struct import_record){
        .id = id,
        .business_account_id = row[0].integer,
        .import_type = row[1].text,
        .source = row[2].text,
        .run = row[3].integer,
        .progress = {.byte_offset = row[4].integer,
                     .row_number = row[5].integer,
                     .imported_count = row[6].integer,
                     .rejected_count = row[7].integer},
        .rows = rows,
    };
    return FL_OK;
}

void import_record_release(struct import_record *record)
{
    fl_db_rows_release(&record->rows);
}

/* Rows that an earlier batch may have written after the record was deleted. */
static enum fl_error delete_rows(struct import_store *store, struct fl_db_conn *conn, int64_t id)
{
    const struct fl_db_value values[] = {fl_db_int64(id)};
    enum fl_error err =
        fl_db_execute(store->db, conn, "DELETE FROM import_rows WHERE import_id = ?", values,
                      FL_COUNT(values), NULL);
    if (err) return err;
    return fl_db_execute(store->db, conn, "DELETE FROM import_rejected_rows WHERE import_id = ?",
                         values, FL_COUNT(values), NULL);
}

/* The standing of a run whose write changed nothing; cleans up behind a deleted record. */
static enum fl_error yield(struct import_store *store, struct fl_db_conn *conn, int64_t id,
                           enum import_standing *ret_standing)
{
    enum fl_error err = read_standing(store, conn, id, ret_standing);
    if (!err && *ret_standing == IMPORT_GONE) err = delete_rows(store, conn, id);
    return err;
}

/* --- state changes --- */

enum fl_error import_begin(struct import_store *store, int64_t id,
                           enum import_standing *ret_standing, struct import_record *ret_record)
{
    struct fl_db_conn *conn;
    enum fl_error err = open_transaction(store, &conn);
    if (err) return err;
    const struct fl_db_value values[] = {fl_db_int64(id)};
    enum import_standing standing = IMPORT_MINE;
    struct import_record record = {0};
    int64_t changed = 0;
    err = fl_db_execute(store->db, conn,
                        "UPDATE imports SET state = 'processing', error = NULL, run = run + 1"
                        " WHERE id = ? AND state <> 'completed'",
                        values, FL_COUNT(values), &changed);
    if (!err && changed == 0) err = read_standing(store, conn, id, &standing);
    if (!err && changed > 0) err = read_record(store, conn, id, &record);
    err = close_transaction(store, conn, err, changed ? ENDING_COMMIT : ENDING_ROLLBACK);
    if (err) {
        import_record_release(&record);
        return err;
    }
    *ret_standing = standing;
    if (standing == IMPORT_MINE) *ret_record = record;
    return FL_OK;
}

enum fl_error import_mark_raised(struct import_store *store, int64_t id, int64_t run,
                                 const char *message)
{
    struct fl_db_conn *conn;
    enum fl_error err = open_transaction(store, &conn);
    if (err) return err;
    const struct fl_db_value values[] = {fl_db_text(fl_span_from(message)), fl_db_int64(id),
                                         fl_db_int64(run)};
    err = fl_db_execute(store->db, conn,
                        "UPDATE imports SET state = 'failed', error = ?"
                        " WHERE id = ? AND run = ? AND state = 'processing'",
                        values, FL_COUNT(values), NULL);
    return close_transaction(store, conn, err, ENDING_COMMIT);
}

const char *import_outcome_text(enum import_outcome outcome)
{
    return outcome == IMPORT_OUTCOME_COMPLETED ? "completed" : "failed";
}

/* Two rows of the outbox; an outcome that was told before is not told again. */
static enum fl_error write_outbox(struct import_store *store, struct fl_db_conn *conn, int64_t id,
                                  enum import_outcome outcome, const char *message)
{
    static const char *const columns[] = {"import_id", "outcome", "audience", "message"};
    struct fl_db_value outcome_value = fl_db_text(fl_span_from(import_outcome_text(outcome)));
    struct fl_db_value message_value = fl_db_text(fl_span_from(message));
    const struct fl_db_value values[] = {
        fl_db_int64(id), outcome_value, fl_db_text(FL_SPAN("user")),  message_value,
        fl_db_int64(id), outcome_value, fl_db_text(FL_SPAN("staff")), message_value,
    };
    struct fl_db_bulk bulk = {
        .table = "outbox",
        .columns = columns,
        .column_count = FL_COUNT(columns),
        .values = values,
        .row_count = 2,
        .key = columns,
        .key_count = 3,
    };
    return fl_db_bulk_insert(store->db, conn, &bulk, NULL);
}

/* The import's last state. A hook that has no run of its own may say "failed" of anything that is
 * not completed, and takes it from nobody: a run that is under way keeps its count, and may yet end
 * it well. */
static enum fl_error write_outcome(struct import_store *store, struct fl_db_conn *conn, int64_t id,
                                   int64_t run, enum import_outcome outcome, const char *message,
                                   int64_t *ret_changed)
{
    bool completed = outcome == IMPORT_OUTCOME_COMPLETED;
    const struct fl_db_value values[] = {
        fl_db_text(fl_span_from(import_outcome_text(outcome))),
        completed ? (struct fl_db_value){.type = FL_DB_NULL} : fl_db_text(fl_span_from(message)),
        fl_db_int64(id),
        fl_db_int64(run),
        fl_db_int64(run),
    };
    return fl_db_execute(store->db, conn,
                         "UPDATE imports SET state = ?, error = ? WHERE id = ? AND"
                         " state <> 'completed' AND (run = ? OR ? = 0)",
                         values, FL_COUNT(values), ret_changed);
}

enum fl_error import_finish(struct import_store *store, int64_t id, int64_t run,
                            enum import_outcome outcome, const char *message,
                            enum import_standing *ret_standing)
{
    struct fl_db_conn *conn;
    enum fl_error err = open_transaction(store, &conn);
    if (err) return err;
    enum import_standing standing = IMPORT_MINE;
    int64_t changed = 0;
    err = write_outcome(store, conn, id, run, outcome, message, &changed);
    if (!err && changed > 0) err = write_outbox(store, conn, id, outcome, message);
    if (!err && changed == 0) err = yield(store, conn, id, &standing);
    err = close_transaction(store, conn, err, ENDING_COMMIT);
    if (!err) *ret_standing = standing;
    return err;
}

/* --- batches --- */

static enum fl_error write_rows(struct import_store *store, struct fl_db_conn *conn,
                                const char *table, const char *const *columns, size_t column_count,
                                const struct fl_db_value *values, size_t row_count)
{
    if (row_count == 0) return FL_OK;
    struct fl_db_bulk bulk = {
        .table = table,
        .columns = columns,
        .column_count = column_count,
        .values = values,
        .row_count = row_count,
    };
    return fl_db_bulk_insert(store->db, conn, &bulk, NULL);
}

static enum fl_error write_checkpoint(struct import_store *store, struct fl_db_conn *conn,
                                      const struct import_record *record,
                                      const struct import_progress *next, int64_t *ret_changed)
{
    const struct fl_db_value values[] = {
        fl_db_int64(next->byte_offset),    fl_db_int64(next->row_number),
        fl_db_int64(next->imported_count), fl_db_int64(next->rejected_count),
        fl_db_int64(record->id),           fl_db_int64(record->run),
    };
    return fl_db_execute(store->db, conn,
                         "UPDATE imports SET byte_offset = ?, row_number = ?, imported_count = ?,"
                         " rejected_count = ? WHERE id = ? AND run = ? AND state <> 'completed'",
                         values, FL_COUNT(values), ret_changed);
}

enum fl_error import_save_batch(struct import_store *store, const struct import_record *record,
                                const struct import_progress *next, const struct fl_db_value *rows,
                                size_t row_count, const struct fl_db_value *rejected,
                                size_t rejected_count, enum import_standing *ret_standing)
{
    static const char *const row_columns[] = {"import_id", "row_number", "data"};
    static const char *const rejected_columns[] = {"import_id", "row_number", "reason", "raw"};
    struct fl_db_conn *conn;
    enum fl_error err = open_transaction(store, &conn);
    if (err) return err;
    enum import_standing standing = IMPORT_MINE;
    int64_t changed = 0;
    err = write_checkpoint(store, conn, record, next, &changed);
    if (!err && changed == 0) err = yield(store, conn, record->id, &standing);
    if (!err && changed > 0) {
        err = write_rows(store, conn, "import_rows", row_columns, FL_COUNT(row_columns), rows,
                         row_count);
        if (!err)
            err = write_rows(store, conn, "import_rejected_rows", rejected_columns,
                             FL_COUNT(rejected_columns), rejected, rejected_count);
    }
    err = close_transaction(store, conn, err, ENDING_COMMIT);
    if (!err) *ret_standing = standing;
    return err;
}
