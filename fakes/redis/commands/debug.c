/* DEBUG: for tests of a server, and of clients. What looks into Redis's own structures is not here.
 */
#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/commands/object.h"
#include "fakes/redis/commands/string_values.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/slowlog.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

/* ---- DEBUG SLEEP ---- */

/* What strtod takes; anything else is no time at all, as it is there. */
static int64_t parse_us(struct fl_span text)
{
    double seconds;
    if (!fake_double_parse(text, &seconds) || seconds <= 0) return 0;
    return seconds < 1e9 ? (int64_t)(seconds * 1e6) : INT64_C(1000000000) * 1000000;
}

/* The embedder lets the clock go on; nobody else is served meanwhile. */
static void debug_sleep(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    const struct fake_redis_hooks *hooks = &engine->options.hooks;
    int64_t before_us = engine->now_us;
    if (hooks->on_sleep) hooks->on_sleep(hooks->context, parse_us(call->args[2]));
    fake_engine_read_clock(engine);
    int64_t slept_us = engine->now_us - before_us;
    if (slept_us > 0) {
        fake_slowlog_add(call->session, call->command, call->args, call->count, slept_us);
        fake_latency_add(engine, slept_us);
    }
    fake_reply_ok(call->out);
}

/* ---- DEBUG PROTOCOL: a reply of each kind ---- */

static void reply_three(struct fake_call *call)
{
    for (int i = 0; i < 3; i++)
        fake_reply_int(call->out, i);
}

static void reply_of_protocol3(struct fake_call *call, struct fl_span kind)
{
    struct fake_out *out = call->out;
    if (fake_arg_is(kind, "attrib")) {
        if (out->resp3) {
            fake_out_append(out, "|1\r\n", 4);
            fake_reply_bulk_text(out, "key-popularity");
            fake_reply_array(out, 2);
            fake_reply_bulk_text(out, "key:123");
            fake_reply_int(out, 90);
        }
        fake_reply_bulk_text(out, "Some real reply following the attribute");
    } else if (fake_arg_is(kind, "push") && !out->resp3) {
        fake_reply_error(out, "ERR RESP2 is not supported by this command");
    } else if (fake_arg_is(kind, "push")) {
        fake_reply_push(out, 2);
        fake_reply_bulk_text(out, "server-cpu-usage");
        fake_reply_int(out, 42);
        fake_reply_bulk_text(out, "Some real reply following the push reply");
    } else {
        fake_reply_error(out,
                         "ERR Wrong protocol type name. Please use one of the following: "
                         "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|"
                         "true|false");
    }
}

static void debug_protocol(struct fake_call *call)
{
    struct fl_span kind = call->args[2];
    struct fake_out *out = call->out;
    if (fake_arg_is(kind, "string")) {
        fake_reply_bulk_text(out, "Hello World");
    } else if (fake_arg_is(kind, "integer")) {
        fake_reply_int(out, 12345);
    } else if (fake_arg_is(kind, "double")) {
        struct fl_span number = FL_SPAN("3.141");
        if (out->resp3)
            fake_out_append(out, ",3.141\r\n", 8);
        else
            fake_reply_bulk(out, number);
    } else if (fake_arg_is(kind, "bignum")) {
        static const char big[] = "1234567999999999999999999999999999999";
        if (out->resp3)
            fake_out_append(out, "(1234567999999999999999999999999999999\r\n", strlen(big) + 3);
        else
            fake_reply_bulk_text(out, big);
    } else if (fake_arg_is(kind, "null")) {
        fake_reply_nil(out);
    } else if (fake_arg_is(kind, "array")) {
        fake_reply_array(out, 3);
        reply_three(call);
    } else if (fake_arg_is(kind, "set")) {
        fake_reply_set(out, 3);
        reply_three(call);
    } else if (fake_arg_is(kind, "map")) {
        fake_reply_map(out, 3);
        for (int i = 0; i < 3; i++) {
            fake_reply_int(out, i);
            fake_reply_bool(out, i == 1);
        }
    } else if (fake_arg_is(kind, "verbatim")) {
        fake_reply_text(out, FL_SPAN("This is a verbatim\nstring"));
    } else if (fake_arg_is(kind, "true") || fake_arg_is(kind, "false")) {
        fake_reply_bool(out, fake_arg_is(kind, "true"));
    } else {
        reply_of_protocol3(call, kind);
    }
}

/* ---- the others ---- */

static void debug_error(struct fake_call *call)
{
    fake_reply_error_span(call->out, call->args[2]);
}

static void debug_object(struct fake_call *call)
{
    const struct fake_redis_key *key = fake_key_look(call->db, call->args[2]);
    if (!key) {
        fake_reply_error(call->out, "ERR no such key");
        return;
    }
    char text[200];
    int64_t now_s = call->engine->now_us / 1000000;
    snprintf(text, sizeof(text),
             "Value at:0x0 refcount:1 encoding:%s serializedlength:%zu lru:%lld lru_seconds_idle:0",
             fake_object_encoding(key), fake_key_length(key) + 1, (long long)(now_s & 0xffffff));
    fake_reply_status(call->out, text);
}

static void debug_set_active_expire(struct fake_call *call)
{
    call->engine->keeps_dead_keys = fl_span_is(call->args[2], "0");
    fake_reply_ok(call->out);
}

