/* OBJECT and TOUCH: how a value is held, and since when nobody has asked for it. */
#include "fakes/redis/commands/object.h"

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/frequency.h"
#include "fakes/redis/engine/idle.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

enum {
    EMBEDDED_BYTES_MAX = 44,
    SHARED_INTEGERS = 10 * 1000, /* from 0 on: one object for all keys */
};

static bool is_integer(const struct fake_redis_key *key, int64_t *ret_value)
{
    return key->type == FAKE_REDIS_STRING && !key->raw && !key->text &&
           fake_int_parse(fake_str_span(key->string), ret_value);
}

static const char *string_encoding(const struct fake_redis_key *key)
{
    int64_t integer;
    if (is_integer(key, &integer)) return "int";
    return key->raw || key->string->length > EMBEDDED_BYTES_MAX ? "raw" : "embstr";
}

const char *fake_object_encoding(const struct fake_redis_key *key)
{
    switch (key->type) {
    case FAKE_REDIS_STRING: return string_encoding(key);
    case FAKE_REDIS_LIST: return "quicklist";
    case FAKE_REDIS_SET: return key->large ? "hashtable" : "intset";
    case FAKE_REDIS_ZSET: return key->large ? "skiplist" : "listpack";
    case FAKE_REDIS_HASH: return key->large ? "hashtable" : "listpack";
    case FAKE_REDIS_STREAM: return "stream";
    }
    return "unknown";
}

/* The key that a subcommand is about; NULL: nil was answered. */
static const struct fake_redis_key *find(struct fake_call *call)
{
    const struct fake_redis_key *key = fake_key_look(call->db, call->args[2]);
    if (!key) fake_reply_nil(call->out);
    return key;
}

void fake_cmd_object_encoding(struct fake_call *call)
{
    const struct fake_redis_key *key = find(call);
    if (key) fake_reply_bulk_text(call->out, fake_object_encoding(key));
}

void fake_cmd_object_refcount(struct fake_call *call)
{
    int64_t value;
    const struct fake_redis_key *key = find(call);
    if (!key) return;
    bool shared = is_integer(key, &value) && value >= 0 && value < SHARED_INTEGERS && !key->copied;
    fake_reply_int(call->out, shared ? INT32_MAX : 1);
}

#define SWITCHING                                                                                  \
    "Please note that when switching between policies at runtime LRU and LFU data will take some " \
    "time to adjust."

/* Of a shared integer Redis answers what the shared object knows: that is not imitated, here and
 * below. */
void fake_cmd_object_idletime(struct fake_call *call)
{
    const struct fake_redis_key *key = find(call);
    if (!key) return;
    if (call->engine->counts_accesses)
        fake_reply_error(call->out, "ERR An LFU maxmemory policy is selected, idle time not "
                                    "tracked. " SWITCHING);
    else
        fake_reply_int(call->out, fake_idle_s(key, call->engine->now_ms));
}

void fake_cmd_object_freq(struct fake_call *call)
{
    const struct fake_redis_key *key = find(call);
    if (!key) return;
    if (call->engine->counts_accesses)
        fake_reply_int(call->out, fake_frequency_now(call->engine, key));
    else
        fake_reply_error(call->out, "ERR An LFU maxmemory policy is not selected, access "
                                    "frequency not tracked. " SWITCHING);
}

void fake_cmd_touch(struct fake_call *call)
{
    int64_t found = 0;
    for (size_t i = 1; i < call->count; i++) {
        bool exists = fake_key_find(call->db, call->args[i]);
        if (!exists) fake_key_missed(call->db, call->args[i]);
        found += exists;
    }
    fake_reply_int(call->out, found);
}
