/* MEMORY: what the engine's own heap knows; there is no allocator below it to tell more of. */
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"

void fake_cmd_memory_doctor(struct fake_call *call)
{
    fake_reply_text(call->out, FL_SPAN("Nothing ails the memory of a fake.\n"));
}

void fake_cmd_memory_malloc_stats(struct fake_call *call)
{
    fake_reply_text(call->out, FL_SPAN("This server has no allocator of its own.\n"));
}

void fake_cmd_memory_purge(struct fake_call *call)
{
    fake_reply_ok(call->out);
}

static void reply_bytes(struct fake_call *call, const char *name, size_t bytes)
{
    fake_reply_bulk_text(call->out, name);
    fake_reply_int(call->out, (int64_t)bytes);
}

static void reply_ratio(struct fake_call *call, const char *name, double ratio)
{
    fake_reply_bulk_text(call->out, name);
    fake_reply_double(call->out, ratio);
}

/* Returns how many databases hold keys. */
static size_t reply_databases(struct fake_call *call, size_t *ret_keys)
{
    enum { ENTRY_BYTES = 32 };
    size_t count = 0;
    *ret_keys = 0;
    for (unsigned id = 0; id < FAKE_REDIS_DATABASES; id++) {
        char name[] = "db.00";
        size_t keys = call->engine->databases[id].keys.count;
        if (!keys) continue;
        name[3] = (char)(id < 10 ? '0' + id : '1');
        name[4] = (char)(id < 10 ? '\0' : '0' + id - 10);
        fake_reply_bulk_text(call->out, name);
        fake_reply_map(call->out, 3);
        reply_bytes(call, "overhead.hashtable.main", keys * ENTRY_BYTES);
        reply_bytes(call, "overhead.hashtable.expires", 0);
        reply_bytes(call, "overhead.hashtable.slot-to-keys", 0);
        *ret_keys += keys;
        count++;
    }
    return count;
}

static void reply_allocator(struct fake_call *call, size_t bytes)
{
    reply_bytes(call, "allocator.allocated", bytes);
    reply_bytes(call, "allocator.active", bytes);
    reply_bytes(call, "allocator.resident", bytes);
    reply_ratio(call, "allocator-fragmentation.ratio", 1);
    reply_bytes(call, "allocator-fragmentation.bytes", 0);
    reply_ratio(call, "allocator-rss.ratio", 1);
    reply_bytes(call, "allocator-rss.bytes", 0);
    reply_ratio(call, "rss-overhead.ratio", 1);
    reply_bytes(call, "rss-overhead.bytes", 0);
    reply_ratio(call, "fragmentation", 1);
    reply_bytes(call, "fragmentation.bytes", 0);
}

void fake_cmd_memory_stats(struct fake_call *call)
{
    enum { FIELDS = 27 }; /* but for the databases */
    static const char *const empty[] = {"replication.backlog", "clients.slaves", "clients.normal",
                                        "cluster.links",       "aof.buffer",     "lua.caches",
                                        "functions.caches"};
    size_t bytes = fake_stats_memory_bytes(call->engine), keys;
    size_t peak = call->engine->stats.memory_peak_bytes, data = bytes - FAKE_ENGINE_BASE_BYTES;
    size_t place = fake_reply_array_later(call->out);
    reply_bytes(call, "peak.allocated", peak);
    reply_bytes(call, "total.allocated", bytes);
    reply_bytes(call, "startup.allocated", FAKE_ENGINE_BASE_BYTES);
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        reply_bytes(call, empty[i], 0);
    size_t databases = reply_databases(call, &keys);
    reply_bytes(call, "overhead.total", FAKE_ENGINE_BASE_BYTES);
    reply_bytes(call, "keys.count", keys);
    reply_bytes(call, "keys.bytes-per-key", keys ? data / keys : 0);
    reply_bytes(call, "dataset.bytes", data);
    reply_ratio(call, "dataset.percentage", data ? 100 : 0);
    reply_ratio(call, "peak.percentage", 100 * (double)bytes / (double)peak);
    reply_allocator(call, bytes);
    fake_reply_map_set(call->out, place, FIELDS + databases);
}

/* About what Redis spends on each. */
void fake_cmd_memory_usage(struct fake_call *call)
{
    enum { KEY_BYTES = 56, ELEMENT_BYTES = 24 };
    const struct fake_redis_key *key = fake_key_look(call->db, call->args[2]);
    int64_t samples = 5;
    if (call->count == 5 && fake_arg_is(call->args[3], "samples")) {
        if (!fake_call_int(call, call->args[4], &samples)) return;
    } else if (call->count != 3) {
        samples = -1;
    }
    if (samples < 0)
        fake_call_syntax_error(call);
    else if (!key)
        fake_reply_nil(call->out);
    else
        fake_reply_int(call->out, (int64_t)(KEY_BYTES + key->name.length +
                                            fake_key_length(key) * ELEMENT_BYTES));
}
