/* Commands on the entries of a stream: XADD, XLEN, XRANGE, XDEL, XTRIM, XSETID. */
#include "fakes/redis/commands/streams.h"

#include "fakes/redis/commands/stream_trim_args.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

const char fake_stream_bad_id[] = "ERR Invalid stream ID specified as stream command argument";

bool fake_call_stream_id(struct fake_call *call, struct fl_span text, uint64_t missing_seq,
                         struct fake_stream_id *ret_id)
{
    if (fake_stream_id_parse(text, missing_seq, ret_id)) return true;
    fake_reply_error(call->out, fake_stream_bad_id);
    return false;
}

/* False: an error was written. */
static bool range_end(struct fake_call *call, struct fl_span text, uint64_t missing_seq,
                      bool *ret_excluded, struct fake_stream_id *ret_id)
{
    *ret_excluded = text.length > 1 && text.bytes[0] == '(';
    if (*ret_excluded)
        return fake_call_stream_id(call, (struct fl_span){text.bytes + 1, text.length - 1},
                                   missing_seq, ret_id);
    if (fake_stream_id_parse_end(text, missing_seq, ret_id)) return true;
    fake_reply_error(call->out, fake_stream_bad_id);
    return false;
}

bool fake_call_stream_range(struct fake_call *call, struct fl_span start, struct fl_span end,
                            struct fake_stream_id *ret_start, struct fake_stream_id *ret_end)
{
    bool without_start, without_end;
    if (!range_end(call, start, 0, &without_start, ret_start)) return false;
    if (without_start && !fake_stream_id_next(ret_start)) {
        fake_reply_error(call->out, "ERR invalid start ID for the interval");
        return false;
    }
    if (!range_end(call, end, UINT64_MAX, &without_end, ret_end)) return false;
    if (without_end && !fake_stream_id_previous(ret_end)) {
        fake_reply_error(call->out, "ERR invalid end ID for the interval");
        return false;
    }
    return true;
}

bool fake_call_stream(struct fake_call *call, struct fl_span name, struct fake_stream **ret_stream)
{
    struct fake_redis_key *key;
    if (!fake_call_find_source(call, name, FAKE_REDIS_STREAM, &key)) return false;
    *ret_stream = key ? key->stream : NULL;
    return true;
}

bool fake_call_stream_create(struct fake_call *call, struct fl_span name,
                             struct fake_redis_key **ret_key)
{
    struct fake_redis_key *key = fake_key_create(call->db, name, FAKE_REDIS_STREAM);
    if (key) key->stream = fake_stream_new(fake_call_heap(call));
    if (key && key->stream) {
        *ret_key = key;
        return true;
    }
    if (key) fake_key_delete(call->db, key);
    fake_call_oom(call);
    return false;
}

bool fake_stream_sort(struct fake_call *call, const struct fake_dict *dict,
                      struct fake_name_order *ret_order)
{
    if (fake_name_order_init(dict, ret_order)) return true;
    call->out->broken = true;
    return false;
}

void fake_reply_stream_id(struct fake_out *out, struct fake_stream_id id)
{
    char text[FAKE_STREAM_ID_TEXT_BYTES];
    fake_reply_bulk(out, (struct fl_span){text, fake_stream_id_format(text, id)});
}

void fake_reply_stream_entry(struct fake_out *out, const struct fake_stream_entry *entry)
{
    fake_reply_array(out, 2);
    fake_reply_stream_id(out, entry->id);
    fake_reply_array(out, entry->count);
    for (size_t i = 0; i < entry->count; i++)
        fake_reply_bulk(out, entry->spans[i]);
}

void fake_reply_stream_range(struct fake_out *out, const struct fake_stream *stream,
                             struct fake_stream_id start, struct fake_stream_id end, uint64_t count)
{
    size_t place = fake_reply_array_later(out);
    uint64_t found = 0;
    struct fake_stream_place at = fake_stream_seek(stream, start);
    for (const struct fake_stream_entry *entry; !count || found < count; found++) {
        entry = fake_stream_next(stream, &at);
        if (!entry || fake_stream_id_compare(entry->id, end) > 0) break;
        fake_reply_stream_entry(out, entry);
    }
    fake_reply_array_set(out, place, found);
}

void fake_reply_no_group(struct fake_call *call, struct fl_span key, struct fl_span group,
                         const char *tail)
{
    fake_reply_errorf(call->out, "NOGROUP No such key '%.*s' or consumer group '%.*s'%s",
                      FL_SPAN_ARGS(key), FL_SPAN_ARGS(group), tail);
}

/* ---- XADD ---- */

