/* harness/effect/db.c - statements as effects.
 *
 * A fault that breaks the connection rolls its transaction back, as the server would, and the
 * connection then fails until it is returned to the pool. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/effect/label.h"
#include "harness/effect/ports.h"
#include "harness/trace/digest.h"

enum { LATENCY_LOW_US = 20, LATENCY_HIGH_US = 200, VALUES_SHOWN = 4 };

struct call {
    struct effect_process *process;
    struct sim_memory *owner;
    struct fl_db_conn *conn;
    struct effect effect;
    int64_t rest_us;
    uint64_t request;
    bool is_commit; /* its answer lost, nobody knows whether it happened */
    bool performed; /* the inner port was asked */
    bool affects;   /* rows: at once, or with its transaction */
};

static struct effect_broken *broken(struct effect_process *process, const struct fl_db_conn *conn)
{
    for (size_t i = 0; i < EFFECT_BROKEN_MAX; i++)
        if (process->broken[i].conn == conn) return &process->broken[i];
    return NULL;
}

static void break_connection(struct call *call, const char *text)
{
    struct effect_broken *free_entry = broken(call->process, NULL);
    fl_assert(free_entry); /* more broken connections at a time than a pool has */
    *free_entry = (struct effect_broken){call->conn, text};
    struct fl_db inner = call->process->inner.db;
    sim_memory_switch(call->owner);
    fl_db_rollback(inner, call->conn);
    sim_memory_switch(NULL);
}

/* How a `db WORD` fault shows itself. */
static enum fl_error refuse(struct call *call, const struct plan_fault *fault)
{
    const char *text = fault->text ? fault->text : "";
    if (fault->verb == PLAN_DB && strcmp(text, "busy") == 0) return FL_EBUSY;
    if (fault->verb == PLAN_DB && strcmp(text, "full") == 0) return FL_ENOSPACE;
    if (fault->verb == PLAN_DB && strcmp(text, "timeout") == 0) {
        break_connection(call, "the statement timed out");
        return FL_ETIMEDOUT;
    }
    bool disconnect = fault->verb == PLAN_DB && strcmp(text, "disconnect") == 0;
    break_connection(call, disconnect ? "the server closed the connection" : text);
    return FL_EDB;
}

static void begin(struct call *call, struct effect_process *process, struct fl_db_conn *conn,
                  const struct effect_name *name, uint64_t request)
{
    call->process = process;
    call->conn = conn;
    call->request = request;
    call->is_commit = call->affects = false;
    call->owner = sim_memory_switch(NULL);
    effect_open(process, effect_name_label(name), effect_name_detail(name), &call->effect);
    call->rest_us = effect_latency(process, &call->effect, LATENCY_LOW_US, LATENCY_HIGH_US);
    effect_arrives(process, &call->effect);
    effect_act(process, &call->effect, PLAN_BEFORE);
}

/* FL_OK: go on with the inner port, in the program's memory. */
static enum fl_error admit(struct call *call)
{
    const struct plan_fault *fault = effect_refused(&call->effect);
    enum fl_error err = FL_OK;
    if (broken(call->process, call->conn))
        err = FL_EDB;
    else if (fault)
        err = refuse(call, fault);
    call->performed = !err;
    if (!err) sim_memory_switch(call->owner);
    return err;
}

/* What it has changed for good: by itself, or as the end of a transaction that has. */
static bool changes(const struct call *call, enum fl_error err)
{
    struct effect_lent *lent = effect_lent_of(call->process, call->conn);
    bool done = call->performed && (!err || err == FL_ELOST);
    if (!lent || !done) return false;
    if (call->is_commit) return lent->dirty;
    if (call->affects && lent->in_transaction) lent->dirty = true;
    return call->affects && !lent->in_transaction;
}

/* `err` is the outcome. Returns what the program hears. */
static enum fl_error end(struct call *call, enum fl_error err, uint64_t reply)
{
    sim_memory_switch(NULL);
    if (call->performed && !err && effect_unheard(&call->effect)) {
        break_connection(call, "the connection was lost");
        err = call->is_commit ? FL_ELOST : FL_EDB;
    }
    effect_close(call->process, &call->effect,
                 &(struct effect_outcome){
                     .applied = call->performed && (!err || err == FL_ELOST),
                     .changes = changes(call, err),
                     .text = fl_span_from(err ? fl_error_name(err) : ""),
                     .request = call->request,
                     .reply = digest_word(reply, (uint64_t)err),
                 });
    effect_act(call->process, &call->effect, PLAN_AFTER);
    effect_pass(call->process, call->rest_us);
    sim_memory_switch(call->owner);
    return err;
}

static uint64_t digest_value(uint64_t digest, const struct fl_db_value *value)
{
    digest = digest_word(digest, (uint64_t)value->type);
    if (value->type == FL_DB_TEXT) return digest_span(digest, value->text);
    return digest_word(digest, value->type == FL_DB_INT64 ? (uint64_t)value->integer : 0);
}

static uint64_t digest_values(uint64_t digest, const struct fl_db_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        digest = digest_value(digest, &values[i]);
    return digest;
}

static void show_values(struct effect_name *name, const struct fl_db_value *values, size_t count)
{
    for (size_t i = 0; i < count && i < VALUES_SHOWN; i++) {
        char number[24];
        struct fl_span text = FL_SPAN("NULL");
        if (values[i].type == FL_DB_TEXT) text = values[i].text;
        if (values[i].type == FL_DB_INT64) {
            snprintf(number, sizeof number, "%" PRId64, values[i].integer);
            text = fl_span_from(number);
        }
        effect_name_detail_add(name, text);
    }
}

