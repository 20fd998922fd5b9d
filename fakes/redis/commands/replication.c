#include "fakes/redis/engine/replication.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/table/config.h"

static void follow_nobody(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    fake_str_free(&engine->heap, engine->master_host);
    engine->master_host = NULL;
    fake_replication_apply(engine);
    fake_reply_ok(call->out);
}

void fake_cmd_replicaof(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    enum { PORT_MAX = 65535 };
    int64_t port;
    if (fake_arg_is(call->args[1], "no") && fake_arg_is(call->args[2], "one")) {
        follow_nobody(call);
        return;
    }
    if (!fake_call_int_range(call, call->args[2], 0, PORT_MAX, "ERR Invalid master port", &port))
        return;
    bool is_same = engine->master_host && engine->master_port == (unsigned)port &&
                   fl_span_equal(fake_str_span(engine->master_host), call->args[1]);
    if (is_same) {
        fake_reply_status(call->out, "OK Already connected to specified master");
        return;
    }
    struct fake_str *host = fake_str_new(&engine->heap, call->args[1]);
    if (!host) {
        fake_call_oom(call);
        return;
    }
    fake_str_free(&engine->heap, engine->master_host);
    engine->master_host = host;
    engine->master_port = (unsigned)port;
    fake_replication_apply(engine);
    fake_reply_ok(call->out);
}

void fake_cmd_role(struct fake_call *call)
{
    const struct fake_redis *engine = call->engine;
    bool is_replica = engine->master_host || (engine->states & FAKE_REDIS_READONLY);
    fake_reply_array(call->out, is_replica ? 5 : 3);
    if (!is_replica) {
        fake_reply_bulk_text(call->out, "master");
        fake_reply_int(call->out, 0);
        fake_reply_array(call->out, 0);
        return;
    }
    struct fl_span host =
        engine->master_host ? fake_str_span(engine->master_host) : FL_SPAN("127.0.0.1");
    fake_reply_bulk_text(call->out, "slave");
    fake_reply_bulk(call->out, host);
    fake_reply_int(call->out, engine->master_host ? engine->master_port : 1);
    fake_reply_bulk_text(call->out, "connect");
    fake_reply_int(call->out, -1);
}

void fake_cmd_wait(struct fake_call *call)
{
    int64_t replicas, timeout_ms;
    if (call->engine->master_host) {
        fake_reply_error(call->out,
                         "ERR WAIT cannot be used with replica instances. Please also note that "
                         "since Redis 4.0 if a replica is configured to be writable (which is not "
                         "the default) writes to replicas are just local and are not propagated.");
        return;
    }
    if (!fake_call_int(call, call->args[1], &replicas)) return;
    if (!fake_call_int_range(call, call->args[2], INT64_MIN, INT64_MAX,
                             "ERR timeout is not an integer or out of range", &timeout_ms))
        return;
    if (timeout_ms < 0)
        fake_reply_error(call->out, "ERR timeout is negative");
    else
        fake_reply_int(call->out, 0);
}

/* There are no replicas to which it could hand over. */
void fake_cmd_failover(struct fake_call *call)
{
    int64_t number;
    if (call->count == 2 && fake_arg_is(call->args[1], "abort")) {
        fake_reply_error(call->out, "ERR No failover in progress.");
        return;
    }
    for (size_t i = 1; i < call->count; i++) {
        bool has_two = i + 2 < call->count, has_one = i + 1 < call->count;
        if (fake_arg_is(call->args[i], "timeout") && has_one) {
            if (!fake_call_int(call, call->args[i + 1], &number)) return;
            if (number <= 0) {
                fake_reply_error(call->out, "ERR FAILOVER timeout must be greater than 0");
                return;
            }
            i++;
        } else if (fake_arg_is(call->args[i], "to") && has_two) {
            if (!fake_call_int(call, call->args[i + 2], &number)) return;
            i += 2;
        } else if (!fake_arg_is(call->args[i], "force")) {
            fake_call_syntax_error(call);
            return;
        }
    }
    fake_reply_error(call->out, call->engine->master_host
                                    ? "ERR FAILOVER is not valid when server is a replica."
                                    : "ERR FAILOVER requires connected replicas.");
}

/* What replicas say of themselves is heard, and means nothing here. */
void fake_cmd_replconf(struct fake_call *call)
{
    if (call->count % 2 == 0)
        fake_call_syntax_error(call);
    else
        fake_reply_ok(call->out);
}
