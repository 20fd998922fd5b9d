#include "faultline/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "queue/args_check.h"
#include "queue/client.h"
#include "queue/job.h"

struct fl_transaction {
    struct fl_job *job;
    struct fl_db_conn *conn;
    struct fl_arena texts;
    size_t count, capacity;
    struct fl_push *pushes;
};

enum fl_error fl_transaction_begin(struct fl_job *job, struct fl_db_conn *conn,
                                   struct fl_transaction **ret_tx)
{
    struct fl_transaction *tx = calloc(1, sizeof(*tx));
    if (!tx) return FL_ENOMEM;
    *tx = (struct fl_transaction){
        .job = job, .conn = conn, .texts = FL_ARENA_INIT(FL_TRANSACTION_BYTES_MAX)};
    enum fl_error err = fl_db_begin(fl_job_db(job), conn);
    if (err)
        free(tx);
    else
        *ret_tx = tx;
    return err;
}

static void release(struct fl_transaction *tx)
{
    fl_arena_release(&tx->texts);
    free(tx->pushes);
    free(tx);
}

/* --- what waits --- */

/* An empty one stays empty. */
static bool keep_span(struct fl_arena *arena, struct fl_span *span)
{
    if (!span->bytes) return true;
    span->bytes = fl_arena_copy(arena, *span);
    return span->bytes != NULL;
}

static bool keep_text(struct fl_arena *arena, const char **text)
{
    if (!*text) return true;
    *text = fl_arena_copy(arena, fl_span_from(*text));
    return *text != NULL;
}

static bool keep(struct fl_arena *arena, struct fl_push *push)
{
    return keep_text(arena, &push->worker) && keep_span(arena, &push->args) &&
           keep_text(arena, &push->queue) && keep_text(arena, &push->jid) &&
           keep_span(arena, &push->retry) && keep_text(arena, &push->retry_queue) &&
           keep_span(arena, &push->tags);
}

/* Names and options are short beside arguments. */
static bool fits(const struct fl_transaction *tx, const struct fl_push *push)
{
    enum { OTHERS_BYTES = 4096 };
    size_t room = FL_TRANSACTION_BYTES_MAX - tx->texts.bytes_used;
    return room >= OTHERS_BYTES && push->args.length + push->tags.length <= room - OTHERS_BYTES;
}

static enum fl_error make_room(struct fl_transaction *tx)
{
    if (tx->count < tx->capacity) return FL_OK;
    if (tx->count == FL_TRANSACTION_PUSHES_MAX) return FL_EBOUND;
    size_t capacity = tx->capacity ? 2 * tx->capacity : 8;
    if (capacity > FL_TRANSACTION_PUSHES_MAX) capacity = FL_TRANSACTION_PUSHES_MAX;
    struct fl_push *pushes = realloc(tx->pushes, capacity * sizeof(*pushes));
    if (!pushes) return FL_ENOMEM;
    tx->pushes = pushes;
    tx->capacity = capacity;
    return FL_OK;
}

static enum fl_error check(const struct fl_transaction *tx, const struct fl_push *push)
{
    char problem[FL_ARGS_PROBLEM_BYTES] = "a jid has at most 24 bytes";
    bool too_long = push->jid && strlen(push->jid) >= FL_JID_BYTES;
    enum fl_error err = too_long ? FL_EINVAL : fl_args_check(push->args, problem);
    if (err == FL_EINVAL)
        fl_job_log(tx->job, FL_LOG_ERROR, "%s is not to be pushed: %s", push->worker, problem);
    return err;
}

enum fl_error fl_transaction_push(struct fl_transaction *tx, const struct fl_push *push,
                                  char ret_jid[25])
{
    char jid[FL_JID_BYTES];
    struct fl_push kept = *push;
    enum fl_error err = check(tx, push);
    if (!err && !fits(tx, push)) err = FL_EBOUND;
    if (!err) err = make_room(tx);
    if (err) return err;
    if (!kept.jid) {
        fl_client_fresh_jid(tx->job->world->ports->random, jid);
        kept.jid = jid;
    }
    if (!keep(&tx->texts, &kept)) return FL_ENOMEM;
    tx->pushes[tx->count++] = kept;
    if (ret_jid) memcpy(ret_jid, kept.jid, strlen(kept.jid) + 1);
    return FL_OK;
}

/* --- the end --- */

enum fl_error fl_transaction_commit(struct fl_transaction *tx)
{
    struct fl_db db = fl_job_db(tx->job);
    enum fl_error err = fl_db_commit(db, tx->conn);
    if (err) fl_db_rollback(db, tx->conn);
    for (size_t i = 0; !err && i < tx->count; i++) {
        err = fl_job_push(tx->job, &tx->pushes[i]);
        if (err == FL_EEXIST || err == FL_ECANCELED) err = FL_OK;
        if (err)
            fl_job_log(tx->job, FL_LOG_WARN, "committed, but %zu of %zu jobs are not pushed: %s",
                       tx->count - i, tx->count, fl_error_text(err));
    }
    release(tx);
    return err;
}

void fl_transaction_rollback(struct fl_transaction *tx)
{
    if (!tx) return;
    fl_db_rollback(fl_job_db(tx->job), tx->conn);
    release(tx);
}
