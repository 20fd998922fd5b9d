#include "fakes/redis/engine/pause.h"

#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/table/command_list.h"

static bool writes(const struct fake_redis_session *session, const struct fake_command *command,
                   const struct fl_span *args)
{
    if (command->flags & FAKE_CMD_WRITE) return true;
    if (fake_states_may_replicate(session->engine, command, args)) return true;
    if (strcmp(command->name, "exec") != 0) return false;
    for (const struct fake_queued *q = session->first_queued; q; q = q->next)
        if (writes(session, q->command, q->args)) return true;
    return false;
}

static void end(struct fake_redis *engine)
{
    struct fake_redis_session *session;
    engine->pause.kind = FAKE_PAUSE_NONE;
    while ((session = engine->pause.first)) {
        fake_pause_leave(session);
        fake_wakeup(session, FAKE_WAKEUP_UNBLOCKED);
    }
}

void fake_pause_expire(struct fake_redis *engine)
{
    if (engine->pause.kind && engine->now_us >= engine->pause.until_us) end(engine);
}

bool fake_pause_postpones(struct fake_redis_session *session, const struct fake_command *command,
                          const struct fl_span *args)
{
    struct fake_pause *pause = &session->engine->pause;
    fake_pause_expire(session->engine);
    if (pause->kind == FAKE_PAUSE_NONE || session->monitors) return false;
    if (strcmp(command->name, "quit") == 0) return false;
    if (pause->kind == FAKE_PAUSE_WRITES && !writes(session, command, args)) return false;
    session->is_postponed = true;
    session->next_postponed = NULL;
    *(pause->last ? &pause->last->next_postponed : &pause->first) = session;
    pause->last = session;
    return true;
}

void fake_pause_leave(struct fake_redis_session *session)
{
    struct fake_pause *pause = &session->engine->pause;
    struct fake_redis_session *before = NULL;
    if (!session->is_postponed) return;
    for (struct fake_redis_session *s = pause->first; s != session; s = s->next_postponed)
        before = s;
    *(before ? &before->next_postponed : &pause->first) = session->next_postponed;
    if (pause->last == session) pause->last = before;
    session->is_postponed = false;
}

/* A second pause makes neither the time nor what waits less. */
void fake_cmd_client_pause(struct fake_call *call)
{
    struct fake_pause *pause = &call->engine->pause;
    enum fake_pause_kind kind = FAKE_PAUSE_ALL;
    int64_t timeout_ms, until_us;
    if (call->count > 4) {
        fake_reply_errorf(call->out,
                          "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                          "CLIENT HELP.",
                          (int)(call->args[1].length & 0x7f), call->args[1].bytes);
        return;
    }
    if (call->count == 4 && fake_arg_is(call->args[3], "write")) {
        kind = FAKE_PAUSE_WRITES;
    } else if (call->count == 4 && !fake_arg_is(call->args[3], "all")) {
        fake_reply_error(call->out, "ERR CLIENT PAUSE mode must be WRITE or ALL");
        return;
    }
    if (!fake_call_int_range(call, call->args[2], INT64_MIN, INT64_MAX,
                             "ERR timeout is not an integer or out of range", &timeout_ms))
        return;
    if (timeout_ms < 0) {
        fake_reply_error(call->out, "ERR timeout is negative");
        return;
    }
    if (__builtin_mul_overflow(timeout_ms, 1000, &until_us) ||
        __builtin_add_overflow(until_us, call->engine->now_us, &until_us))
        until_us = FL_NEVER_US;
    fake_pause_expire(call->engine);
    if (kind > pause->kind) pause->kind = kind;
    if (until_us > pause->until_us) pause->until_us = until_us;
    fake_reply_ok(call->out);
}

void fake_cmd_client_unpause(struct fake_call *call)
{
    end(call->engine);
    call->engine->pause.until_us = 0;
    fake_reply_ok(call->out);
}