static enum fl_error db_checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    struct effect_process *process = self;
    struct fl_db inner = process->inner.db;
    enum fl_error err = inner.ops->checkout(inner.self, deadline_us, ret_conn);
    if (!err) effect_lend(process, *ret_conn, EFFECT_LOAN_CONNECTION);
    return err;
}

static void db_checkin(void *self, struct fl_db_conn *conn)
{
    struct effect_process *process = self;
    struct effect_broken *entry = broken(process, conn);
    if (entry) *entry = (struct effect_broken){0};
    effect_give_back(process, conn);
    process->inner.db.ops->checkin(process->inner.db.self, conn);
}

static void note_transaction(struct effect_process *process, const struct fl_db_conn *conn,
                             bool is_open)
{
    struct effect_lent *lent = effect_lent_of(process, conn);
    if (!lent) return;
    lent->in_transaction = is_open;
    lent->dirty = false;
}

static enum fl_error begin_step(struct call *call, struct effect_process *process,
                                struct fl_db_conn *conn, const char *label)
{
    struct effect_name name;
    effect_name_begin(&name, label);
    begin(call, process, conn, &name, 0);
    return admit(call);
}

static enum fl_error db_begin(void *self, struct fl_db_conn *conn)
{
    struct call call;
    enum fl_error err = begin_step(&call, self, conn, "db BEGIN");
    if (!err) err = fl_db_begin(call.process->inner.db, conn);
    note_transaction(self, conn, !err);
    return end(&call, err, 0);
}

static enum fl_error db_commit(void *self, struct fl_db_conn *conn)
{
    struct call call;
    enum fl_error err = begin_step(&call, self, conn, "db COMMIT");
    call.is_commit = true;
    if (!err) err = fl_db_commit(call.process->inner.db, conn);
    enum fl_error heard = end(&call, err, 0);
    if (!heard || heard == FL_ELOST) note_transaction(self, conn, false);
    return heard;
}

static void db_rollback(void *self, struct fl_db_conn *conn)
{
    struct call call;
    enum fl_error err = begin_step(&call, self, conn, "db ROLLBACK");
    if (!err) fl_db_rollback(call.process->inner.db, conn);
    (void)end(&call, err, 0);
    note_transaction(self, conn, false);
}

static enum fl_error begin_statement(struct call *call, struct effect_process *process,
                                     struct fl_db_conn *conn, const char *sql,
                                     const struct fl_db_value *values, size_t count)
{
    struct effect_name name;
    effect_name_sql(&name, sql);
    show_values(&name, values, count);
    begin(call, process, conn, &name,
          digest_values(digest_span(0, fl_span_from(sql)), values, count));
    return admit(call);
}

static enum fl_error db_execute(void *self, struct fl_db_conn *conn, const char *sql,
                                const struct fl_db_value *values, size_t count,
                                int64_t *ret_affected)
{
    struct call call;
    int64_t affected = 0;
    enum fl_error err = begin_statement(&call, self, conn, sql, values, count);
    if (!err) err = fl_db_execute(call.process->inner.db, conn, sql, values, count, &affected);
    if (!err && ret_affected) *ret_affected = affected;
    call.affects = !err && affected > 0;
    return end(&call, err, (uint64_t)affected);
}

static enum fl_error db_query(void *self, struct fl_db_conn *conn, const char *sql,
                              const struct fl_db_value *values, size_t count,
                              struct fl_db_rows *ret_rows)
{
    struct call call;
    struct fl_db_rows rows;
    uint64_t reply = 0;
    enum fl_error err = begin_statement(&call, self, conn, sql, values, count);
    if (!err) err = fl_db_query(call.process->inner.db, conn, sql, values, count, &rows);
    if (!err)
        reply = digest_values(rows.row_count, rows.values, rows.row_count * rows.column_count);
    enum fl_error heard = end(&call, err, reply);
    if (!heard)
        *ret_rows = rows;
    else if (!err)
        fl_db_rows_release(&rows);
    return heard;
}

static enum fl_error db_bulk_insert(void *self, struct fl_db_conn *conn,
                                    const struct fl_db_bulk *bulk, int64_t *ret_written)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    int64_t inserted = 0;
    char rows[32];
    effect_name_begin(&name, "db INSERT");
    effect_name_label_add(&name, fl_span_from(bulk->table));
    snprintf(rows, sizeof rows, "%zu rows", bulk->row_count);
    effect_name_detail_add(&name, fl_span_from(rows));
    begin(&call, process, conn, &name,
          digest_values(digest_span(0, fl_span_from(bulk->table)), bulk->values,
                        bulk->row_count * bulk->column_count));
    enum fl_error err = admit(&call);
    if (!err) err = fl_db_bulk_insert(process->inner.db, conn, bulk, &inserted);
    if (!err && ret_written) *ret_written = inserted;
    call.affects = !err && inserted > 0;
    return end(&call, err, (uint64_t)inserted);
}

static const char *db_last_error(void *self, struct fl_db_conn *conn)
{
    struct effect_process *process = self;
    const struct effect_broken *entry = broken(process, conn);
    return entry ? entry->text : fl_db_last_error(process->inner.db, conn);
}

struct fl_db effect_db(struct effect_process *process)
{
    static const struct fl_db_ops ops = {
        .checkout = db_checkout,
        .checkin = db_checkin,
        .begin = db_begin,
        .commit = db_commit,
        .rollback = db_rollback,
        .execute = db_execute,
        .query = db_query,
        .bulk_insert = db_bulk_insert,
        .last_error = db_last_error,
    };
    return (struct fl_db){&ops, process};
}
