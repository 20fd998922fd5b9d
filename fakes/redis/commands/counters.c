/* Strings as numbers. */
#include "core/assert.h"
#include "fakes/redis/commands/string_values.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static bool store(struct fake_call *call, struct fake_redis_key *key, struct fl_span text)
{
    return key ? fake_string_replace(call, key, text)
               : fake_string_store(call, call->args[1], text);
}

static void add(struct fake_call *call, int64_t delta)
{
    struct fake_redis_key *key;
    int64_t value = 0;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (key && !fake_call_int(call, fake_str_span(key->string), &value)) return;
    if (__builtin_add_overflow(value, delta, &value)) {
        fake_reply_error(call->out, "ERR increment or decrement would overflow");
        return;
    }
    char text[FAKE_INT_TEXT_BYTES];
    if (!store(call, key, (struct fl_span){text, fake_int_format(text, value)})) return;
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "incrby", call->args[1]);
    fake_reply_int(call->out, value);
}

void fake_cmd_incr(struct fake_call *call)
{
    add(call, 1);
}

void fake_cmd_decr(struct fake_call *call)
{
    add(call, -1);
}

void fake_cmd_incrby(struct fake_call *call)
{
    int64_t delta;
    if (fake_call_int(call, call->args[2], &delta)) add(call, delta);
}

void fake_cmd_decrby(struct fake_call *call)
{
    int64_t delta;
    if (!fake_call_int(call, call->args[2], &delta)) return;
    if (delta == INT64_MIN)
        fake_reply_error(call->out, "ERR decrement would overflow");
    else
        add(call, -delta);
}

void fake_cmd_incrbyfloat(struct fake_call *call)
{
    struct fake_redis_key *key;
    long double value = 0, delta;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if ((key && !fake_long_double_parse(fake_str_span(key->string), &value)) ||
        !fake_long_double_parse(call->args[2], &delta)) {
        fake_reply_error(call->out, "ERR value is not a valid float");
        return;
    }
    value += delta;
    if (!__builtin_isfinite(value)) {
        fake_reply_error(call->out, "ERR increment would produce NaN or Infinity");
        return;
    }
    char text[FAKE_LONG_DOUBLE_TEXT_BYTES];
    struct fl_span span = {text, fake_long_double_format(text, value)};
    if (!store(call, key, span)) return;
    fake_key_find(call->db, call->args[1])->text = true;
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "incrbyfloat", call->args[1]);
    fake_reply_bulk(call->out, span);
}
