/* Commands on keys of any type, and on whole databases. */
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/scan.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static const char *type_name(enum fake_redis_type type)
{
    switch (type) {
    case FAKE_REDIS_STRING: return "string";
    case FAKE_REDIS_LIST: return "list";
    case FAKE_REDIS_SET: return "set";
    case FAKE_REDIS_ZSET: return "zset";
    case FAKE_REDIS_HASH: return "hash";
    case FAKE_REDIS_STREAM: return "stream";
    }
    return "none";
}

void fake_cmd_del(struct fake_call *call)
{
    int64_t deleted = 0;
    for (size_t i = 1; i < call->count; i++) {
        struct fake_redis_key *key = fake_key_find(call->db, call->args[i]);
        if (!key) continue;
        fake_key_delete(call->db, key);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", call->args[i]);
        deleted++;
    }
    fake_reply_int(call->out, deleted);
}

void fake_cmd_exists(struct fake_call *call)
{
    int64_t found = 0;
    for (size_t i = 1; i < call->count; i++) {
        bool exists = fake_key_look(call->db, call->args[i]);
        if (!exists) fake_key_missed(call->db, call->args[i]);
        found += exists;
    }
    fake_reply_int(call->out, found);
}

void fake_cmd_type(struct fake_call *call)
{
    const struct fake_redis_key *key = fake_key_look(call->db, call->args[1]);
    if (!key) fake_key_missed(call->db, call->args[1]);
    fake_reply_status(call->out, key ? type_name(key->type) : "none");
}

/* ---- moving ---- */

/* Puts the value of `source` under another name, whose old value is gone, and announces that in two
 * events. False: OOM was answered. */
static bool rename_key(struct fake_call *call, struct fake_redis_key *source,
                       struct fake_database *target_db, struct fl_span name, const char *from,
                       const char *to)
{
    if (!fake_key_rename(call->db, source, target_db, name)) {
        fake_call_oom(call);
        return false;
    }
    fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, from, call->args[1]);
    fake_key_notify(target_db, FAKE_NOTIFY_GENERIC, to, name);
    return true;
}

void fake_cmd_rename(struct fake_call *call)
{
    struct fake_redis_key *source = fake_key_find(call->db, call->args[1]);
    if (!source)
        fake_reply_error(call->out, "ERR no such key");
    else if (fl_span_equal(call->args[1], call->args[2]) ||
             rename_key(call, source, call->db, call->args[2], "rename_from", "rename_to"))
        fake_reply_ok(call->out);
}

void fake_cmd_renamenx(struct fake_call *call)
{
    struct fake_redis_key *source = fake_key_find(call->db, call->args[1]);
    if (!source)
        fake_reply_error(call->out, "ERR no such key");
    else if (fake_key_find(call->db, call->args[2]))
        fake_reply_int(call->out, 0);
    else if (rename_key(call, source, call->db, call->args[2], "rename_from", "rename_to"))
        fake_reply_int(call->out, 1);
}

/* False: an error was written. */
static bool find_db(struct fake_call *call, int64_t id, struct fake_database **ret_db)
{
    if (id < 0 || id >= FAKE_REDIS_DATABASES) {
        fake_reply_error(call->out, "ERR DB index is out of range");
        return false;
    }
    *ret_db = &call->engine->databases[id];
    return true;
}

static bool parse_db(struct fake_call *call, struct fl_span text, struct fake_database **ret_db)
{
    int64_t id;
    if (!fake_call_int_range(call, text, INT32_MIN, INT32_MAX, NULL, &id)) return false;
    return find_db(call, id, ret_db);
}

void fake_cmd_move(struct fake_call *call)
{
    struct fake_database *target;
    if (!parse_db(call, call->args[2], &target)) return;
    if (target == call->db) {
        fake_reply_error(call->out, "ERR source and destination objects are the same");
        return;
    }
    struct fake_redis_key *source = fake_key_find(call->db, call->args[1]);
    if (!source || fake_key_find(target, call->args[1]))
        fake_reply_int(call->out, 0);
    else if (rename_key(call, source, target, call->args[1], "move_from", "move_to"))
        fake_reply_int(call->out, 1);
}

static void copy_key(struct fake_call *call, struct fake_redis_key *source,
                     struct fake_database *target_db)
{
    struct fl_span name = call->args[2];
    struct fake_redis_key *copy = fake_key_create_anew(target_db, name, source->type);
    if (!copy || !fake_key_copy_value(target_db, copy, source)) {
        if (copy) fake_key_delete(target_db, copy);
        fake_call_oom(call);
        return;
    }
    fake_key_expire_at(target_db, copy, source->expires_ms);
    fake_key_notify(target_db, FAKE_NOTIFY_GENERIC, "copy_to", name);
    fake_reply_int(call->out, 1);
}

