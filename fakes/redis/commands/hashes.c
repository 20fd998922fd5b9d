/* Commands on hashes. */
#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/scan.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static bool find_hash(struct fake_call *call, struct fake_redis_key **ret_hash)
{
    return fake_call_find(call, call->args[1], FAKE_REDIS_HASH, ret_hash);
}

static struct fake_str *value_of(const struct fake_redis_key *hash, struct fl_span field)
{
    struct fake_entry *entry = hash ? fake_dict_find(&hash->dict, field) : NULL;
    return entry ? entry->value : NULL;
}

static void note_size(struct fake_redis_key *hash, struct fl_span field, struct fl_span value)
{
    if (hash->dict.count > FAKE_HASH_LISTPACK_ENTRIES_MAX ||
        field.length > FAKE_LISTPACK_VALUE_BYTES_MAX ||
        value.length > FAKE_LISTPACK_VALUE_BYTES_MAX)
        hash->large = true;
}

enum put { PUT_OOM, PUT_CHANGED, PUT_ADDED };

static enum put put(struct fake_call *call, struct fake_redis_key *hash, struct fl_span field,
                    struct fl_span value)
{
    struct fake_heap *heap = fake_call_heap(call);
    struct fake_str *copy = fake_str_new(heap, value);
    if (!copy) return PUT_OOM;
    struct fake_entry *entry = fake_dict_find(&hash->dict, field);
    bool added = !entry;
    if (added) entry = fake_dict_insert(heap, &hash->dict, field);
    if (!entry) {
        fake_str_free(heap, copy);
        return PUT_OOM;
    }
    fake_str_free(heap, entry->value);
    entry->value = copy;
    note_size(hash, field, value);
    return added ? PUT_ADDED : PUT_CHANGED;
}

/* Writes one field, reports the change. False: OOM was answered. */
static bool put_one(struct fake_call *call, struct fake_redis_key *hash, struct fl_span field,
                    struct fl_span value)
{
    if (put(call, hash, field, value) == PUT_OOM) {
        (void)fake_key_delete_empty(call->db, hash);
        fake_call_oom(call);
        return false;
    }
    fake_key_touch(call->db, hash->name);
    return true;
}

static bool set_pairs(struct fake_call *call, int64_t *ret_added)
{
    struct fake_redis_key *hash;
    if (call->count % 2) {
        fake_reply_errorf(call->out, "ERR wrong number of arguments for '%s' command",
                          call->command->name);
        return false;
    }
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_HASH, &hash)) return false;
    int64_t added = 0;
    for (size_t i = 2; i < call->count; i += 2) {
        enum put put_result = put(call, hash, call->args[i], call->args[i + 1]);
        if (put_result == PUT_OOM) {
            (void)fake_key_delete_empty(call->db, hash);
            fake_call_oom(call);
            return false;
        }
        added += put_result == PUT_ADDED;
    }
    fake_key_touch(call->db, hash->name);
    *ret_added = added;
    return true;
}

void fake_cmd_hset(struct fake_call *call)
{
    int64_t added;
    if (!set_pairs(call, &added)) return;
    fake_reply_int(call->out, added);
    fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hset", call->args[1]);
}

void fake_cmd_hmset(struct fake_call *call)
{
    int64_t added;
    if (!set_pairs(call, &added)) return;
    fake_reply_ok(call->out);
    fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hset", call->args[1]);
}

void fake_cmd_hsetnx(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (!find_hash(call, &hash)) return;
    if (value_of(hash, call->args[2])) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_HASH, &hash)) return;
    if (!put_one(call, hash, call->args[2], call->args[3])) return;
    fake_reply_int(call->out, 1);
    fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hset", call->args[1]);
}

/* ---- reading ---- */

static void reply_value(struct fake_call *call, const struct fake_str *value)
{
    if (value)
        fake_reply_bulk(call->out, fake_str_span(value));
    else
        fake_reply_nil(call->out);
}

void fake_cmd_hget(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (find_hash(call, &hash)) reply_value(call, value_of(hash, call->args[2]));
}

void fake_cmd_hmget(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (!find_hash(call, &hash)) return;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        reply_value(call, value_of(hash, call->args[i]));
}

void fake_cmd_hexists(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (find_hash(call, &hash)) fake_reply_int(call->out, value_of(hash, call->args[2]) != NULL);
}

void fake_cmd_hstrlen(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (!find_hash(call, &hash)) return;
    const struct fake_str *value = value_of(hash, call->args[2]);
    fake_reply_int(call->out, value ? value->length : 0);
}

