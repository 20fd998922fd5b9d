/* Commands on strings, as a whole and in ranges; numbers are in counters.c, bits in bits.c. */
#include "fakes/redis/commands/string_values.h"

#include "fakes/redis/commands/expiry.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

bool fake_string_store(struct fake_call *call, struct fl_span name, struct fl_span bytes)
{
    struct fake_str *copy = fake_str_new(fake_call_heap(call), bytes);
    struct fake_redis_key *key = copy ? fake_key_find(call->db, name) : NULL;
    if (key)
        fake_key_overwrite(call->db, key, FAKE_REDIS_STRING);
    else if (copy)
        key = fake_key_create(call->db, name, FAKE_REDIS_STRING);
    if (!key) {
        fake_str_free(fake_call_heap(call), copy);
        fake_call_oom(call);
        return false;
    }
    key->string = copy;
    return true;
}

bool fake_string_replace(struct fake_call *call, struct fake_redis_key *key, struct fl_span bytes)
{
    struct fake_str *copy = fake_str_new(fake_call_heap(call), bytes);
    if (!copy) {
        fake_call_oom(call);
        return false;
    }
    fake_str_free(fake_call_heap(call), key->string);
    key->string = copy;
    key->raw = key->text = key->copied = false;
    fake_key_touch(call->db, key->name);
    return true;
}

bool fake_string_extend(struct fake_call *call, struct fl_span name, size_t length,
                        struct fake_redis_key **ret_key)
{
    if (length > FAKE_REDIS_BULK_BYTES_MAX) {
        fake_reply_error(call->out, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        return false;
    }
    struct fake_redis_key *key;
    if (!fake_call_find(call, name, FAKE_REDIS_STRING, &key)) return false;
    if (!key) {
        if (!fake_string_store(call, name, (struct fl_span){0})) return false;
        key = fake_key_find(call->db, name);
    }
    if (length > key->string->length) {
        struct fake_str *grown = fake_str_resize(fake_call_heap(call), key->string, length);
        if (!grown) {
            if (!key->string->length) fake_key_delete(call->db, key);
            fake_call_oom(call);
            return false;
        }
        key->string = grown;
    }
    key->raw = true;
    *ret_key = key;
    return true;
}

void fake_cmd_get(struct fake_call *call)
{
    struct fake_redis_key *key;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (key)
        fake_reply_bulk(call->out, fake_str_span(key->string));
    else
        fake_reply_nil(call->out);
}

/* ---- SET and its family ---- */

enum set_flags { SET_NX = 1, SET_XX = 2, SET_GET = 4, SET_KEEPTTL = 8, SET_PERSIST = 16 };

struct set_options {
    unsigned flags;
    bool expires;
    struct fl_span time;
    enum fake_time_unit unit;
    enum fake_time_base base;
};

static const struct {
    const char *word;
    enum fake_time_unit unit;
    enum fake_time_base base;
} times[] = {
    {"ex", FAKE_SECONDS, FAKE_RELATIVE},
    {"px", FAKE_MILLISECONDS, FAKE_RELATIVE},
    {"exat", FAKE_SECONDS, FAKE_ABSOLUTE},
    {"pxat", FAKE_MILLISECONDS, FAKE_ABSOLUTE},
};

static bool parse_time(struct fake_call *call, size_t i, struct set_options *options)
{
    if (options->expires || (options->flags & (SET_KEEPTTL | SET_PERSIST)) || i + 1 >= call->count)
        return false;
    for (size_t j = 0; j < sizeof(times) / sizeof(times[0]); j++) {
        if (!fake_arg_is(call->args[i], times[j].word)) continue;
        options->expires = true;
        options->unit = times[j].unit;
        options->base = times[j].base;
        options->time = call->args[i + 1];
        return true;
    }
    return false;
}

static const struct {
    const char *word;
    unsigned flag, excluded;
    bool for_get;
} set_words[] = {
    {"nx", SET_NX, SET_XX, false},
    {"xx", SET_XX, SET_NX, false},
    {"get", SET_GET, 0, false},
    {"keepttl", SET_KEEPTTL, SET_PERSIST, false},
    {"persist", SET_PERSIST, SET_KEEPTTL, true},
};

static bool parse_word(struct fl_span word, bool for_get, struct set_options *options)
{
    for (size_t j = 0; j < sizeof(set_words) / sizeof(set_words[0]); j++) {
        if (set_words[j].for_get != for_get || !fake_arg_is(word, set_words[j].word)) continue;
        if (options->flags & set_words[j].excluded) return false;
        if ((set_words[j].flag & (SET_KEEPTTL | SET_PERSIST)) && options->expires) return false;
        options->flags |= set_words[j].flag;
        return true;
    }
    return false;
}

static bool parse_options(struct fake_call *call, size_t first, bool for_get,
                          struct set_options *options)
{
    *options = (struct set_options){0};
    for (size_t i = first; i < call->count; i++) {
        if (parse_word(call->args[i], for_get, options)) continue;
        if (!parse_time(call, i, options)) {
            fake_call_syntax_error(call);
            return false;
        }
        i++;
    }
    bool nx_get = (options->flags & SET_NX) && (options->flags & SET_GET);
    if (nx_get && !fake_engine_has(call->engine, FAKE_FEATURE_SET_NX_GET)) {
        fake_call_syntax_error(call);
        return false;
    }
    return true;
}

static bool option_time(struct fake_call *call, const struct set_options *options,
                        int64_t *ret_when_ms)
{
    *ret_when_ms = FL_NEVER_US;
    return !options->expires || fake_expiry_parse_positive(call, options->time, options->unit,
                                                           options->base, ret_when_ms);
}

/* What SET GET and GETSET answer before they write. False: WRONGTYPE was written. */
static bool reply_old(struct fake_call *call)
{
    struct fake_redis_key *key;
    if (!fake_call_find_source(call, call->args[1], FAKE_REDIS_STRING, &key)) return false;
    if (key)
        fake_reply_bulk(call->out, fake_str_span(key->string));
    else
        fake_reply_nil(call->out);
    return true;
}

void fake_cmd_set(struct fake_call *call)
{
    struct set_options options;
    int64_t when_ms;
    if (!parse_options(call, 3, false, &options)) return;
    if (!option_time(call, &options, &when_ms)) return;
    if ((options.flags & SET_GET) && !reply_old(call)) return;
    struct fake_redis_key *old = fake_key_find(call->db, call->args[1]);
    if ((old && (options.flags & SET_NX)) || (!old && (options.flags & SET_XX))) {
        if (!(options.flags & SET_GET)) fake_reply_nil(call->out);
        return;
    }
    if (old && (options.flags & SET_KEEPTTL)) when_ms = old->expires_ms;
    if (!fake_string_store(call, call->args[1], call->args[2])) return;
    if (when_ms != FL_NEVER_US) /* in the past, EXAT: the next who looks finds it dead */
        fake_key_expire_at(call->db, fake_key_peek(call->db, call->args[1], INT64_MIN), when_ms);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[1]);
    if (options.expires) fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "expire", call->args[1]);
    if (!(options.flags & SET_GET)) fake_reply_ok(call->out);
}