void fake_cmd_copy(struct fake_call *call)
{
    bool replace = false;
    struct fake_database *target = call->db;
    for (size_t i = 3; i < call->count; i++) {
        if (fake_arg_is(call->args[i], "replace")) {
            replace = true;
        } else if (fake_arg_is(call->args[i], "db") && i + 1 < call->count) {
            if (!parse_db(call, call->args[++i], &target)) return;
        } else {
            fake_call_syntax_error(call);
            return;
        }
    }
    if (target == call->db && fl_span_equal(call->args[1], call->args[2])) {
        fake_reply_error(call->out, "ERR source and destination objects are the same");
        return;
    }
    struct fake_redis_key *source = fake_key_find(call->db, call->args[1]);
    if (!source) fake_key_missed(call->db, call->args[1]);
    if (!source || (fake_key_find(target, call->args[2]) && !replace))
        fake_reply_int(call->out, 0);
    else
        copy_key(call, source, target);
}

/* ---- listing ---- */

void fake_cmd_keys(struct fake_call *call)
{
    size_t place = fake_reply_array_later(call->out), found = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&call->db->keys, &i));) {
        const struct fake_redis_key *key = entry->value;
        if (call->engine->now_ms > key->expires_ms) continue; /* dead, and left as it is */
        if (!fl_span_glob(call->args[1], fake_entry_key(entry))) continue;
        fake_reply_bulk(call->out, fake_entry_key(entry));
        found++;
    }
    fake_reply_array_set(call->out, place, found);
}

static size_t scan_writer(struct fake_call *call, const struct fake_scan *scan,
                          const struct fake_entry *entry)
{
    const struct fake_redis_key *key = entry->value;
    if (!fake_scan_matches(scan, key->name)) return 0;
    if (scan->has_type && !fake_arg_is(scan->type, type_name(key->type))) return 0;
    fake_reply_bulk(call->out, key->name);
    return 1;
}

void fake_cmd_scan(struct fake_call *call)
{
    struct fake_scan scan;
    if (!fake_scan_parse(call, 1, &scan)) return;
    fake_database_expire(call->db);
    fake_scan_dict(call, &scan, &call->db->keys, true, scan_writer);
}

void fake_cmd_randomkey(struct fake_call *call)
{
    fake_database_expire(call->db);
    if (!call->db->keys.count) {
        fake_reply_nil(call->out);
        return;
    }
    const struct fake_entry *entry =
        fake_dict_pick(&call->db->keys, fake_dice_roll(&call->engine->dice));
    fake_reply_bulk(call->out, fake_entry_key(entry));
}

void fake_cmd_dbsize(struct fake_call *call)
{
    fake_database_expire(call->db);
    fake_reply_int(call->out, call->db->keys.count);
}

/* ---- whole databases ---- */

static bool parse_flush(struct fake_call *call)
{
    bool ok = call->count == 1 || (call->count == 2 && (fake_arg_is(call->args[1], "sync") ||
                                                        fake_arg_is(call->args[1], "async")));
    if (!ok) fake_call_syntax_error(call);
    return ok;
}

void fake_cmd_flushdb(struct fake_call *call)
{
    if (!parse_flush(call)) return;
    fake_database_flush(call->db);
    fake_caching_flushed(call->engine);
    fake_reply_ok(call->out);
}

void fake_cmd_flushall(struct fake_call *call)
{
    if (!parse_flush(call)) return;
    fake_redis_flush_all(call->engine);
    fake_reply_ok(call->out);
}

/* For all but those who track keys: Redis does not tell them that databases were swapped. */
static void touch_all(struct fake_database *db)
{
    struct fake_cached *cached = db->engine->cached;
    db->engine->cached = NULL;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&db->keys, &i));)
        fake_key_touch(db, fake_entry_key(entry));
    db->engine->cached = cached;
}

void fake_cmd_swapdb(struct fake_call *call)
{
    struct fake_database *a, *b;
    int64_t first, second;
    if (!fake_call_int_range(call, call->args[1], INT32_MIN, INT32_MAX,
                             "ERR invalid first DB index", &first) ||
        !fake_call_int_range(call, call->args[2], INT32_MIN, INT32_MAX,
                             "ERR invalid second DB index", &second))
        return;
    if (!find_db(call, first, &a) || !find_db(call, second, &b)) return;
    if (a != b) {
        struct fake_dict keys = a->keys;
        int64_t hint_ms = a->expires_hint_ms;
        touch_all(a);
        touch_all(b);
        a->keys = b->keys;
        a->expires_hint_ms = b->expires_hint_ms;
        b->keys = keys;
        b->expires_hint_ms = hint_ms;
        touch_all(a);
        touch_all(b);
        fake_blocking_database_swapped(a);
        fake_blocking_database_swapped(b);
    }
    fake_reply_ok(call->out);
}
