/* CLIENT and its subcommands. */
#include "fakes/redis/engine/client.h"

#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

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
    struct fake_redis_session *session = call->session;
    struct fl_span value = call->args[3];
    bool is_version = fake_arg_is(call->args[2], "lib-ver");
    if (!is_version && !fake_arg_is(call->args[2], "lib-name")) {
        fake_reply_errorf(call->out, "ERR Unrecognized option '%.*s'",
                          (int)(call->args[2].length & 0x3ff), call->args[2].bytes);
        return;
    }
    if (!is_client_name(value)) {
        fake_reply_errorf(call->out,
                          "ERR %s cannot contain spaces, newlines or special characters.",
                          is_version ? "lib-ver" : "lib-name");
        return;
    }
    struct fake_str *copy = value.length ? fake_str_new(fake_call_heap(call), value) : NULL;
    if (value.length && !copy) {
        fake_call_oom(call);
        return;
    }
    struct fake_str **place = is_version ? &session->library_version : &session->library_name;
    fake_str_free(fake_call_heap(call), *place);
    *place = copy;
    fake_reply_ok(call->out);
}

/* False: a syntax error was answered. */
static bool parse_switch(struct fake_call *call, bool *ret_on)
{
    *ret_on = fake_arg_is(call->args[2], "on");
    if (*ret_on || fake_arg_is(call->args[2], "off")) return true;
    fake_call_syntax_error(call);
    return false;
}

/* Shown by CLIENT LIST; no client is ever evicted here. */
void fake_cmd_client_no_evict(struct fake_call *call)
{
    bool on;
    if (!parse_switch(call, &on)) return;
    call->session->stays = on;
    fake_reply_ok(call->out);
}

/* Accepted; idle times are kept all the same. */
void fake_cmd_client_no_touch(struct fake_call *call)
{
    bool on;
    if (parse_switch(call, &on)) fake_reply_ok(call->out);
}

struct fake_redis_session *fake_client_find(const struct fake_redis *engine, int64_t id)
{
    struct fake_redis_session *session = engine->first_session;
    while (session && (int64_t)session->id != id)
        session = session->next;
    return session && !fake_redis_closed(session) ? session : NULL;
}

/* ---- REPLY: what it switches off is dropped where it is written (out.h) ---- */

void fake_cmd_client_reply(struct fake_call *call)
{
    struct fake_redis_session *session = call->session;
    if (fake_arg_is(call->args[2], "on")) {
        session->is_silent = session->skips_next = false;
        call->out->muted = false;
        fake_reply_ok(call->out);
    } else if (fake_arg_is(call->args[2], "off")) {
        session->is_silent = call->out->muted = true;
    } else if (fake_arg_is(call->args[2], "skip")) {
        if (!session->is_silent) session->skips_next = true;
    } else {
        fake_call_syntax_error(call);
    }
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
