/* Commands that set and show when a key dies. */
#include "fakes/redis/commands/expiry.h"

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static void reply_invalid(struct fake_call *call)
{
    fake_reply_errorf(call->out, "ERR invalid expire time in '%s' command", call->command->name);
}

static bool to_when(const struct fake_call *call, int64_t value, enum fake_time_unit unit,
                    enum fake_time_base base, int64_t *ret_when_ms)
{
    int64_t base_ms = base == FAKE_RELATIVE ? call->engine->now_ms : 0;
    if (unit == FAKE_SECONDS && __builtin_mul_overflow(value, 1000, &value)) return false;
    return !__builtin_add_overflow(value, base_ms, ret_when_ms);
}

bool fake_expiry_parse_positive(struct fake_call *call, struct fl_span text,
                                enum fake_time_unit unit, enum fake_time_base base,
                                int64_t *ret_when_ms)
{
    int64_t value;
    if (!fake_call_int(call, text, &value)) return false;
    if (value > 0 && to_when(call, value, unit, base, ret_when_ms)) return true;
    reply_invalid(call);
    return false;
}

/* ---- EXPIRE and its forms ---- */

enum expire_flags { EXPIRE_NX = 1, EXPIRE_XX = 2, EXPIRE_GT = 4, EXPIRE_LT = 8 };

static bool parse_flags(struct fake_call *call, unsigned *ret_flags)
{
    static const char *const words[] = {"nx", "xx", "gt", "lt"};
    unsigned flags = 0;
    if (call->count > 3 && !fake_engine_has(call->engine, FAKE_FEATURE_EXPIRE_CONDITIONS)) {
        fake_call_arity_error(call);
        return false;
    }
    for (size_t i = 3; i < call->count; i++) {
        unsigned j = 0;
        while (j < 4 && !fake_arg_is(call->args[i], words[j]))
            j++;
        if (j == 4) {
            fake_reply_errorf(call->out, "ERR Unsupported option %.*s",
                              (int)(call->args[i].length & 0xffff), call->args[i].bytes);
            return false;
        }
        flags |= 1u << j;
    }
    const char *error = NULL;
    if ((flags & EXPIRE_NX) && (flags & (EXPIRE_XX | EXPIRE_GT | EXPIRE_LT)))
        error = "ERR NX and XX, GT or LT options at the same time are not compatible";
    else if ((flags & EXPIRE_GT) && (flags & EXPIRE_LT))
        error = "ERR GT and LT options at the same time are not compatible";
    if (error) fake_reply_error(call->out, error);
    *ret_flags = flags;
    return !error;
}

/* A key without expiry counts as one that dies at the end of time. */
static bool applies(const struct fake_redis_key *key, unsigned flags, int64_t when_ms)
{
    bool has = key->expires_ms != FL_NEVER_US;
    if ((flags & EXPIRE_NX) && has) return false;
    if ((flags & EXPIRE_XX) && !has) return false;
    if ((flags & EXPIRE_GT) && when_ms <= key->expires_ms) return false;
    if ((flags & EXPIRE_LT) && has && when_ms >= key->expires_ms) return false;
    return true;
}

static void expire(struct fake_call *call, enum fake_time_unit unit, enum fake_time_base base)
{
    unsigned flags;
    int64_t value, when_ms;
    if (!parse_flags(call, &flags)) return;
    if (!fake_call_int(call, call->args[2], &value)) return;
    if (!to_when(call, value, unit, base, &when_ms)) {
        reply_invalid(call);
        return;
    }
    struct fake_redis_key *key = fake_key_find(call->db, call->args[1]);
    if (!key || !applies(key, flags, when_ms)) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (when_ms <= call->engine->now_ms) {
        fake_key_delete(call->db, key);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", call->args[1]);
        fake_reply_int(call->out, 1);
    } else {
        fake_key_expire_at(call->db, key, when_ms);
        fake_key_touch(call->db, key->name);
        fake_reply_int(call->out, 1);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "expire", key->name);
    }
}

void fake_cmd_expire(struct fake_call *call)
{
    expire(call, FAKE_SECONDS, FAKE_RELATIVE);
}

void fake_cmd_pexpire(struct fake_call *call)
{
    expire(call, FAKE_MILLISECONDS, FAKE_RELATIVE);
}

void fake_cmd_expireat(struct fake_call *call)
{
    expire(call, FAKE_SECONDS, FAKE_ABSOLUTE);
}

void fake_cmd_pexpireat(struct fake_call *call)
{
    expire(call, FAKE_MILLISECONDS, FAKE_ABSOLUTE);
}

void fake_cmd_persist(struct fake_call *call)
{
    struct fake_redis_key *key = fake_key_find(call->db, call->args[1]);
    bool had = key && key->expires_ms != FL_NEVER_US;
    if (had) {
        key->expires_ms = FL_NEVER_US;
        fake_key_touch(call->db, key->name);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "persist", key->name);
    }
    fake_reply_int(call->out, had);
}

/* ---- showing ---- */

static void show(struct fake_call *call, enum fake_time_unit unit, enum fake_time_base base)
{
    const struct fake_redis_key *key = fake_key_look(call->db, call->args[1]);
    if (!key) fake_key_missed(call->db, call->args[1]);
    if (!key || key->expires_ms == FL_NEVER_US) {
        fake_reply_int(call->out, key ? -1 : -2);
        return;
    }
    int64_t value = key->expires_ms;
    if (base == FAKE_RELATIVE) {
        value -= call->engine->now_ms;
        if (value < 0) value = 0;
    }
    /* Unsigned, as the sum may be greater than an int64_t. */
    int64_t seconds = (int64_t)(((uint64_t)value + 500) / 1000);
    fake_reply_int(call->out, unit == FAKE_SECONDS ? seconds : value);
}

void fake_cmd_ttl(struct fake_call *call)
{
    show(call, FAKE_SECONDS, FAKE_RELATIVE);
}

void fake_cmd_pttl(struct fake_call *call)
{
    show(call, FAKE_MILLISECONDS, FAKE_RELATIVE);
}

void fake_cmd_expiretime(struct fake_call *call)
{
    show(call, FAKE_SECONDS, FAKE_ABSOLUTE);
}

void fake_cmd_pexpiretime(struct fake_call *call)
{
    show(call, FAKE_MILLISECONDS, FAKE_ABSOLUTE);
}