/* Saved and read again, which only the dead do not survive. */
static void debug_reload(struct fake_call *call)
{
    for (size_t i = 2; i < call->count; i++)
        if (!fake_arg_is(call->args[i], "merge") && !fake_arg_is(call->args[i], "noflush") &&
            !fake_arg_is(call->args[i], "nosave")) {
            fake_reply_error(call->out, "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and "
                                        "NOSAVE options.");
            return;
        }
    bool keeps_dead_keys = call->engine->keeps_dead_keys;
    call->engine->keeps_dead_keys = false;
    for (unsigned i = 0; i < FAKE_REDIS_DATABASES; i++)
        fake_database_expire(&call->engine->databases[i]);
    call->engine->keeps_dead_keys = keeps_dead_keys;
    fake_reply_ok(call->out);
}

/* key:0 with value:0 and so on, filled up to a size with zeros; what is there stays. */
static void debug_populate(struct fake_call *call)
{
    enum { COUNT_MAX = 10 * 1000 * 1000, NAME_BYTES = 256 };
    int64_t count, size = 0;
    struct fl_span prefix = call->count > 3 ? call->args[3] : FL_SPAN("key");
    static const char error[] = "ERR value is out of range, must be positive";
    if (!fake_call_int_range(call, call->args[2], 0, COUNT_MAX, error, &count)) return;
    if (call->count > 4 &&
        !fake_call_int_range(call, call->args[4], 0, FAKE_REDIS_BULK_BYTES_MAX, error, &size))
        return;
    for (int64_t i = 0; i < count; i++) {
        char name[NAME_BYTES], value[32];
        int length = snprintf(name, sizeof(name), "%.*s:%lld", (int)(prefix.length & 0x7f),
                              prefix.bytes, (long long)i);
        struct fl_span key = {name, (size_t)length};
        struct fl_span text = {value,
                               (size_t)snprintf(value, sizeof(value), "value:%lld", (long long)i)};
        if (fake_key_find(call->db, key)) continue;
        if (size && text.length > (size_t)size) text.length = (size_t)size;
        if (!fake_string_store(call, key, text)) return;
        struct fake_redis_key *stored;
        if (size && !fake_string_extend(call, key, (size_t)size, &stored)) return;
    }
    fake_reply_ok(call->out);
}

static void debug_ok(struct fake_call *call)
{
    fake_reply_ok(call->out);
}

static void debug_unsupported(struct fake_call *call)
{
    fake_reply_errorf(call->out, "ERR the fake does not implement 'debug %.*s' yet",
                      (int)(call->args[1].length & 0x7f), call->args[1].bytes);
}

static const struct {
    const char *name;
    size_t least, most; /* arguments, with DEBUG and the name */
    void (*run)(struct fake_call *call);
} subcommands[] = {
    {"aof-flush-sleep", 3, 3, debug_ok},
    {"change-repl-id", 2, 2, debug_ok},
    {"digest", 2, 2, debug_unsupported},
    {"digest-value", 2, SIZE_MAX, debug_unsupported},
    {"error", 3, 3, debug_error},
    {"htstats", 3, 3, debug_unsupported},
    {"htstats-key", 3, 3, debug_unsupported},
    {"listpack", 3, 3, debug_unsupported},
    {"loadaof", 2, 2, debug_ok},
    {"log", 3, 3, debug_ok},
    {"mallctl", 3, 4, debug_unsupported},
    {"mallctl-str", 3, 4, debug_unsupported},
    {"object", 3, 4, debug_object},
    {"oom", 2, 2, debug_unsupported},
    {"panic", 2, 2, debug_unsupported},
    {"pause-cron", 3, 3, debug_ok},
    {"populate", 3, 5, debug_populate},
    {"protocol", 3, 3, debug_protocol},
    {"quicklist", 3, 4, debug_unsupported},
    {"quicklist-packed-threshold", 3, 3, debug_ok},
    {"reload", 2, SIZE_MAX, debug_reload},
    {"replicate", 3, SIZE_MAX, debug_unsupported},
    {"replybuffer", 3, 4, debug_ok},
    {"restart", 2, 3, debug_unsupported},
    {"sdslen", 3, 3, debug_unsupported},
    {"segfault", 2, 2, debug_unsupported},
    {"set-active-expire", 3, 3, debug_set_active_expire},
    {"set-disable-deny-scripts", 3, 3, debug_unsupported},
    {"set-skip-checksum-validation", 3, 3, debug_ok},
    {"sleep", 3, 3, debug_sleep},
    {"stringmatch-test", 2, 2, debug_unsupported},
    {"structsize", 2, 2, debug_unsupported},
};

static void reply_help(struct fake_call *call)
{
    fake_reply_array(call->out, FL_COUNT(subcommands) + 1);
    fake_reply_status(call->out, "DEBUG <subcommand> [<arg> ...], with one of:");
    for (size_t i = 0; i < FL_COUNT(subcommands); i++)
        fake_reply_status(call->out, subcommands[i].name);
}

void fake_cmd_debug(struct fake_call *call)
{
    if (!call->engine->options.allows_debug) {
        fake_reply_error(
            call->out,
            "ERR DEBUG command not allowed. If the enable-debug-command option is set to "
            "\"local\", you can run it from a local connection, otherwise you need to set this "
            "option in the configuration file, and then restart the server.");
        return;
    }
    if (call->count == 2 && fake_arg_is(call->args[1], "help")) {
        reply_help(call);
        return;
    }
    for (size_t i = 0; i < FL_COUNT(subcommands); i++) {
        if (!fake_arg_is(call->args[1], subcommands[i].name)) continue;
        if (call->count < subcommands[i].least || call->count > subcommands[i].most) break;
        subcommands[i].run(call);
        return;
    }
    fake_reply_errorf(call->out,
                      "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try DEBUG "
                      "HELP.",
                      (int)(call->args[1].length & 0x7f), call->args[1].bytes);
}