void fake_cmd_hlen(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (find_hash(call, &hash)) fake_reply_int(call->out, hash ? hash->dict.count : 0);
}

static void reply_all(struct fake_call *call, bool fields, bool values)
{
    struct fake_redis_key *hash;
    if (!find_hash(call, &hash)) return;
    uint32_t count = hash ? hash->dict.count : 0;
    if (fields && values)
        fake_reply_map(call->out, count);
    else
        fake_reply_array(call->out, count);
    uint32_t i = 0;
    for (struct fake_entry *entry; hash && (entry = fake_dict_next(&hash->dict, &i));) {
        if (fields) fake_reply_bulk(call->out, fake_entry_key(entry));
        if (values) fake_reply_bulk(call->out, fake_str_span(entry->value));
    }
}

void fake_cmd_hgetall(struct fake_call *call)
{
    reply_all(call, true, true);
}

void fake_cmd_hkeys(struct fake_call *call)
{
    reply_all(call, true, false);
}

void fake_cmd_hvals(struct fake_call *call)
{
    reply_all(call, false, true);
}

void fake_cmd_hscan(struct fake_call *call)
{
    struct fake_scan scan;
    struct fake_redis_key *hash;
    if (!fake_scan_parse(call, 2, &scan)) return;
    if (!find_hash(call, &hash)) return;
    fake_scan_dict(call, &scan, hash ? &hash->dict : NULL, hash && hash->large, fake_scan_field);
}

/* ---- removing and counting ---- */

void fake_cmd_hdel(struct fake_call *call)
{
    struct fake_redis_key *hash;
    if (!find_hash(call, &hash)) return;
    int64_t removed = 0;
    for (size_t i = 2; hash && i < call->count; i++) {
        struct fake_entry *entry = fake_dict_find(&hash->dict, call->args[i]);
        if (!entry) continue;
        fake_str_free(fake_call_heap(call), entry->value);
        fake_dict_remove(fake_call_heap(call), &hash->dict, entry);
        removed++;
    }
    if (removed) {
        fake_key_touch(call->db, hash->name);
        fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hdel", hash->name);
        (void)fake_key_delete_empty(call->db, hash);
    }
    fake_reply_int(call->out, removed);
}

void fake_cmd_hincrby(struct fake_call *call)
{
    int64_t delta, value = 0;
    struct fake_redis_key *hash;
    if (!fake_call_int(call, call->args[3], &delta)) return;
    if (!find_hash(call, &hash)) return;
    const struct fake_str *old = value_of(hash, call->args[2]);
    if (old && !fake_int_parse(fake_str_span(old), &value)) {
        fake_reply_error(call->out, "ERR hash value is not an integer");
        return;
    }
    if (__builtin_add_overflow(value, delta, &value)) {
        fake_reply_error(call->out, "ERR increment or decrement would overflow");
        return;
    }
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_HASH, &hash)) return;
    char text[FAKE_INT_TEXT_BYTES];
    struct fl_span span = {text, fake_int_format(text, value)};
    if (!put_one(call, hash, call->args[2], span)) return;
    fake_reply_int(call->out, value);
    fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hincrby", call->args[1]);
}

void fake_cmd_hincrbyfloat(struct fake_call *call)
{
    long double delta, value = 0;
    struct fake_redis_key *hash;
    if (!fake_long_double_parse(call->args[3], &delta)) {
        fake_reply_error(call->out, "ERR value is not a valid float");
        return;
    }
    if (!__builtin_isfinite(delta)) {
        fake_reply_error(call->out, "ERR value is NaN or Infinity");
        return;
    }
    if (!find_hash(call, &hash)) return;
    const struct fake_str *old = value_of(hash, call->args[2]);
    if (old && !fake_long_double_parse(fake_str_span(old), &value)) {
        fake_reply_error(call->out, "ERR hash value is not a float");
        return;
    }
    value += delta;
    if (!__builtin_isfinite(value)) {
        fake_reply_error(call->out, "ERR increment would produce NaN or Infinity");
        return;
    }
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_HASH, &hash)) return;
    char text[FAKE_LONG_DOUBLE_TEXT_BYTES];
    struct fl_span span = {text, fake_long_double_format(text, value)};
    if (!put_one(call, hash, call->args[2], span)) return;
    fake_reply_bulk(call->out, span);
    fake_key_notify(call->db, FAKE_NOTIFY_HASH, "hincrbyfloat", call->args[1]);
}
