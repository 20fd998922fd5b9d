/* CLIENT KILL: the old form with an address, and the one with filters. */
#include "fakes/redis/acl/acl.h"
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"

struct filters {
    int64_t id; /* 0: any */
    const struct fl_span *address, *local_address, *user;
    bool has_type, skips_me;
    enum fake_client_type type;
};

static bool is_known_user(struct fake_call *call, struct fl_span name)
{
    bool is_default = fl_span_is(name, "default");
    if (is_default || fake_acl_find(call->engine, name)) return true;
    fake_reply_errorf(call->out, "ERR No such user '%.*s'", (int)(name.length & 0x3ff), name.bytes);
    return false;
}

static bool parse_skip(struct fake_call *call, struct fl_span value, struct filters *filters)
{
    filters->skips_me = fake_arg_is(value, "yes");
    if (filters->skips_me || fake_arg_is(value, "no")) return true;
    fake_call_syntax_error(call);
    return false;
}

/* One filter with its value. False: an error was written. */
static bool parse_filter(struct fake_call *call, size_t i, struct filters *filters)
{
    struct fl_span word = call->args[i];
    const struct fl_span *value = &call->args[i + 1];
    if (fake_arg_is(word, "id"))
        return fake_call_int_range(call, *value, 1, INT64_MAX,
                                   "ERR client-id should be greater than 0", &filters->id);
    if (fake_arg_is(word, "type")) {
        filters->has_type = true;
        return fake_client_parse_type(call, *value, &filters->type);
    }
    if (fake_arg_is(word, "user")) {
        filters->user = value;
        return is_known_user(call, *value);
    }
    if (fake_arg_is(word, "skipme")) return parse_skip(call, *value, filters);
    if (fake_arg_is(word, "addr"))
        filters->address = value;
    else if (fake_arg_is(word, "laddr"))
        filters->local_address = value;
    else
        fake_call_syntax_error(call);
    return filters->address == value || filters->local_address == value;
}

static bool parse_filters(struct fake_call *call, struct filters *filters)
{
    *filters = (struct filters){.skips_me = true};
    if (call->count % 2) {
        fake_call_syntax_error(call);
        return false;
    }
    for (size_t i = 2; i < call->count; i += 2)
        if (!parse_filter(call, i, filters)) return false;
    return true;
}

static bool is_of_user(const struct fake_redis_session *session, struct fl_span name)
{
    const struct fake_acl_user *user = fake_acl_user_of(session);
    return fl_span_equal(user ? fake_str_span(user->name) : FL_SPAN("default"), name);
}

static bool matches(const struct fake_redis_session *session, const struct filters *filters)
{
    char address[FAKE_CLIENT_ADDRESS_BYTES];
    if (fake_redis_closed(session)) return false;
    if (filters->id && (int64_t)session->id != filters->id) return false;
    if (filters->address && !fl_span_is(*filters->address, fake_client_address(session, address)))
        return false;
    if (filters->local_address && !fl_span_is(*filters->local_address, "127.0.0.1:6379"))
        return false;
    if (filters->has_type && fake_client_type(session) != filters->type) return false;
    return !filters->user || is_of_user(session, *filters->user);
}

static int64_t kill_matching(struct fake_call *call, const struct filters *filters)
{
    int64_t killed = 0;
    bool myself = false;
    struct fake_redis_session *session = call->engine->first_session;
    for (; session; session = session->next) {
        if (!matches(session, filters)) continue;
        if (session == call->session && filters->skips_me) continue;
        killed++;
        if (session == call->session)
            myself = true; /* once it is answered */
        else
            fake_session_hang_up(session, FAKE_HANG_UP_AT_ONCE);
    }
    call->session->closed |= myself;
    return killed;
}

void fake_cmd_client_kill(struct fake_call *call)
{
    struct filters filters;
    bool is_old_form = call->count == 3;
    if (is_old_form)
        filters = (struct filters){.address = &call->args[2]};
    else if (!parse_filters(call, &filters))
        return;
    int64_t killed = kill_matching(call, &filters);
    if (!is_old_form)
        fake_reply_int(call->out, killed);
    else if (killed)
        fake_reply_ok(call->out);
    else
        fake_reply_error(call->out, "ERR No such client");
    call->out->muted |= call->session->closed; /* EXEC goes on, and is not heard */
}
