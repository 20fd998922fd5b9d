/* CLIENT and its subcommands. */
#include "fakes/redis/client.h"
#include "fakes/redis/acl_check.h"

#include <stdio.h>

#include "fakes/redis/blocking.h"
#include "fakes/redis/command_list.h"
#include "fakes/redis/number.h"
#include "fakes/redis/session.h"

static bool is_client_name(struct fl_span name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] < '!' || name.bytes[i] > '~') return false;
    return true;
}

bool fake_client_set_name(struct fake_call *call, struct fl_span name)
{
    struct fake_redis_session *session = call->session;
    if (!is_client_name(name)) {
        fake_reply_error(call->out,
                         "ERR Client names cannot contain spaces, newlines or special characters.");
        return false;
    }
    struct fake_str *copy = name.length ? fake_str_new(fake_call_heap(call), name) : NULL;
    if (name.length && !copy) {
        fake_call_oom(call);
        return false;
    }
    fake_str_free(fake_call_heap(call), session->client_name);
    session->client_name = copy;
    return true;
}

void fake_cmd_client_id(struct fake_call *call)
{
    fake_reply_int(call->out, (int64_t)call->session->id);
}

void fake_cmd_client_getname(struct fake_call *call)
{
    if (call->session->client_name)
        fake_reply_bulk(call->out, fake_str_span(call->session->client_name));
    else
        fake_reply_nil(call->out);
}

void fake_cmd_client_setname(struct fake_call *call)
{
    if (fake_client_set_name(call, call->args[2])) fake_reply_ok(call->out);
}

/* Came with Redis 7.2; before, it was an unknown subcommand. */
void fake_cmd_client_setinfo(struct fake_call *call)
{
    bool is_version = fake_arg_is(call->args[2], "lib-ver");
    if (!is_version && !fake_arg_is(call->args[2], "lib-name"))
        fake_reply_errorf(call->out, "ERR Unrecognized option '%.*s'",
                          (int)(call->args[2].length & 0x3ff), call->args[2].bytes);
    else if (!is_client_name(call->args[3]))
        fake_reply_errorf(call->out,
                          "ERR %s cannot contain spaces, newlines or special characters.",
                          is_version ? "lib-ver" : "lib-name");
    else
        fake_reply_ok(call->out);
}

void fake_cmd_client_switch(struct fake_call *call)
{
    if (fake_arg_is(call->args[2], "on") || fake_arg_is(call->args[2], "off"))
        fake_reply_ok(call->out);
    else
        fake_call_syntax_error(call);
}

/* The fields that clients read (id, addr, name, db, cmd), in the place where Redis has them. */
void fake_client_describe(struct fake_out *out, const struct fake_redis_session *session)
{
    char line[512];
    struct fl_span name =
        session->client_name ? fake_str_span(session->client_name) : (struct fl_span){"", 0};
    if (name.length > 128) name.length = 128;
    const struct fake_acl_user *known = fake_acl_user_of(session);
    struct fl_span user = known ? fake_str_span(known->name) : FL_SPAN("default");
    if (user.length > 64) user.length = 64;
    int multi = session->in_multi ? (int)session->queued_count : -1;
    const char *flags = session->block ? "b" : session->in_multi ? "x" : "N";
    const char *command = session->last_command ? session->last_command->name : "NULL";
    int length = snprintf(line, sizeof(line),
                          "id=%llu addr=127.0.0.1:%u laddr=127.0.0.1:6379 fd=%u name=%.*s age=0 "
                          "idle=0 flags=%s db=%u "
                          "sub=0 psub=0 ssub=0 multi=%d qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 "
                          "rbs=1024 rbp=0 obl=0 "
                          "oll=0 omem=0 tot-mem=0 events=r cmd=%s user=%.*s redir=-1 resp=%d\n",
                          (unsigned long long)session->id, (unsigned)(40000 + session->id % 20000),
                          (unsigned)(8 + session->id), FL_SPAN_ARGS(name), flags, session->db,
                          multi, command, FL_SPAN_ARGS(user), session->output.resp3 ? 3 : 2);
    fake_out_append(out, line, (size_t)length);
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

static bool is_listed(const struct fake_call *call, const struct fake_redis_session *session)
{
    int64_t id;
    for (size_t i = 3; i < call->count; i++)
        if (fake_int_parse(call->args[i], &id) && id == (int64_t)session->id) return true;
    return call->count == 2;
}

void fake_cmd_client_list(struct fake_call *call)
{
    struct fake_out text = {0};
    int64_t id;
    bool by_type = call->count == 4 && fake_arg_is(call->args[2], "type");
    if (call->count > 2 && !by_type && (call->count == 3 || !fake_arg_is(call->args[2], "id"))) {
        fake_call_syntax_error(call);
        return;
    }
    static const char *const types[] = {"normal", "master", "replica", "slave", "pubsub"};
    size_t type = 0;
    while (by_type && type < 5 && !fake_arg_is(call->args[3], types[type]))
        type++;
    if (type == 5) {
        fake_reply_errorf(call->out, "ERR Unknown client type '%.*s'",
                          (int)(call->args[3].length & 0x3ff), call->args[3].bytes);
        return;
    }
    for (size_t i = 3; !by_type && i < call->count; i++)
        if (!fake_call_int_range(call, call->args[i], 1, INT64_MAX, "ERR Invalid client ID", &id))
            return;
    const struct fake_redis_session *session = call->engine->first_session;
    for (; session && type == 0; session = session->next)
        if (by_type || is_listed(call, session)) fake_client_describe(&text, session);
    reply_text(call, &text);
}

void fake_cmd_client_unblock(struct fake_call *call)
{
    int64_t id;
    bool error = call->count == 4 && fake_arg_is(call->args[3], "error");
    if (call->count > 3 && !error && !(call->count == 4 && fake_arg_is(call->args[3], "timeout"))) {
        fake_reply_error(call->out, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        return;
    }
    if (!fake_call_int(call, call->args[2], &id)) return;
    struct fake_redis_session *session = call->engine->first_blocked;
    while (session && (int64_t)session->id != id)
        session = session->next_blocked;
    if (session)
        fake_blocking_interrupt(session,
                                error ? "UNBLOCKED client unblocked via CLIENT UNBLOCK" : NULL);
    fake_reply_int(call->out, session != NULL);
}
