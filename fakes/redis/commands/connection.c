/* Commands about the connection itself. */
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/monitor.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/watch.h"
#include "fakes/redis/table/command_list.h"

/* To a subscriber that speaks protocol 2 all that comes looks like a message. */
static void pong_as_message(struct fake_call *call)
{
    fake_reply_array(call->out, 2);
    fake_reply_bulk_text(call->out, "pong");
    fake_reply_bulk(call->out, call->count == 2 ? call->args[1] : (struct fl_span){"", 0});
}

void fake_cmd_ping(struct fake_call *call)
{
    if (call->count > 2)
        fake_reply_error(call->out, "ERR wrong number of arguments for 'ping' command");
    else if (call->session->subscription_count && !call->out->resp3)
        pong_as_message(call);
    else if (call->count == 2)
        fake_reply_bulk(call->out, call->args[1]);
    else
        fake_reply_status(call->out, "PONG");
}

void fake_cmd_echo(struct fake_call *call)
{
    fake_reply_bulk(call->out, call->args[1]);
}

void fake_cmd_select(struct fake_call *call)
{
    int64_t id;
    if (!fake_call_int_range(call, call->args[1], INT32_MIN, INT32_MAX, NULL, &id)) return;
    if (id < 0 || id >= FAKE_REDIS_DATABASES) {
        fake_reply_error(call->out, "ERR DB index is out of range");
        return;
    }
    call->session->db = (unsigned)id;
    fake_reply_ok(call->out);
}

void fake_cmd_quit(struct fake_call *call)
{
    fake_reply_ok(call->out);
    call->session->closed = true;
}

/* An HTTP request that somebody smuggled in: Redis hangs up without a word. */
void fake_cmd_hang_up(struct fake_call *call)
{
    call->session->closed = true;
}

void fake_cmd_reset(struct fake_call *call)
{
    struct fake_redis_session *session = call->session;
    fake_transaction_discard(session);
    fake_pubsub_leave(session);
    fake_monitor_leave(session);
    fake_caching_stop(session);
    session->db = 0;
    session->output.resp3 = false;
    if (session->is_silent) session->is_silent = session->output.muted = false;
    fake_str_free(fake_call_heap(call), session->client_name);
    session->client_name = NULL;
    fake_acl_greet(session);
    fake_reply_status(call->out, "RESET");
}

/* ---- who are you ---- */

static void reply_hello(struct fake_call *call)
{
    fake_reply_map(call->out, 7);
    fake_reply_bulk_text(call->out, "server");
    fake_reply_bulk_text(call->out, "redis");
    fake_reply_bulk_text(call->out, "version");
    fake_reply_bulk_text(call->out, call->engine->options.version);
    fake_reply_bulk_text(call->out, "proto");
    fake_reply_int(call->out, call->out->resp3 ? 3 : 2);
    fake_reply_bulk_text(call->out, "id");
    fake_reply_int(call->out, (int64_t)call->session->id);
    fake_reply_bulk_text(call->out, "mode");
    fake_reply_bulk_text(call->out, "standalone");
    fake_reply_bulk_text(call->out, "role");
    fake_reply_bulk_text(call->out,
                         call->engine->states & FAKE_REDIS_READONLY ? "replica" : "master");
    fake_reply_bulk_text(call->out, "modules");
    fake_reply_array(call->out, 0);
}

/* AUTH and SETNAME take effect in the order in which they stand, also when a later one fails.
 * False: an error was written. */
static bool apply_hello_options(struct fake_call *call)
{
    for (size_t i = 2; i < call->count; i++) {
        if (fake_arg_is(call->args[i], "auth") && i + 2 < call->count) {
            if (!fake_acl_authenticate(call->session, call->args[i + 1], call->args[i + 2])) {
                fake_reply_error(call->out,
                                 "WRONGPASS invalid username-password pair or user is disabled.");
                return false;
            }
            i += 2;
        } else if (fake_arg_is(call->args[i], "setname") && i + 1 < call->count) {
            if (!fake_client_set_name(call, call->args[++i])) return false;
        } else {
            fake_reply_errorf(call->out, "ERR Syntax error in HELLO option '%.*s'",
                              (int)(call->args[i].length & 0x3ff), call->args[i].bytes);
            return false;
        }
    }
    return true;
}

void fake_cmd_hello(struct fake_call *call)
{
    int64_t protocol = call->out->resp3 ? 3 : 2;
    if (call->count > 1 &&
        !fake_call_int_range(call, call->args[1], INT64_MIN, INT64_MAX,
                             "ERR Protocol version is not an integer or out of range", &protocol))
        return;
    if (protocol != 2 && protocol != 3) {
        fake_reply_error(call->out, "NOPROTO unsupported protocol version");
        return;
    }
    if (!apply_hello_options(call)) return;
    if (call->session->input.is_guest) {
        fake_reply_error(
            call->out, "NOAUTH HELLO must be called with the client already authenticated, "
                       "otherwise the HELLO AUTH <user> <pass> option can be used to authenticate "
                       "the client and select the RESP protocol version at the same time");
        return;
    }
    call->out->resp3 = protocol == 3;
    reply_hello(call);
}
