/* XCLAIM and XAUTOCLAIM: pending entries change hands. */
#include "fakes/redis/commands/streams.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

struct claim {
    struct fake_stream *stream;
    struct fake_group *group;
    struct fake_consumer *consumer; /* NULL: comes into being with the first claim */
    struct fl_span consumer_name;
    int64_t min_idle_ms;
    int64_t delivered_ms;
    int64_t deliveries; /* -1: one more */
    bool just_id, force;
    struct fake_stream_id last_id; /* 0-0: not given */
    struct fake_out *out;          /* where claimed entries are told */
    bool is_new;                   /* the consumer was made by this command */
};

/* Both commands look for the stream before they read what else is wanted. */
static void announce_miss(struct fake_call *call)
{
    if (!fake_key_find(call->db, call->args[1])) fake_key_missed(call->db, call->args[1]);
}

/* False: an error was written. */
static bool find(struct fake_call *call, struct claim *claim)
{
    struct fake_redis_key *key;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STREAM, &key)) return false;
    claim->stream = key ? key->stream : NULL;
    if (claim->stream) claim->group = fake_group_find(claim->stream, call->args[2]);
    if (!claim->group) {
        fake_reply_no_group(call, call->args[1], call->args[2], "");
        return false;
    }
    claim->consumer_name = call->args[3];
    claim->consumer = fake_consumer_find(claim->group, call->args[3]);
    return true;
}

static bool parse_min_idle(struct fake_call *call, const char *error, int64_t *ret_ms)
{
    if (!fake_call_int_range(call, call->args[4], INT64_MIN, INT64_MAX, error, ret_ms))
        return false;
    if (*ret_ms < 0) *ret_ms = 0;
    return true;
}

static bool is_idle(const struct fake_call *call, const struct claim *claim,
                    const struct fake_pending *pending)
{
    return !claim->min_idle_ms ||
           call->engine->now_ms - pending->delivered_ms >= claim->min_idle_ms;
}

static void announce_consumer(struct fake_call *call)
{
    fake_key_notify(call->db, FAKE_NOTIFY_STREAM, "xgroup-createconsumer", call->args[1]);
}

/* False: out of memory. */
static bool introduce(struct fake_call *call, struct claim *claim)
{
    if (claim->consumer) return true;
    claim->consumer = fake_consumer_new(fake_call_heap(call), claim->group, claim->consumer_name,
                                        call->engine->now_ms);
    claim->is_new = claim->consumer;
    if (!claim->consumer)
        call->out->broken = true;
    else if (claim->out == call->out) /* else once the entries are told to the client */
        announce_consumer(call);
    return claim->consumer;
}

static void take(const struct claim *claim, struct fake_pending *pending,
                 const struct fake_stream_entry *entry)
{
    if (pending->consumer != claim->consumer) fake_pending_give(pending, claim->consumer);
    pending->delivered_ms = claim->delivered_ms;
    if (claim->deliveries >= 0)
        pending->deliveries = (uint64_t)claim->deliveries;
    else if (!claim->just_id)
        pending->deliveries++;
    if (claim->just_id)
        fake_reply_stream_id(claim->out, entry->id);
    else
        fake_reply_stream_entry(claim->out, entry);
}

/* ---- XCLAIM ---- */

/* A pending entry for FORCE to make. NULL: out of memory. */
static struct fake_pending *make_pending(struct fake_call *call, struct claim *claim,
                                         struct fake_stream_id id)
{
    if (!introduce(call, claim)) return NULL;
    struct fake_pending *pending =
        fake_pending_add(fake_call_heap(call), claim->group, id, claim->consumer);
    if (!pending) call->out->broken = true;
    return pending;
}

/* True: the entry is claimed and in the reply. */
static bool claim_one(struct fake_call *call, struct claim *claim, struct fake_stream_id id)
{
    struct fake_pending *pending = fake_pending_find(claim->group, id);
    const struct fake_stream_entry *entry = fake_stream_find(claim->stream, id);
    if (!entry) {
        if (pending) fake_pending_remove(claim->group, pending);
        return false;
    }
    if (!pending && claim->force)
        pending = make_pending(call, claim, id);
    else if (pending && !is_idle(call, claim, pending))
        pending = NULL;
    if (!pending || !introduce(call, claim)) return false;
    take(claim, pending, entry);
    return true;
}

/* One option with its value. False: an error was written. */
static bool parse_option(struct fake_call *call, struct claim *claim, size_t *at)
{
    struct fl_span word = call->args[*at];
    bool has_value = *at + 1 < call->count;
    int64_t value;
    if (fake_arg_is(word, "force")) {
        claim->force = true;
    } else if (fake_arg_is(word, "justid")) {
        claim->just_id = true;
    } else if (fake_arg_is(word, "idle") && has_value) {
        if (!fake_call_int_range(call, call->args[++*at], INT64_MIN, INT64_MAX,
                                 "ERR Invalid IDLE option argument for XCLAIM", &value))
            return false;
        claim->delivered_ms = call->engine->now_ms - value;
    } else if (fake_arg_is(word, "time") && has_value) {
        return fake_call_int_range(call, call->args[++*at], INT64_MIN, INT64_MAX,
                                   "ERR Invalid TIME option argument for XCLAIM",
                                   &claim->delivered_ms);
    } else if (fake_arg_is(word, "retrycount") && has_value) {
        return fake_call_int_range(call, call->args[++*at], INT64_MIN, INT64_MAX,
                                   "ERR Invalid RETRYCOUNT option argument for XCLAIM",
                                   &claim->deliveries);
    } else if (fake_arg_is(word, "lastid") && has_value) {
        return fake_call_stream_id(call, call->args[++*at], 0, &claim->last_id);
    } else {
        fake_reply_errorf(call->out, "ERR Unrecognized XCLAIM option '%.*s'", FL_SPAN_ARGS(word));
        return false;
    }
    return true;
}

