#include "queue/lock.h"

#include <stdio.h>

#include "core/assert.h"
#include "core/md5.h"
#include "core/time_text.h"
#include "queue/client.h"
#include "queue/keys.h"

#define PREFIX "uniquejobs:"

static const struct {
    const char *name;
    enum fl_lock lock;
} names[] = {
    {"until_executing", FL_LOCK_UNTIL_EXECUTING},
    {"until_executed", FL_LOCK_UNTIL_EXECUTED},
    {"until_expired", FL_LOCK_UNTIL_EXPIRED},
    {"while_executing", FL_LOCK_WHILE_EXECUTING},
    {"until_and_while_executing", FL_LOCK_UNTIL_AND_WHILE_EXECUTING},
    /* read, never written */
    {"until_performed", FL_LOCK_UNTIL_EXECUTED},
    {"until_processed", FL_LOCK_UNTIL_EXECUTED},
    {"until_completed", FL_LOCK_UNTIL_EXECUTED},
    {"while_executing_reject", FL_LOCK_WHILE_EXECUTING},
};

static const struct {
    const char *name;
    enum fl_conflict conflict;
} conflicts[] = {
    {"reschedule", FL_CONFLICT_RESCHEDULE},
    {"log", FL_CONFLICT_DROP},
    {"raise", FL_CONFLICT_RAISE},
    {"reject", FL_CONFLICT_REJECT},
};

const char *fl_lock_name(enum fl_lock lock)
{
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (names[i].lock == lock) return names[i].name;
    return NULL;
}

const char *fl_conflict_text(enum fl_conflict conflict)
{
    switch (conflict) {
    case FL_CONFLICT_RESCHEDULE: return "this one is tried again later";
    case FL_CONFLICT_DROP: return "this one is dropped";
    case FL_CONFLICT_RAISE: return "this one has failed";
    case FL_CONFLICT_REJECT: return "this one goes to the dead set";
    }
    fl_panic("conflict %d", (int)conflict);
}

struct fl_span fl_lock_digests_key(enum fl_lock lock)
{
    return lock == FL_LOCK_UNTIL_EXPIRED ? FL_SPAN(FL_KEY_LOCK_EXPIRING)
                                         : FL_SPAN(FL_KEY_LOCK_DIGESTS);
}

int64_t fl_lock_digest_score_s(enum fl_lock lock, int64_t now_s, int64_t ttl_ms)
{
    return lock == FL_LOCK_UNTIL_EXPIRED ? now_s + ttl_ms / 1000 : now_s;
}

bool fl_lock_is_taken_at_push(enum fl_lock lock)
{
    return lock != FL_LOCK_NONE && lock != FL_LOCK_WHILE_EXECUTING;
}

/* --- the digest --- */

enum fl_error fl_lock_digest(const char *worker, const char *queue, struct fl_json_at args,
                             char ret_digest[FL_LOCK_DIGEST_BYTES])
{
    struct fl_buf text = FL_BUF_INIT(2 * (size_t)FL_PAYLOAD_BYTES_MAX);
    char hex[FL_MD5_HEX_BYTES];
    struct fl_json_writer object = fl_json_begin_object(&text);
    fl_json_put_string(&object, "class", fl_span_from(worker));
    fl_json_key(&object, "lock_args");
    if (!object.err) object.err = fl_json_write_compact(&text, args);
    fl_json_put_string(&object, "queue", fl_span_from(queue));
    enum fl_error err = fl_json_end(&object);
    if (!err) {
        fl_md5_hex(fl_buf_span(&text), hex);
        snprintf(ret_digest, FL_LOCK_DIGEST_BYTES, PREFIX "%s", hex);
    }
    fl_buf_release(&text);
    return err;
}

/* --- what a payload says --- */

static enum fl_lock kind_of(const struct fl_payload *payload, const struct fl_worker *worker)
{
    if (!fl_json_exists(payload->lock)) return worker ? worker->lock : FL_LOCK_NONE;
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (fl_json_is(payload->lock, names[i].name)) return names[i].lock;
    return FL_LOCK_NONE;
}

static enum fl_conflict conflict_of(const struct fl_payload *payload,
                                    const struct fl_worker *worker)
{
    struct fl_json_at root = fl_json_root(&payload->json);
    struct fl_json_at at = fl_json_member(root, "on_conflict");
    if (fl_json_type(at) == FL_JSON_OBJECT) at = fl_json_member(at, "server");
    for (size_t i = 0; i < FL_COUNT(conflicts); i++)
        if (fl_json_is(at, conflicts[i].name)) return conflicts[i].conflict;
    if (fl_json_is(payload->lock, "while_executing_reject")) return FL_CONFLICT_REJECT;
    return worker ? worker->on_conflict : FL_CONFLICT_RESCHEDULE;
}

