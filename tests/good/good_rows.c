/* Ways to change a database so that a run that comes again changes nothing. The first argument is
 * an import's id. Each is known to be good: whatever accuses one of them is wrong itself. */
#include <faultline/worker.h>
#include <inttypes.h>
#include <stdio.h>

enum { TIMEOUT_US = 10 * 1000 * 1000, ROWS = 6, BATCH = 2 };

static int64_t deadline_us(struct fl_job *job)
{
    return fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
}

/* What the database, the mail server or the web has answered, as the end of a run. */
static enum fl_outcome end(struct fl_job *job, enum fl_error err)
{
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM || err == FL_ENOSPACE)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "%s", fl_error_text(err));
}

/* --- transactions --- */

struct work {
    struct fl_job *job;
    struct fl_db db;
    struct fl_db_conn *conn;
    int64_t id;
};

static enum fl_error execute(const struct work *work, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_changed)
{
    return fl_db_execute(work->db, work->conn, sql, values, count, ret_changed);
}

/* Only the import's id. */
static enum fl_error execute_for(const struct work *work, const char *sql, int64_t *ret_changed)
{
    const struct fl_db_value id = fl_db_int64(work->id);
    return execute(work, sql, &id, 1, ret_changed);
}

static enum fl_error in_transaction(struct fl_job *job, int64_t id,
                                    enum fl_error (*step)(const struct work *work))
{
    struct work work = {.job = job, .db = fl_job_db(job), .id = id};
    enum fl_error err = fl_db_checkout(work.db, deadline_us(job), &work.conn);
    if (err) return err;
    err = fl_db_begin(work.db, work.conn);
    if (!err) err = step(&work);
    if (!err) err = fl_db_commit(work.db, work.conn);
    if (err) fl_db_rollback(work.db, work.conn);
    fl_db_checkin(work.db, work.conn);
    return err;
}

static enum fl_outcome perform(struct fl_job *job, enum fl_error (*step)(const struct work *work))
{
    int64_t id;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    return end(job, in_transaction(job, id, step));
}

/* --- upsert: says what is --- */

static enum fl_error upsert_row(const struct work *work)
{
    return execute_for(work,
                       "INSERT INTO import_rows (import_id, row_number, data) VALUES (?, 1, 'ada')"
                       " ON CONFLICT (import_id, row_number) DO UPDATE SET data = excluded.data",
                       NULL);
}

static enum fl_outcome upsert(struct fl_job *job)
{
    return perform(job, upsert_row);
}

/* --- append: a unique key drops what is there already --- */

static enum fl_error append_rows(const struct work *work)
{
    static const char *const columns[] = {"import_id", "row_number", "data"};
    struct fl_db_value values[ROWS * 3];
    for (int i = 0; i < ROWS; i++) {
        values[3 * i] = fl_db_int64(work->id);
        values[3 * i + 1] = fl_db_int64(i + 1);
        values[3 * i + 2] = fl_db_text(FL_SPAN("row"));
    }
    const struct fl_db_bulk bulk = {.table = "import_rows",
                                    .columns = columns,
                                    .column_count = 3,
                                    .values = values,
                                    .row_count = ROWS,
                                    .key = columns,
                                    .key_count = 2};
    return fl_db_bulk_insert(work->db, work->conn, &bulk, NULL);
}

static enum fl_outcome append(struct fl_job *job)
{
    return perform(job, append_rows);
}

/* --- compare and set: only the first changes anything --- */

static enum fl_error complete_pending(const struct work *work)
{
    return execute_for(work,
                       "UPDATE imports SET state = 'completed', imported_count = imported_count + 1"
                       " WHERE id = ? AND state = 'pending'",
                       NULL);
}

static enum fl_outcome compare_and_set(struct fl_job *job)
{
    return perform(job, complete_pending);
}

/* --- dedupe table: the job's id is noted in the transaction of its effect --- */

static enum fl_error count_once(const struct work *work)
{
    int64_t is_new = 0;
    const struct fl_db_value values[] = {fl_db_int64(work->id),
                                         fl_db_text(fl_span_from(fl_job_jid(work->job)))};
    enum fl_error err =
        execute(work,
                "INSERT INTO import_rejected_rows (import_id, row_number, reason, raw)"
                " VALUES (?, 0, 'seen', ?) ON CONFLICT DO NOTHING",
                values, 2, &is_new);
    if (err || !is_new) return err;
    return execute_for(work, "UPDATE imports SET imported_count = imported_count + 1 WHERE id = ?",
                       NULL);
}