static void set_with_time(struct fake_call *call, enum fake_time_unit unit)
{
    int64_t when_ms;
    if (!fake_expiry_parse_positive(call, call->args[2], unit, FAKE_RELATIVE, &when_ms)) return;
    if (!fake_string_store(call, call->args[1], call->args[3])) return;
    fake_key_expire_at(call->db, fake_key_find(call->db, call->args[1]), when_ms);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[1]);
    fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "expire", call->args[1]);
    fake_reply_ok(call->out);
}

void fake_cmd_setex(struct fake_call *call)
{
    set_with_time(call, FAKE_SECONDS);
}

void fake_cmd_psetex(struct fake_call *call)
{
    set_with_time(call, FAKE_MILLISECONDS);
}

void fake_cmd_setnx(struct fake_call *call)
{
    bool absent = !fake_key_find(call->db, call->args[1]);
    if (absent && !fake_string_store(call, call->args[1], call->args[2])) return;
    if (absent) fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[1]);
    fake_reply_int(call->out, absent);
}

void fake_cmd_getset(struct fake_call *call)
{
    if (!reply_old(call)) return;
    if (fake_string_store(call, call->args[1], call->args[2]))
        fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[1]);
}

void fake_cmd_getdel(struct fake_call *call)
{
    if (!reply_old(call)) return;
    struct fake_redis_key *key = fake_key_find(call->db, call->args[1]);
    if (!key) return;
    fake_key_delete(call->db, key);
    fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", call->args[1]);
}