static int64_t ttl_ms_of(const struct fl_payload *payload, const struct fl_worker *worker)
{
    int64_t seconds = 0;
    struct fl_json_at at = fl_json_member(fl_json_root(&payload->json), "lock_ttl");
    if (!fl_json_int64(at, &seconds) && worker) seconds = worker->lock_ttl_s;
    if (seconds <= 0) return 0;
    return seconds < FL_LOCK_TTL_S_MAX ? seconds * 1000 : FL_LOCK_TTL_S_MAX * INT64_C(1000);
}

static int64_t number_of(const struct fl_payload *payload, const char *name, int64_t own,
                         int64_t max)
{
    fl_json_int64(fl_json_member(fl_json_root(&payload->json), name), &own);
    return own < 0 ? 0 : own < max ? own : max;
}

int64_t fl_lock_limit(int64_t limit)
{
    return limit < 1 ? 1 : limit < FL_LOCK_LIMIT_MAX ? limit : FL_LOCK_LIMIT_MAX;
}

/* The digest of the push holds whatever queue the job stands in now. */
static enum fl_error digest_of(const struct fl_payload *payload, const char *queue,
                               char ret_digest[FL_LOCK_DIGEST_BYTES])
{
    struct fl_json_at at = fl_json_member(fl_json_root(&payload->json), "lock_digest");
    struct fl_buf text = FL_BUF_INIT(FL_LOCK_DIGEST_BYTES - 1);
    enum fl_error err = fl_json_string(at, &text);
    bool usable = !err && text.length && !memchr(text.bytes, '\0', text.length);
    if (usable) snprintf(ret_digest, FL_LOCK_DIGEST_BYTES, "%s", text.bytes);
    fl_buf_release(&text);
    if (usable || err == FL_ENOMEM) return err;
    return fl_lock_digest(payload->worker, payload->queue ? payload->queue : queue, payload->args,
                          ret_digest);
}

enum fl_error fl_lock_of(const struct fl_payload *payload, const struct fl_worker *worker,
                         const char *queue, struct fl_job_lock *ret_lock)
{
    struct fl_job_lock lock = {.kind = kind_of(payload, worker)};
    char digest[FL_LOCK_DIGEST_BYTES];
    if (lock.kind != FL_LOCK_NONE && fl_json_type(payload->args) == FL_JSON_ARRAY &&
        *payload->jid) {
        enum fl_error err = digest_of(payload, queue, digest);
        if (err) return err;
        lock.on_conflict = conflict_of(payload, worker);
        lock.ttl_ms = ttl_ms_of(payload, worker);
        lock.limit = fl_lock_limit(
            number_of(payload, "lock_limit", worker ? worker->lock_limit : 0, FL_LOCK_LIMIT_MAX));
        lock.timeout_us =
            FL_SECOND_US * number_of(payload, "lock_timeout", worker ? worker->lock_timeout_s : 0,
                                     FL_LOCK_TIMEOUT_S_MAX);
        snprintf(lock.waiting, sizeof(lock.waiting), "%s:LOCKED", digest);
        snprintf(lock.running, sizeof(lock.running), "%s:RUN:LOCKED", digest);
    } else {
        lock.kind = FL_LOCK_NONE; /* nobody can hold a lock without a name */
    }
    *ret_lock = lock;
    return FL_OK;
}

/* --- what is given back --- */

static void give_back(struct fl_release *release, const char *key)
{
    release->keys[release->count++] = fl_span_from(key);
}

struct fl_release fl_lock_release(const struct fl_job_lock *lock, const char *jid,
                                  enum fl_lock_end end)
{
    struct fl_release release = {
        .jid = fl_span_from(jid), .ttl_ms = lock->ttl_ms, .limit = lock->limit};
    switch (lock->kind) {
    case FL_LOCK_NONE:
    case FL_LOCK_UNTIL_EXPIRED: break;
    case FL_LOCK_UNTIL_EXECUTING:
        release.again = end == FL_LOCK_END_RETRY;
        give_back(&release, lock->waiting);
        break;
    case FL_LOCK_UNTIL_EXECUTED:
        if (end == FL_LOCK_END_DONE) give_back(&release, lock->waiting);
        break;
    case FL_LOCK_WHILE_EXECUTING: give_back(&release, lock->running); break;
    case FL_LOCK_UNTIL_AND_WHILE_EXECUTING:
        give_back(&release, lock->running);
        if (end == FL_LOCK_END_DONE) give_back(&release, lock->waiting);
        break;
    }
    return release;
}