static enum fl_outcome dedupe(struct fl_job *job)
{
    return perform(job, count_once);
}

/* --- checkpoint: each batch and how far it goes are one transaction --- */

static enum fl_error checkpoint_of(const struct work *work, int64_t *ret_next)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value id = fl_db_int64(work->id);
    enum fl_error err = fl_db_query(work->db, work->conn,
                                    "SELECT row_number FROM imports WHERE id = ?", &id, 1, &rows);
    *ret_next = !err && rows.row_count ? rows.values[0].integer : ROWS;
    fl_db_rows_release(&rows);
    return err;
}

static enum fl_error write_batch(const struct work *work)
{
    int64_t next;
    enum fl_error err = checkpoint_of(work, &next);
    for (int64_t row = next; !err && row < next + BATCH && row < ROWS; row++) {
        const struct fl_db_value values[] = {fl_db_int64(work->id), fl_db_int64(row)};
        err = execute(work, "INSERT INTO import_rows VALUES (?, ?, 'row')", values, 2, NULL);
    }
    const struct fl_db_value values[] = {fl_db_int64(next + BATCH), fl_db_int64(work->id),
                                         fl_db_int64(ROWS)};
    if (err) return err;
    return execute(work, "UPDATE imports SET row_number = ? WHERE id = ? AND row_number < ?",
                   values, 3, NULL);
}

static enum fl_outcome checkpoint(struct fl_job *job)
{
    enum fl_outcome outcome = FL_DONE;
    for (int batch = 0; batch < ROWS / BATCH && outcome == FL_DONE; batch++)
        outcome = perform(job, write_batch);
    return outcome;
}

/* --- fenced lease: each run takes a higher number, and only the highest may write --- */

static enum fl_error take_lease(const struct work *work)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value id = fl_db_int64(work->id);
    enum fl_error err = execute_for(work, "UPDATE imports SET run = run + 1 WHERE id = ?", NULL);
    if (!err)
        err = fl_db_query(work->db, work->conn, "SELECT run FROM imports WHERE id = ?", &id, 1,
                          &rows);
    if (!err && rows.row_count) fl_job_set_value(work->job, rows.values[0].integer);
    fl_db_rows_release(&rows);
    return err;
}

static enum fl_error write_fenced(const struct work *work)
{
    int64_t mine = 0;
    const struct fl_db_value values[] = {fl_db_int64(work->id),
                                         fl_db_int64(fl_job_value(work->job))};
    enum fl_error err = execute(
        work, "UPDATE imports SET state = 'completed' WHERE id = ? AND run = ?", values, 2, &mine);
    if (err || !mine) return err;
    return upsert_row(work);
}

static enum fl_outcome fenced_lease(struct fl_job *job)
{
    enum fl_outcome outcome = perform(job, take_lease);
    return outcome == FL_DONE ? perform(job, write_fenced) : outcome;
}

/* --- read only --- */

static enum fl_error look(const struct work *work)
{
    int64_t next;
    return checkpoint_of(work, &next);
}

static enum fl_outcome read_only(struct fl_job *job)
{
    return perform(job, look);
}

/* --- outbox: the mail is decided in the transaction of the state, and sent with its key --- */

static enum fl_error decide(const struct work *work)
{
    enum fl_error err = complete_pending(work);
    if (err) return err;
    return execute_for(work,
                       "INSERT INTO outbox (import_id, outcome, audience, message)"
                       " VALUES (?, 'completed', 'user', 'all rows are in') ON CONFLICT DO NOTHING",
                       NULL);
}

static enum fl_error find_pending(const struct work *work)
{
    struct fl_db_rows rows = {0};
    const struct fl_db_value id = fl_db_int64(work->id);
    enum fl_error err = fl_db_query(
        work->db, work->conn,
        "SELECT message FROM outbox WHERE import_id = ? AND state = 'pending'", &id, 1, &rows);
    fl_job_set_value(work->job, !err && rows.row_count == 1);
    fl_db_rows_release(&rows);
    return err;
}

static enum fl_error note_sent(const struct work *work)
{
    return execute_for(work, "UPDATE outbox SET state = 'sent' WHERE import_id = ?", NULL);
}

