#include "fakes/redis/engine/blocking.h"

#include <math.h>

#include "core/assert.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/journal.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/values/number.h"

/* XREADGROUP GROUP g c COUNT 1 BLOCK 0 NOACK STREAMS key > */
enum { SERVED_ARGS_MAX = 12 };

struct fake_waiters {
    struct fake_database *db;
    struct fl_span name; /* the dict's key */
    struct fake_waiter *first, *last;
    bool is_ready; /* the key came into being; stands in the engine's list */
    struct fake_waiters *next_ready;
};

struct fake_waiter {
    struct fake_redis_session *session;
    struct fake_waiters *queue; /* NULL: a key named twice */
    struct fake_waiter *previous, *next;
};

struct fake_block {
    struct fake_block_request request;
    size_t bytes; /* of this block */
    size_t count;
    struct fl_span *args; /* into this block, and so are the waiters */
    struct fake_waiter *waiters;
};

int64_t fake_blocking_deadline_us(const struct fake_redis *engine, int64_t timeout_ms)
{
    bool never = !timeout_ms || timeout_ms > (INT64_MAX - engine->now_us) / 1000;
    return never ? FL_NEVER_US : engine->now_us + timeout_ms * 1000;
}

int64_t fake_blocking_until_us(const struct fake_redis_session *session)
{
    return session->block->request.deadline_us;
}

int64_t fake_redis_blocked_until_us(const struct fake_redis_session *session)
{
    return session->block ? fake_blocking_until_us(session) : FL_NEVER_US;
}

void fake_redis_block_until(struct fake_redis_session *session, int64_t until_us)
{
    fl_assert(session->block);
    session->block->request.deadline_us = until_us;
}

bool fake_blocking_timeout(struct fake_call *call, struct fl_span text, int64_t *ret_deadline_us)
{
    long double seconds;
    if (!fake_long_double_parse(text, &seconds)) {
        fake_reply_error(call->out, "ERR timeout is not a float or out of range");
        return false;
    }
    long double milliseconds = ceill(seconds * 1000);
    /* Redis 7.0 casts to 64 bits, where what is too large turns negative. */
    bool too_long = milliseconds >= 0x1p63L;
    if (too_long && fake_engine_has(call->engine, FAKE_FEATURE_TIMEOUT_OUT_OF_RANGE)) {
        fake_reply_error(call->out, "ERR timeout is out of range");
        return false;
    }
    if (milliseconds < 0 || too_long) {
        fake_reply_error(call->out, "ERR timeout is negative");
        return false;
    }
    *ret_deadline_us = fake_blocking_deadline_us(call->engine, (int64_t)milliseconds);
    return true;
}

bool fake_blocking_denied(const struct fake_call *call)
{
    return call->engine->in_transaction || call->engine->in_script;
}

static struct fake_block *copy_block(struct fake_call *call,
                                     const struct fake_block_request *request)
{
    size_t bytes = sizeof(struct fake_block) + call->count * sizeof(struct fl_span) +
                   request->key_count * sizeof(struct fake_waiter);
    size_t after_bytes = request->after ? request->key_count * sizeof(*request->after) : 0;
    bytes += after_bytes;
    for (size_t i = 0; i < call->count; i++)
        bytes += call->args[i].length;
    struct fake_block *block = fake_alloc_zeroed(&call->engine->heap, bytes);
    if (!block) return NULL;
    block->request = *request;
    block->bytes = bytes;
    block->count = call->count;
    block->args = (struct fl_span *)(block + 1);
    block->waiters = (struct fake_waiter *)(block->args + call->count);
    char *text = (char *)(block->waiters + request->key_count);
    if (after_bytes) {
        block->request.after = memcpy(text, request->after, after_bytes);
        text += after_bytes;
    }
    for (size_t i = 0; i < call->count; i++) {
        block->args[i] = (struct fl_span){text, call->args[i].length};
        if (call->args[i].length) memcpy(text, call->args[i].bytes, call->args[i].length);
        text += call->args[i].length;
    }
    return block;
}

static struct fake_waiters *queue_of(struct fake_database *db, struct fl_span name)
{
    struct fake_heap *heap = &db->engine->heap;
    struct fake_entry *entry = fake_dict_find(&db->waiting, name);
    if (entry) return entry->value;
    struct fake_waiters *queue = fake_alloc_zeroed(heap, sizeof(*queue));
    if (!queue) return NULL;
    entry = fake_dict_insert(heap, &db->waiting, name);
    if (!entry) {
        fake_release(heap, queue, sizeof(*queue));
        return NULL;
    }
    entry->value = queue;
    queue->db = db;
    queue->name = fake_entry_key(entry);
    return queue;
}

