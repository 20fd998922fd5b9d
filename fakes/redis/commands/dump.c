/* DUMP and RESTORE: a value and a footer. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/idle.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/rdb/footer.h"
#include "fakes/redis/rdb/value.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

void fake_cmd_dump(struct fake_call *call)
{
    const struct fake_redis_key *key = fake_key_find(call->db, call->args[1]);
    if (!key) fake_key_missed(call->db, call->args[1]);
    if (!key) {
        fake_reply_nil(call->out);
        return;
    }
    struct fl_buf payload = FL_BUF_INIT(FAKE_REDIS_BULK_BYTES_MAX);
    enum fl_error err = fake_rdb_write(key, &payload);
    if (!err) err = fake_rdb_put_footer(&payload);
    if (err)
        fake_call_oom(call);
    else
        fake_reply_bulk(call->out, fl_buf_span(&payload));
    fl_buf_release(&payload);
}

/* ---- RESTORE ---- */

struct restore {
    bool replaces, absolute, has_idle, has_frequency;
    int64_t idle_s, frequency;
    int64_t ttl_ms; /* 0: none */
};

static bool parse_options(struct fake_call *call, struct restore *restore)
{
    for (size_t i = 4; i < call->count; i++) {
        bool has_value = i + 1 < call->count;
        if (fake_arg_is(call->args[i], "replace")) {
            restore->replaces = true;
        } else if (fake_arg_is(call->args[i], "absttl")) {
            restore->absolute = true;
        } else if (has_value && !restore->has_frequency && fake_arg_is(call->args[i], "idletime")) {
            if (!fake_call_int(call, call->args[++i], &restore->idle_s)) return false;
            restore->has_idle = true;
            if (restore->idle_s >= 0) continue;
            fake_reply_error(call->out, "ERR Invalid IDLETIME value, must be >= 0");
            return false;
        } else if (has_value && !restore->has_idle && fake_arg_is(call->args[i], "freq")) {
            if (!fake_call_int(call, call->args[++i], &restore->frequency)) return false;
            restore->has_frequency = true;
            if (restore->frequency >= 0 && restore->frequency <= UINT8_MAX) continue;
            fake_reply_error(call->out, "ERR Invalid FREQ value, must be >= 0 and <= 255");
            return false;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    return true;
}

static bool parse_ttl(struct fake_call *call, struct restore *restore)
{
    if (!fake_call_int(call, call->args[2], &restore->ttl_ms)) return false;
    if (restore->ttl_ms >= 0) return true;
    fake_reply_error(call->out, "ERR Invalid TTL value, must be >= 0");
    return false;
}

static bool check_footer(struct fake_call *call, struct fl_span payload)
{
    if (fake_rdb_check_footer(payload)) return true;
    fake_reply_error(call->out, "ERR DUMP payload version or checksum are wrong");
    return false;
}

/* When the key dies. */
static int64_t when_ms(const struct fake_call *call, const struct restore *restore)
{
    if (restore->ttl_ms == 0) return FL_NEVER_US;
    if (restore->absolute) return restore->ttl_ms;
    /* As Redis's sum wraps round. */
    return (int64_t)((uint64_t)call->engine->now_ms + (uint64_t)restore->ttl_ms);
}

/* Takes the value. */
static void put_value(struct fake_call *call, const struct restore *restore,
                      struct fake_redis_key *value)
{
    struct fl_span name = call->args[1];
    int64_t dies_ms = when_ms(call, restore);
    if (dies_ms != FL_NEVER_US && dies_ms < call->engine->now_ms) { /* it is dead already */
        struct fake_redis_key *old = fake_key_find(call->db, name);
        bool replaced = old;
        fake_key_release_value(fake_call_heap(call), value);
        if (replaced) fake_key_delete(call->db, old);
        if (replaced) fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", name);
        fake_reply_ok(call->out);
        return;
    }
    struct fake_redis_key *key = fake_key_create_anew(call->db, name, value->type);
    if (!key) {
        fake_key_release_value(fake_call_heap(call), value);
        fake_call_oom(call);
        return;
    }
    fake_key_take_value(key, value);
    fake_key_expire_at(call->db, key, dies_ms);
    if (restore->has_frequency) key->frequency = (uint8_t)restore->frequency;
    if (restore->has_idle) fake_idle_set(key, call->engine->now_ms, restore->idle_s);
    fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "restore", name);
    fake_reply_ok(call->out);
}

void fake_cmd_restore(struct fake_call *call)
{
    struct restore restore = {0};
    struct fl_span payload = call->args[3];
    struct fake_redis_key value = {0};
    if (!parse_options(call, &restore)) return;
    if (!restore.replaces && fake_key_find(call->db, call->args[1])) {
        fake_reply_error(call->out, "BUSYKEY Target key name already exists.");
        return;
    }
    if (!parse_ttl(call, &restore) || !check_footer(call, payload)) return;
    /* Redis reads on into the footer when a value is cut short, and so do we. */
    switch (fake_rdb_read(fake_call_heap(call), payload, &value)) {
    case FAKE_RDB_OK: put_value(call, &restore, &value); break;
    case FAKE_RDB_DAMAGED: fake_reply_error(call->out, "ERR Bad data format"); break;
    case FAKE_RDB_FOREIGN:
        fake_reply_error(call->out, "ERR the fake does not implement 'restore' of this type yet");
        break;
    case FAKE_RDB_OOM: fake_call_oom(call); break;
    }
}