static enum fl_error send_mail(struct fl_job *job, int64_t id)
{
    char key[48];
    snprintf(key, sizeof key, "import-%" PRId64 "-completed", id);
    const struct fl_mail mail = {.from = FL_SPAN("app@example.org"),
                                 .to = FL_SPAN("ada@example.org"),
                                 .subject = FL_SPAN("Imported"),
                                 .text = FL_SPAN("All rows are in.\n"),
                                 .idempotency_key = fl_span_from(key),
                                 .deadline_us = deadline_us(job)};
    return fl_mail_send(fl_job_mailer(job), &mail);
}

static enum fl_outcome outbox(struct fl_job *job)
{
    int64_t id;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = in_transaction(job, id, decide);
    if (!err) err = in_transaction(job, id, find_pending);
    if (!err && !fl_job_value(job)) return FL_DONE;
    if (!err) err = send_mail(job, id);
    if (!err) err = in_transaction(job, id, note_sent);
    return end(job, err);
}

/* --- compensation: what was reserved is given back when the other side says no --- */

/* Only as long as nothing is decided: a run that stood still may come when all is over. */
static enum fl_error reserve(const struct work *work)
{
    return execute_for(work,
                       "INSERT INTO import_rows (import_id, row_number, data)"
                       " SELECT id, 1, 'reserved' FROM imports WHERE id = ? AND state = 'pending'"
                       " ON CONFLICT DO NOTHING",
                       NULL);
}

static enum fl_error confirm(const struct work *work)
{
    enum fl_error err =
        execute_for(work, "UPDATE import_rows SET data = 'booked' WHERE import_id = ?", NULL);
    if (err) return err;
    return execute_for(work, "UPDATE imports SET state = 'completed' WHERE id = ?", NULL);
}

static enum fl_error give_back(const struct work *work)
{
    enum fl_error err = execute_for(work, "DELETE FROM import_rows WHERE import_id = ?", NULL);
    if (err) return err;
    return execute_for(work, "UPDATE imports SET state = 'failed' WHERE id = ?", NULL);
}

/* The other side knows a repeat by its key, and answers it as it did before. */
static enum fl_error book(struct fl_job *job, int *ret_status)
{
    char header[64];
    snprintf(header, sizeof header, "Idempotency-Key: %s", fl_job_jid(job));
    const struct fl_span headers[] = {fl_span_from(header)};
    const struct fl_http_request request = {.method = "POST",
                                            .url = "http://hotel.example/bookings",
                                            .headers = headers,
                                            .header_count = 1,
                                            .body = FL_SPAN("{}"),
                                            .deadline_us = deadline_us(job)};
    return fl_http_send(fl_job_http(job), &request, NULL, NULL, ret_status);
}

static enum fl_outcome compensate(struct fl_job *job)
{
    int64_t id;
    int status = 0;
    if (fl_job_int(job, 0, &id)) return fl_fail(job, FL_PERMANENT, "ArgumentError", "want an id");
    enum fl_error err = in_transaction(job, id, reserve);
    if (!err) err = book(job, &status);
    if (!err && status >= 500) err = FL_EREPLY;
    if (!err) err = in_transaction(job, id, status < 300 ? confirm : give_back);
    return end(job, err);
}

const struct fl_worker fl_workers[] = {
    {.name = "UpsertWorker", .perform = upsert, .retry = FL_RETRY_DEFAULT},
    {.name = "AppendWorker", .perform = append, .retry = FL_RETRY_DEFAULT},
    {.name = "CompareAndSetWorker", .perform = compare_and_set, .retry = FL_RETRY_DEFAULT},
    {.name = "DedupeWorker", .perform = dedupe, .retry = FL_RETRY_DEFAULT},
    {.name = "CheckpointWorker", .perform = checkpoint, .retry = FL_RETRY_DEFAULT},
    {.name = "FencedLeaseWorker", .perform = fenced_lease, .retry = FL_RETRY_DEFAULT},
    {.name = "ReadOnlyWorker", .perform = read_only, .retry = FL_RETRY_DEFAULT},
    {.name = "OutboxWorker", .perform = outbox, .retry = FL_RETRY_DEFAULT},
    {.name = "CompensationWorker", .perform = compensate, .retry = FL_RETRY_DEFAULT},
    {0},
};