static bool join(struct fake_redis_session *session, struct fake_database *db, struct fl_span name,
                 struct fake_waiter *waiter)
{
    struct fake_waiters *queue = queue_of(db, name);
    if (!queue) return false;
    if (queue->last && queue->last->session == session) return true; /* BLPOP k k */
    *waiter = (struct fake_waiter){.session = session, .queue = queue, .previous = queue->last};
    if (queue->last)
        queue->last->next = waiter;
    else
        queue->first = waiter;
    queue->last = waiter;
    return true;
}

static void add_ready(struct fake_waiters *queue)
{
    struct fake_redis *engine = queue->db->engine;
    queue->is_ready = true;
    queue->next_ready = NULL;
    *(engine->last_ready ? &engine->last_ready->next_ready : &engine->first_ready) = queue;
    engine->last_ready = queue;
}

static void drop_ready(struct fake_waiters *queue)
{
    struct fake_redis *engine = queue->db->engine;
    struct fake_waiters *before = NULL;
    for (struct fake_waiters *q = engine->first_ready; q != queue; q = q->next_ready)
        before = q;
    *(before ? &before->next_ready : &engine->first_ready) = queue->next_ready;
    if (engine->last_ready == queue) engine->last_ready = before;
    queue->is_ready = false;
}

static void leave_queue(struct fake_heap *heap, struct fake_waiter *waiter)
{
    struct fake_waiters *queue = waiter->queue;
    if (!queue) return;
    *(waiter->previous ? &waiter->previous->next : &queue->first) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &queue->last) = waiter->previous;
    if (queue->first) return;
    if (queue->is_ready) drop_ready(queue);
    fake_dict_remove(heap, &queue->db->waiting, fake_dict_find(&queue->db->waiting, queue->name));
    fake_release(heap, queue, sizeof(*queue));
}

void fake_blocking_leave(struct fake_redis_session *session)
{
    struct fake_block *block = session->block;
    struct fake_redis *engine = session->engine;
    if (!block) return;
    for (size_t i = 0; i < block->request.key_count; i++)
        leave_queue(&engine->heap, &block->waiters[i]);
    fake_release(&engine->heap, block, block->bytes);
    session->block = NULL;
    struct fake_redis_session *previous = session->previous_blocked, *next = session->next_blocked;
    *(previous ? &previous->next_blocked : &engine->first_blocked) = next;
    *(next ? &next->previous_blocked : &engine->last_blocked) = previous;
    session->previous_blocked = session->next_blocked = NULL;
}

void fake_blocking_wait(struct fake_call *call, const struct fake_block_request *request)
{
    struct fake_redis_session *session = call->session;
    struct fake_redis *engine = call->engine;
    struct fake_block *block = copy_block(call, request);
    if (!block) {
        fake_call_oom(call);
        return;
    }
    session->block = block;
    session->previous_blocked = engine->last_blocked;
    *(engine->last_blocked ? &engine->last_blocked->next_blocked : &engine->first_blocked) =
        session;
    engine->last_blocked = session;
    for (size_t i = 0; i < request->key_count; i++) {
        if (join(session, call->db, block->args[request->first_key + i], &block->waiters[i]))
            continue;
        fake_blocking_leave(session);
        fake_call_oom(call);
        return;
    }
}

/* ---- ready keys ---- */

static bool is_awaited_type(enum fake_redis_type type)
{
    return type == FAKE_REDIS_LIST || type == FAKE_REDIS_ZSET || type == FAKE_REDIS_STREAM;
}

void fake_blocking_key_ready(struct fake_database *db, const struct fake_redis_key *key)
{
    if (!db->waiting.count) return;
    if (!is_awaited_type(key->type)) return;
    struct fake_entry *entry = fake_dict_find(&db->waiting, key->name);
    if (!entry) return;
    struct fake_waiters *queue = entry->value;
    if (!queue->is_ready) add_ready(queue);
}

void fake_blocking_database_swapped(struct fake_database *db)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->waiting, &i));) {
        const struct fake_redis_key *key = fake_key_peek(db, fake_entry_key(entry), INT64_MIN);
        if (key) fake_blocking_key_ready(db, key);
    }
}