/* The id that the entry gets. False: an error was written. */
static bool choose_id(struct fake_call *call, const struct fake_stream_add *add,
                      const struct fake_stream *stream, struct fake_stream_id *ret_id)
{
    struct fake_stream_id last = stream->last_id, id = add->id;
    if (fake_stream_id_compare(last, FAKE_STREAM_ID_MAX) == 0) {
        fake_reply_error(call->out, "ERR The stream has exhausted the last possible ID, unable to "
                                    "add more items");
        return false;
    }
    if (add->kind == FAKE_ID_OF_CLOCK) {
        id = (struct fake_stream_id){(uint64_t)call->engine->now_ms, 0};
        if (id.ms <= last.ms) {
            id = last;
            (void)fake_stream_id_next(&id);
        }
    } else if (add->kind == FAKE_ID_OF_MS && id.ms == last.ms) {
        if (last.seq == UINT64_MAX) { /* as misleading as Redis's own answer */
            fake_reply_error(call->out, "ERR Elements are too large to be stored");
            return false;
        }
        id.seq = last.seq + 1;
    }
    if (fake_stream_id_compare(id, last) <= 0) {
        fake_reply_error(call->out, "ERR The ID specified in XADD is equal or smaller than the "
                                    "target stream top item");
        return false;
    }
    *ret_id = id;
    return true;
}

static bool find_or_create(struct fake_call *call, bool create, struct fake_redis_key **ret_key)
{
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STREAM, ret_key)) return false;
    if (*ret_key) return true;
    if (!create) {
        fake_reply_nil(call->out);
        return false;
    }
    return fake_call_stream_create(call, call->args[1], ret_key);
}

/* Tells whoever watches, listens or waits. */
static void announce(struct fake_call *call, struct fake_redis_key *key, const char *event)
{
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STREAM, event, key->name);
}

static void add_entry(struct fake_call *call, const struct fake_stream_add *add,
                      struct fake_redis_key *key)
{
    struct fake_stream *stream = key->stream;
    struct fake_stream_id id;
    if (!choose_id(call, add, stream, &id)) return;
    if (!fake_stream_append(fake_call_heap(call), stream, id, call->args + add->first_field,
                            call->count - add->first_field)) {
        fake_call_oom(call);
        return;
    }
    fake_reply_stream_id(call->out, id);
    announce(call, key, "xadd");
    if (fake_stream_trim(fake_call_heap(call), stream, &add->trim)) announce(call, key, "xtrim");
    fake_blocking_key_ready(call->db, key);
}

void fake_cmd_xadd(struct fake_call *call)
{
    struct fake_stream_add add;
    struct fake_redis_key *key;
    if (!fake_stream_parse_add(call, &add)) return;
    bool is_new = !fake_key_find(call->db, call->args[1]);
    if (!find_or_create(call, !add.only_existing, &key)) return;
    add_entry(call, &add, key);
    if (is_new && !key->stream->entries_added) fake_key_delete(call->db, key); /* no memory */
}

/* ---- reading ---- */

void fake_cmd_xlen(struct fake_call *call)
{
    struct fake_stream *stream;
    if (fake_call_stream(call, call->args[1], &stream))
        fake_reply_int(call->out, stream ? (int64_t)stream->length : 0);
}

static void reply_reversed(struct fake_call *call, const struct fake_stream *stream,
                           struct fake_stream_id start, struct fake_stream_id end, uint64_t count)
{
    size_t place = fake_reply_array_later(call->out);
    uint64_t found = 0;
    struct fake_stream_place at = fake_stream_end(stream);
    if (fake_stream_id_next(&end)) at = fake_stream_seek(stream, end);
    for (const struct fake_stream_entry *entry; !count || found < count; found++) {
        entry = fake_stream_previous(stream, &at);
        if (!entry || fake_stream_id_compare(entry->id, start) < 0) break;
        fake_reply_stream_entry(call->out, entry);
    }
    fake_reply_array_set(call->out, place, found);
}

/* COUNT n behind the ends. False: an error was written. */
static bool parse_count(struct fake_call *call, int64_t *ret_count)
{
    *ret_count = -1;
    if (call->count == 4) return true;
    for (size_t i = 4; i < call->count; i += 2) {
        if (!fake_arg_is(call->args[i], "count") || i + 1 == call->count) {
            fake_call_syntax_error(call);
            return false;
        }
        if (!fake_call_int(call, call->args[i + 1], ret_count)) return false;
        if (*ret_count < 0) *ret_count = 0;
    }
    return true;
}

static void range(struct fake_call *call, struct fl_span low, struct fl_span high,
                  void (*reply)(struct fake_call *call, const struct fake_stream *stream,
                                struct fake_stream_id start, struct fake_stream_id end,
                                uint64_t count))
{
    struct fake_stream_id start, end;
    struct fake_stream *stream;
    int64_t count;
    if (!fake_call_stream_range(call, low, high, &start, &end) || !parse_count(call, &count) ||
        !fake_call_stream(call, call->args[1], &stream))
        return;
    if (!stream)
        fake_reply_array(call->out, 0);
    else if (count == 0)
        fake_reply_nil_array(call->out);
    else
        reply(call, stream, start, end, count < 0 ? 0 : (uint64_t)count);
}

