/* CLIENT LIST and CLIENT INFO: one line for a client. What depends on how a server manages memory
 * and sockets is 0 here. */
#include <stdio.h>

#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

enum {
    FIRST_PORT = 40000,
    PORTS = 20000,
    FIRST_DESCRIPTOR = 8,
    NAME_BYTES_SHOWN = 4096,
    FLAGS_MAX = 16,
};

const char *fake_client_address(const struct fake_redis_session *session,
                                char buffer[static FAKE_CLIENT_ADDRESS_BYTES])
{
    if (strchr(session->name, ':')) return session->name;
    snprintf(buffer, FAKE_CLIENT_ADDRESS_BYTES, "127.0.0.1:%u",
             (unsigned)(FIRST_PORT + session->id % PORTS));
    return buffer;
}

enum fake_client_type fake_client_type(const struct fake_redis_session *session)
{
    return session->subscription_count ? FAKE_CLIENT_PUBSUB : FAKE_CLIENT_NORMAL;
}

bool fake_client_parse_type(struct fake_call *call, struct fl_span name,
                            enum fake_client_type *ret_type)
{
    static const struct {
        const char *name;
        enum fake_client_type type;
    } types[] = {{"normal", FAKE_CLIENT_NORMAL},
                 {"master", FAKE_CLIENT_MASTER},
                 {"replica", FAKE_CLIENT_REPLICA},
                 {"slave", FAKE_CLIENT_REPLICA},
                 {"pubsub", FAKE_CLIENT_PUBSUB}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!fake_arg_is(name, types[i].name)) continue;
        *ret_type = types[i].type;
        return true;
    }
    fake_reply_errorf(call->out, "ERR Unknown client type '%.*s'", (int)(name.length & 0x3ff),
                      name.bytes);
    return false;
}

/* ---- the line ---- */

/* EXEC's commands see themselves as still queued. */
static size_t commands_in_multi(const struct fake_redis_session *session)
{
    return session->in_multi ? session->queued_count : session->executing_count;
}

static bool is_in_multi(const struct fake_redis_session *session)
{
    return session->in_multi || session->executing_count;
}

static void describe_flags(const struct fake_redis_session *session, char flags[static FLAGS_MAX])
{
    const struct {
        char letter;
        bool is_set;
    } all[] = {
        {'O', session->monitors},
        {'P', session->subscription_count > 0},
        {'x', is_in_multi(session)},
        {'b', session->block || session->is_postponed},
        {'t', session->caching},
        {'R', session->caching && session->caching->is_broken},
        {'B', session->caching && (session->caching->flags & FAKE_CACHING_BCAST)},
        {'d', session->watch_fired},
        {'c', session->closed},
        {'u', session->wakeups[FAKE_WAKEUP_UNBLOCKED].is_taken},
        {'e', session->stays},
    };
    size_t length = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].is_set) flags[length++] = all[i].letter;
    if (!length) flags[length++] = 'N';
    flags[length] = '\0';
}

__attribute__((format(printf, 2, 3))) static void append(struct fake_out *out, const char *format,
                                                         ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fake_out_append(out, text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
}

static void append_str(struct fake_out *out, const char *field, const struct fake_str *value)
{
    append(out, "%s", field);
    if (value) fake_out_append(out, value->bytes, value->length);
}

static long long seconds_since(const struct fake_redis_session *session, int64_t when_us)
{
    int64_t passed_us = session->engine->now_us - when_us;
    return passed_us > 0 ? passed_us / 1000000 : 0;
}

void fake_client_describe(struct fake_out *out, const struct fake_redis_session *session)
{
    char address[FAKE_CLIENT_ADDRESS_BYTES], flags[FLAGS_MAX];
    const struct fake_acl_user *user = fake_acl_user_of(session);
    bool shards = fake_engine_has(session->engine, FAKE_FEATURE_SUBCOMMAND_ROWS);
    describe_flags(session, flags);
    append(out, "id=%llu addr=", (unsigned long long)session->id);
    append(out, "%s laddr=127.0.0.1:6379 fd=%llu", fake_client_address(session, address),
           (unsigned long long)(FIRST_DESCRIPTOR + session->id));
    append_str(out, " name=", session->client_name);
    append(out, " age=%lld idle=%lld flags=%s db=%u sub=%u psub=%u",
           seconds_since(session, session->opened_us), seconds_since(session, session->active_us),
           flags, session->db, session->subscribed[FAKE_TOPIC_CHANNEL].count,
           session->subscribed[FAKE_TOPIC_PATTERN].count);
    if (shards) append(out, " ssub=%u", session->subscribed[FAKE_TOPIC_SHARD].count);
    append(out, " multi=%lld qbuf=0 qbuf-free=0 argv-mem=0",
           is_in_multi(session) ? (long long)commands_in_multi(session) : -1);
    if (shards) append(out, " multi-mem=0 rbs=1024 rbp=0");
    append(out, " obl=0 oll=0 omem=0 tot-mem=0 events=r cmd=%s",
           session->last_command ? session->last_command->name : "NULL");
    append_str(out, " user=", user ? user->name : NULL);
    if (!user) append(out, "default");
    append(out, " redir=%lld", (long long)fake_caching_redirect(session));
    if (shards) append(out, " resp=%d", session->output.resp3 ? 3 : 2);
    if (fake_engine_has(session->engine, FAKE_FEATURE_CLIENT_LIBRARIES)) {
        append_str(out, " lib-name=", session->library_name);
        append_str(out, " lib-ver=", session->library_version);
    }
    append(out, "\n");
}

static void reply_text(struct fake_call *call, struct fake_out *text)
{
    fake_reply_text(call->out, (struct fl_span){text->bytes, text->length});
    call->out->broken |= text->broken;
    fake_out_release(text);
}

void fake_cmd_client_info(struct fake_call *call)
{
    struct fake_out text = {0};
    fake_client_describe(&text, call->session);
    reply_text(call, &text);
}

static void list_type(struct fake_call *call, struct fake_out *text)
{
    enum fake_client_type type = FAKE_CLIENT_NORMAL;
    if (call->count > 2 && !fake_client_parse_type(call, call->args[3], &type)) return;
    const struct fake_redis_session *session = call->engine->first_session;
    for (; session; session = session->next)
        if (!fake_redis_closed(session) && (call->count == 2 || fake_client_type(session) == type))
            fake_client_describe(text, session);
    reply_text(call, text);
}

/* In the order in which they are asked for. */
static void list_ids(struct fake_call *call, struct fake_out *text)
{
    int64_t id;
    for (size_t i = 3; i < call->count; i++)
        if (!fake_call_int_range(call, call->args[i], INT64_MIN, INT64_MAX, "ERR Invalid client ID",
                                 &id))
            return;
    for (size_t i = 3; i < call->count; i++) {
        (void)fake_int_parse(call->args[i], &id);
        const struct fake_redis_session *session = fake_client_find(call->engine, id);
        if (session) fake_client_describe(text, session);
    }
    reply_text(call, text);
}

void fake_cmd_client_list(struct fake_call *call)
{
    struct fake_out text = {0};
    if (call->count == 2 || (call->count == 4 && fake_arg_is(call->args[2], "type")))
        list_type(call, &text);
    else if (call->count > 3 && fake_arg_is(call->args[2], "id"))
        list_ids(call, &text);
    else
        fake_call_syntax_error(call);
}