void fake_cmd_getex(struct fake_call *call)
{
    struct set_options options;
    int64_t when_ms;
    struct fake_redis_key *key;
    if (!parse_options(call, 2, true, &options)) return;
    if (!fake_call_find_source(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (!key) {
        fake_reply_nil(call->out);
        return;
    }
    if (!option_time(call, &options, &when_ms)) return;
    fake_reply_bulk(call->out, fake_str_span(key->string));
    bool persists = (options.flags & SET_PERSIST) && key->expires_ms != FL_NEVER_US;
    if (!options.expires && !persists) return;
    if (when_ms <= call->engine->now_ms) {
        fake_key_delete(call->db, key);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", call->args[1]);
        return;
    }
    fake_key_expire_at(call->db, key, when_ms);
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, persists ? "persist" : "expire", key->name);
}

/* ---- several keys ---- */

void fake_cmd_mget(struct fake_call *call)
{
    fake_reply_array(call->out, call->count - 1);
    for (size_t i = 1; i < call->count; i++) {
        struct fake_redis_key *key = fake_key_find(call->db, call->args[i]);
        if (!key) fake_key_missed(call->db, call->args[i]);
        if (key && key->type == FAKE_REDIS_STRING)
            fake_reply_bulk(call->out, fake_str_span(key->string));
        else
            fake_reply_nil(call->out);
    }
}

static bool store_pairs(struct fake_call *call)
{
    for (size_t i = 1; i < call->count; i += 2) {
        if (!fake_string_store(call, call->args[i], call->args[i + 1])) return false;
        fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[i]);
    }
    return true;
}

static bool are_pairs(struct fake_call *call)
{
    if (call->count % 2) return true;
    fake_reply_errorf(call->out, "ERR wrong number of arguments for '%s' command",
                      call->command->name);
    return false;
}

void fake_cmd_mset(struct fake_call *call)
{
    if (are_pairs(call) && store_pairs(call)) fake_reply_ok(call->out);
}

void fake_cmd_msetnx(struct fake_call *call)
{
    if (!are_pairs(call)) return;
    for (size_t i = 1; i < call->count; i += 2) {
        if (!fake_key_find(call->db, call->args[i])) continue;
        fake_reply_int(call->out, 0);
        return;
    }
    if (store_pairs(call)) fake_reply_int(call->out, 1);
}

/* ---- parts of a string ---- */

void fake_cmd_strlen(struct fake_call *call)
{
    struct fake_redis_key *key;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    fake_reply_int(call->out, key ? key->string->length : 0);
}

void fake_cmd_append(struct fake_call *call)
{
    struct fake_redis_key *key;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (!key) {
        if (!fake_string_store(call, call->args[1], call->args[2])) return;
        fake_key_notify(call->db, FAKE_NOTIFY_STRING, "append", call->args[1]);
        fake_reply_int(call->out, (int64_t)call->args[2].length);
        return;
    }
    size_t old = key->string->length;
    if (!fake_string_extend(call, call->args[1], old + call->args[2].length, &key)) return;
    if (call->args[2].length)
        memcpy(key->string->bytes + old, call->args[2].bytes, call->args[2].length);
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "append", key->name);
    fake_reply_int(call->out, key->string->length);
}

void fake_cmd_getrange(struct fake_call *call)
{
    int64_t start, stop;
    struct fake_redis_key *key;
    if (!fake_call_int(call, call->args[2], &start)) return;
    if (!fake_call_int(call, call->args[3], &stop)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    int64_t length = key ? key->string->length : 0;
    bool inverted = start < 0 && stop < 0 && start > stop;
    if (start < 0) start = start + length < 0 ? 0 : start + length;
    if (stop < 0) stop = stop + length < 0 ? 0 : stop + length;
    if (stop >= length) stop = length - 1;
    if (inverted || start > stop || length == 0)
        fake_reply_bulk(call->out, (struct fl_span){0});
    else
        fake_reply_bulk(call->out,
                        (struct fl_span){key->string->bytes + start, (size_t)(stop - start + 1)});
}

void fake_cmd_setrange(struct fake_call *call)
{
    int64_t offset;
    struct fake_redis_key *key;
    if (!fake_call_int(call, call->args[2], &offset)) return;
    if (offset < 0) {
        fake_reply_error(call->out, "ERR offset is out of range");
        return;
    }
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    struct fl_span bytes = call->args[3];
    if (!bytes.length) {
        fake_reply_int(call->out, key ? key->string->length : 0);
        return;
    }
    if (offset > FAKE_REDIS_BULK_BYTES_MAX) offset = FAKE_REDIS_BULK_BYTES_MAX;
    if (!fake_string_extend(call, call->args[1], (size_t)offset + bytes.length, &key)) return;
    memcpy(key->string->bytes + offset, bytes.bytes, bytes.length);
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "setrange", key->name);
    fake_reply_int(call->out, key->string->length);
}