/* The wait is over: its reply begins at `mark`; what was pipelined behind it runs later. */
static void wake(struct fake_redis_session *session, size_t mark, uint64_t version_before)
{
    fake_session_report(session, session->block->args, session->block->count, FAKE_REDIS_SERVED,
                        mark, version_before, session->db);
    fake_blocking_leave(session);
    fake_wakeup(session, FAKE_WAKEUP_UNBLOCKED);
    fake_client_command_done(session);
}

/* The pop as if its key had been the only one. */
static void keep_served(struct fake_database *db, const struct fake_redis_session *session,
                        struct fl_span name)
{
    const struct fake_block *block = session->block;
    const struct fake_block_request *request = &block->request;
    const struct fake_block_kind *kind = request->kind;
    struct fl_span args[SERVED_ARGS_MAX];
    size_t count = 0;
    if (kind->only_looks) return;
    for (size_t i = 0; i < block->count && count + 1 < SERVED_ARGS_MAX; i++) {
        bool is_key = i >= request->first_key && i < request->first_key + request->key_count;
        if (is_key && i > request->first_key) continue;
        args[count++] = is_key ? name : block->args[i];
        if (kind->has_numkeys && i + 1 == request->first_key) args[count - 1] = FL_SPAN("1");
        if (is_key && kind->behind_key) break;
    }
    if (kind->behind_key) args[count++] = fl_span_from(kind->behind_key);
    fake_journal_begin(db->engine);
    fake_journal_before(db->engine);
    fake_journal_add(db->engine, db->id, db->engine->dice.state, args, count);
}

/* The queue is gone when its last waiter was served. */
static void serve_queue(struct fake_waiters *queue)
{
    struct fake_database *db = queue->db;
    struct fake_waiter *next;
    for (struct fake_waiter *waiter = queue->first; waiter; waiter = next) {
        next = waiter->next;
        struct fake_redis_session *session = waiter->session;
        struct fake_redis_key *key = fake_key_find(db, queue->name);
        if (session->closed) continue;
        const struct fake_block *block = session->block;
        const struct fake_block_kind *kind = block->request.kind;
        if (!key || kind->type != key->type) {
            if (kind->when_gone) fake_blocking_interrupt(session, kind->when_gone);
            continue;
        }
        size_t mark = fake_session_mark(session);
        uint64_t version_before = db->engine->version_counter;
        db->engine->toucher = session;
        size_t index = (size_t)(waiter - block->waiters);
        db->engine->writer = session;
        db->engine->writing = session->last_command;
        db->engine->actor = session;
        bool served = kind->answer(db, key, &block->request, block->args, index, &session->output);
        if (db->engine->cached) fake_caching_tell_actor(db->engine);
        db->engine->actor = NULL;
        db->engine->writer = NULL;
        db->engine->writing = NULL;
        if (!served) continue;
        if (db->engine->journal) keep_served(db, session, queue->name);
        wake(session, mark, version_before);
    }
}

void fake_blocking_serve(struct fake_redis *engine)
{
    engine->is_serving = true;
    while (engine->first_ready) { /* serving may append */
        struct fake_waiters *queue = engine->first_ready;
        drop_ready(queue);
        serve_queue(queue);
    }
    engine->is_serving = false;
}

void fake_blocking_interrupt(struct fake_redis_session *session, const char *error)
{
    size_t mark = fake_session_mark(session);
    if (error)
        fake_reply_error(&session->output, error);
    else
        fake_reply_nil_array(&session->output);
    wake(session, mark, session->engine->version_counter);
}

/* While a script runs on and on the server looks at no clock. */
static struct fake_redis_session *earliest(const struct fake_redis *engine)
{
    if (engine->states & FAKE_REDIS_BUSY) return NULL;
    struct fake_redis_session *found = engine->first_blocked;
    for (struct fake_redis_session *session = found; session; session = session->next_blocked)
        if (session->block->request.deadline_us < found->block->request.deadline_us)
            found = session;
    return found;
}

int64_t fake_redis_next_deadline_us(const struct fake_redis *engine)
{
    const struct fake_redis_session *session = earliest(engine);
    int64_t deadline_us = session ? session->block->request.deadline_us : FL_NEVER_US;
    const struct fake_pause *pause = &engine->pause;
    return pause->first && pause->until_us < deadline_us ? pause->until_us : deadline_us;
}

void fake_blocking_expire(struct fake_redis *engine)
{
    struct fake_redis_session *session;
    while ((session = earliest(engine)) && session->block->request.deadline_us <= engine->now_us)
        fake_blocking_interrupt(session, NULL);
}