void fake_cmd_xclaim(struct fake_call *call)
{
    struct claim claim = {.delivered_ms = -1, .deliveries = -1, .out = call->out};
    struct fake_stream_id id;
    size_t ids_end = 5, found = 0;
    announce_miss(call);
    if (!find(call, &claim) ||
        !parse_min_idle(call, "ERR Invalid min-idle-time argument for XCLAIM", &claim.min_idle_ms))
        return;
    while (ids_end < call->count && fake_stream_id_parse(call->args[ids_end], 0, &id))
        ids_end++;
    for (size_t at = ids_end; at < call->count; at++)
        if (!parse_option(call, &claim, &at)) return;
    int64_t now_ms = call->engine->now_ms;
    if (claim.delivered_ms < 0 || claim.delivered_ms > now_ms) claim.delivered_ms = now_ms;
    if (fake_stream_id_compare(claim.last_id, claim.group->last_id) > 0)
        claim.group->last_id = claim.last_id;
    size_t place = fake_reply_array_later(call->out);
    for (size_t i = 5; i < ids_end; i++) {
        (void)fake_stream_id_parse(call->args[i], 0, &id);
        found += claim_one(call, &claim, id);
    }
    fake_reply_array_set(call->out, place, found);
    fake_key_alter(call->db, call->args[1]);
}

/* ---- XAUTOCLAIM ---- */

enum { TRIES_FOR_EACH = 10, AUTOCLAIM_COUNT_DEFAULT = 100 };

static bool parse_auto_options(struct fake_call *call, struct claim *claim, int64_t *ret_count)
{
    *ret_count = AUTOCLAIM_COUNT_DEFAULT;
    for (size_t at = 6; at < call->count; at++) {
        if (fake_arg_is(call->args[at], "count") && at + 1 < call->count) {
            if (!fake_call_int_range(call, call->args[++at], 1,
                                     INT64_MAX / (int64_t)sizeof(struct fake_stream_id),
                                     "ERR COUNT must be > 0", ret_count))
                return false;
        } else if (fake_arg_is(call->args[at], "justid")) {
            claim->just_id = true;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    return true;
}

/* What one XAUTOCLAIM has found so far: the cursor is told before it, so it waits. */
struct harvest {
    uint32_t at;                      /* index of the next pending entry */
    struct fake_out claimed, deleted; /* as replies */
    size_t claimed_count, deleted_count;
};

static void harvest(struct fake_call *call, struct claim *claim, int64_t count, struct harvest *h)
{
    int64_t tries = count > INT64_MAX / TRIES_FOR_EACH ? INT64_MAX : count * TRIES_FOR_EACH;
    for (; tries > 0 && count > 0 && h->at < claim->group->pending.count; tries--) {
        struct fake_pending *pending = fake_pending_at(claim->group, h->at);
        const struct fake_stream_entry *entry = fake_stream_find(claim->stream, pending->id);
        if (!entry) {
            fake_reply_stream_id(&h->deleted, pending->id);
            h->deleted_count++;
            fake_pending_remove(claim->group, pending);
            count--;
            continue;
        }
        h->at++;
        if (!is_idle(call, claim, pending)) continue;
        if (!introduce(call, claim)) return;
        take(claim, pending, entry);
        h->claimed_count++;
        count--;
    }
}

static void append(struct fake_out *out, struct fake_out *list)
{
    fake_out_append(out, list->bytes, list->length);
    out->broken |= list->broken;
    fake_out_release(list);
}

void fake_cmd_xautoclaim(struct fake_call *call)
{
    struct harvest h = {.claimed.resp3 = call->out->resp3};
    struct claim claim = {
        .deliveries = -1, .delivered_ms = call->engine->now_ms, .out = &h.claimed};
    struct fake_stream_id start, end;
    int64_t count;
    announce_miss(call);
    if (!parse_min_idle(call, "ERR Invalid min-idle-time argument for XAUTOCLAIM",
                        &claim.min_idle_ms) ||
        !fake_call_stream_range(call, call->args[5], FL_SPAN("+"), &start, &end) ||
        !parse_auto_options(call, &claim, &count) || !find(call, &claim))
        return;
    h.at = fake_pending_seek(claim.group, start);
    harvest(call, &claim, count, &h);
    bool more = h.at < claim.group->pending.count;
    fake_reply_array(call->out, 3);
    fake_reply_stream_id(call->out,
                         more ? fake_pending_at(claim.group, h.at)->id : FAKE_STREAM_ID_MIN);
    fake_reply_array(call->out, h.claimed_count);
    if (claim.is_new) announce_consumer(call);
    append(call->out, &h.claimed);
    fake_reply_array(call->out, h.deleted_count);
    append(call->out, &h.deleted);
    fake_key_alter(call->db, call->args[1]);
}
