/* src/queue/payload.c - one walk over the document's fields; unescaped texts go to an arena. */
#include "queue/payload.h"

#include <limits.h>
#include <string.h>

#include "queue/batch.h"
#include "queue/client.h"

/* The unescaped string in `arena`; NULL with FL_OK when `at` is no string. */
static enum fl_error text_of(struct fl_json_at at, struct fl_arena *arena, const char **ret_text)
{
    *ret_text = NULL;
    if (fl_json_type(at) != FL_JSON_STRING) return FL_OK;
    struct fl_span inner = fl_json_raw(at);
    inner.bytes++;
    inner.length -= 2;
    struct fl_buf unescaped = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = FL_OK;
    if (memchr(inner.bytes, '\\', inner.length)) { /* most texts need no second copy */
        err = fl_json_string(at, &unescaped);
        inner = fl_buf_span(&unescaped);
    }
    if (!err) {
        *ret_text = fl_arena_copy(arena, inner);
        if (!*ret_text) err = FL_ENOMEM;
    }
    fl_buf_release(&unescaped);
    return err;
}

static bool is_integer(struct fl_span number)
{
    return !memchr(number.bytes, '.', number.length) && !memchr(number.bytes, 'e', number.length) &&
           !memchr(number.bytes, 'E', number.length);
}

static void read_retry(struct fl_payload *payload, struct fl_json_at at)
{
    switch (fl_json_type(at)) {
    case FL_JSON_NULL: payload->retry_kind = FL_RETRY_ABSENT; return;
    case FL_JSON_FALSE: payload->retry_kind = FL_RETRY_OFF; return;
    case FL_JSON_NUMBER:
        if (!is_integer(fl_json_raw(at))) break;
        payload->retry_kind = FL_RETRY_COUNT;
        if (!fl_json_int64(at, &payload->retry_limit))
            payload->retry_limit = fl_json_raw(at).bytes[0] == '-' ? INT64_MIN : INT64_MAX;
        return;
    case FL_JSON_TRUE:
    case FL_JSON_STRING:
    case FL_JSON_ARRAY:
    case FL_JSON_OBJECT: break;
    }
    payload->retry_kind = FL_RETRY_ON;
}

static int read_backtrace(struct fl_json_at at)
{
    int64_t lines;
    if (fl_json_int64(at, &lines)) return lines < 0 ? 0 : lines > INT_MAX ? INT_MAX : (int)lines;
    return fl_json_type(at) == FL_JSON_TRUE ? -1 : 0;
}

/* What is looked for, in one walk over the document. */
enum member {
    RETRY,
    RETRY_COUNT,
    BACKTRACE,
    DEAD,
    ARGS,
    BID,
    TAGS,
    LOCK,
    CLASS,
    JID,
    QUEUE,
    RETRY_QUEUE,
    MEMBERS,
};

static void read_numbers(struct fl_payload *payload, const struct fl_json_at members[MEMBERS])
{
    read_retry(payload, members[RETRY]);
    int64_t count;
    payload->retry_count = -1;
    payload->has_failed = fl_json_int64(members[RETRY_COUNT], &count);
    if (payload->has_failed && count >= 0) payload->retry_count = count;
    payload->backtrace_given = fl_json_exists(members[BACKTRACE]);
    payload->backtrace_lines = read_backtrace(members[BACKTRACE]);
    payload->dead_given = fl_json_exists(members[DEAD]);
    payload->dead = fl_json_type(members[DEAD]) != FL_JSON_FALSE;
    payload->args = members[ARGS];
    payload->bid = members[BID];
    payload->tags = members[TAGS];
    payload->lock = members[LOCK];
}

static enum fl_error read_texts(struct fl_payload *payload,
                                const struct fl_json_at members[MEMBERS])
{
    enum fl_error err = text_of(members[CLASS], &payload->arena, &payload->worker);
    if (!err) err = text_of(members[JID], &payload->arena, &payload->jid);
    if (!err) err = text_of(members[QUEUE], &payload->arena, &payload->queue);
    if (!err) err = text_of(members[RETRY_QUEUE], &payload->arena, &payload->retry_queue);
    if (!err) err = text_of(payload->bid, &payload->arena, &payload->batch);
    if (payload->worker && !*payload->worker) payload->worker = NULL;
    if (payload->queue && !*payload->queue) payload->queue = NULL;
    if (payload->retry_queue && !*payload->retry_queue) payload->retry_queue = NULL;
    if (!payload->jid) payload->jid = "";
    if (!fl_bid_is_valid(payload->batch)) payload->batch = NULL;
    return err;
}

static enum fl_error read_members(struct fl_payload *payload, struct fl_json_at root)
{
    static const struct fl_span keys[MEMBERS] = {
        [RETRY] = FL_SPAN("retry"),         [RETRY_COUNT] = FL_SPAN("retry_count"),
        [BACKTRACE] = FL_SPAN("backtrace"), [DEAD] = FL_SPAN("dead"),
        [ARGS] = FL_SPAN("args"),           [BID] = FL_SPAN("bid"),
        [TAGS] = FL_SPAN("tags"),           [LOCK] = FL_SPAN("lock"),
        [CLASS] = FL_SPAN("class"),         [JID] = FL_SPAN("jid"),
        [QUEUE] = FL_SPAN("queue"),         [RETRY_QUEUE] = FL_SPAN("retry_queue"),
    };
    struct fl_json_at members[MEMBERS];
    fl_json_members(root, keys, MEMBERS, members);
    read_numbers(payload, members);
    return read_texts(payload, members);
}

enum fl_error fl_payload_parse(struct fl_span raw, struct fl_payload *ret_payload)
{
    struct fl_payload *payload = ret_payload; /* nodes point to the document: it must not move */
    *payload = (struct fl_payload){.raw = raw};
    enum fl_error err = fl_json_parse(raw, &payload->json, NULL);
    if (err) return err;
    struct fl_json_at root = fl_json_root(&payload->json);
    err = fl_json_type(root) == FL_JSON_OBJECT ? read_members(payload, root) : FL_EPARSE;
    if (err) fl_payload_release(payload);
    return err;
}

/* Which unit other clients use is not known: a time of this century in milliseconds would be one
 * far beyond it in seconds, and a job must not be passed over by mistake. */
bool fl_payload_has_expired(const struct fl_payload *payload, int64_t now_us)
{
    const double seconds_max = 1e11;
    double expiry;
    struct fl_json_at at = fl_json_member(fl_json_root(&payload->json), "expiry");
    if (!fl_json_double(at, &expiry) || !(expiry > 0)) return false;
    return (double)now_us / 1e6 > (expiry > seconds_max ? expiry / 1000 : expiry);
}

void fl_payload_release(struct fl_payload *payload)
{
    fl_json_release(&payload->json);
    fl_arena_release(&payload->arena);
    *payload = (struct fl_payload){0};
}