static void reply_forward(struct fake_call *call, const struct fake_stream *stream,
                          struct fake_stream_id start, struct fake_stream_id end, uint64_t count)
{
    fake_reply_stream_range(call->out, stream, start, end, count);
}

void fake_cmd_xrange(struct fake_call *call)
{
    range(call, call->args[2], call->args[3], reply_forward);
}

void fake_cmd_xrevrange(struct fake_call *call)
{
    range(call, call->args[3], call->args[2], reply_reversed);
}

/* ---- removing ---- */

void fake_cmd_xdel(struct fake_call *call)
{
    struct fake_redis_key *key;
    struct fake_stream_id id;
    int64_t deleted = 0;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STREAM, &key)) return;
    for (size_t i = 2; key && i < call->count; i++)
        if (!fake_call_stream_id(call, call->args[i], 0, &id)) return;
    for (size_t i = 2; key && i < call->count; i++) {
        (void)fake_stream_id_parse(call->args[i], 0, &id);
        if (!fake_stream_delete(fake_call_heap(call), key->stream, id)) continue;
        if (fake_stream_id_compare(id, key->stream->max_deleted_id) > 0)
            key->stream->max_deleted_id = id;
        deleted++;
    }
    if (deleted) announce(call, key, "xdel");
    fake_reply_int(call->out, deleted);
}

void fake_cmd_xtrim(struct fake_call *call)
{
    struct fake_stream_trim trim;
    struct fake_redis_key *key;
    if (!fake_stream_parse_trim(call, &trim) ||
        !fake_call_find(call, call->args[1], FAKE_REDIS_STREAM, &key))
        return;
    uint64_t trimmed = key ? fake_stream_trim(fake_call_heap(call), key->stream, &trim) : 0;
    if (trimmed) {
        fake_key_notify(call->db, FAKE_NOTIFY_STREAM, "xtrim", key->name);
        fake_key_touch(call->db, key->name);
    }
    fake_reply_int(call->out, (int64_t)trimmed);
}

/* ---- XSETID ---- */

struct setid {
    struct fake_stream_id last_id, max_deleted_id;
    int64_t entries_added; /* -1: not given, as is a max_deleted_id of 0-0 */
};

static bool parse_setid(struct fake_call *call, struct setid *setid)
{
    *setid = (struct setid){.entries_added = -1};
    if (!fake_call_stream_id(call, call->args[2], 0, &setid->last_id)) return false;
    for (size_t i = 3; i < call->count; i += 2) {
        if (fake_arg_is(call->args[i], "entriesadded") && i + 1 < call->count) {
            if (!fake_call_int(call, call->args[i + 1], &setid->entries_added)) return false;
            if (setid->entries_added >= 0) continue;
            fake_reply_error(call->out, "ERR entries_added must be positive");
            return false;
        }
        if (!fake_arg_is(call->args[i], "maxdeletedid") || i + 1 == call->count) {
            fake_call_syntax_error(call);
            return false;
        }
        if (!fake_call_stream_id(call, call->args[i + 1], 0, &setid->max_deleted_id)) return false;
        if (fake_stream_id_compare(setid->last_id, setid->max_deleted_id) >= 0) continue;
        fake_reply_error(call->out, "ERR The ID specified in XSETID is smaller than the provided "
                                    "max_deleted_entry_id");
        return false;
    }
    return true;
}

static const char *setid_error(const struct fake_stream *stream, const struct setid *setid)
{
    struct fake_stream_place end = fake_stream_end(stream);
    const struct fake_stream_entry *top = fake_stream_previous(stream, &end);
    if (top && fake_stream_id_compare(setid->last_id, top->id) < 0)
        return "ERR The ID specified in XSETID is smaller than the target stream top item";
    if (top && setid->entries_added >= 0 && (uint64_t)setid->entries_added < stream->length)
        return "ERR The entries_added specified in XSETID is smaller than the target stream length";
    return NULL;
}

void fake_cmd_xsetid(struct fake_call *call)
{
    struct setid setid;
    struct fake_redis_key *key;
    if (!parse_setid(call, &setid) || !fake_call_find(call, call->args[1], FAKE_REDIS_STREAM, &key))
        return;
    const char *error = key ? setid_error(key->stream, &setid) : "ERR no such key";
    if (error) {
        fake_reply_error(call->out, error);
        return;
    }
    key->stream->last_id = setid.last_id;
    if (setid.entries_added >= 0) key->stream->entries_added = (uint64_t)setid.entries_added;
    if (!fake_stream_id_is_zero(setid.max_deleted_id))
        key->stream->max_deleted_id = setid.max_deleted_id;
    fake_reply_ok(call->out);
    fake_key_alter(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STREAM, "xsetid", key->name);
}
