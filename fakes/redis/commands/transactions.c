/* MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/engine/watch.h"
#include "fakes/redis/table/command_list.h"

static struct fake_queued *copy_command(struct fake_heap *heap, const struct fake_command *command,
                                        const struct fl_span *args, size_t count)
{
    size_t bytes = sizeof(struct fake_queued) + count * sizeof(*args);
    for (size_t i = 0; i < count; i++)
        bytes += args[i].length;
    struct fake_queued *queued = fake_alloc(heap, bytes);
    if (!queued) return NULL;
    *queued = (struct fake_queued){.command = command, .bytes = bytes, .count = count};
    char *text = (char *)(queued->args + count);
    for (size_t i = 0; i < count; i++) {
        queued->args[i] = (struct fl_span){text, args[i].length};
        if (args[i].length) memcpy(text, args[i].bytes, args[i].length);
        text += args[i].length;
    }
    return queued;
}

void fake_transaction_queue(struct fake_redis_session *session, const struct fake_command *command,
                            const struct fl_span *args, size_t count)
{
    struct fake_queued *queued = NULL;
    if (session->abort_exec || session->watch_fired) { /* it will never run */
        fake_reply_status(&session->output, "QUEUED");
        return;
    }
    if (session->queued_count < FAKE_REDIS_QUEUED_MAX)
        queued = copy_command(&session->engine->heap, command, args, count);
    if (!queued) {
        session->abort_exec = true;
        fake_reply_error(&session->output,
                         "OOM command not allowed when used memory > 'maxmemory'.");
        return;
    }
    unsigned flags = fake_states_flags(session->engine, command, args);
    *(session->last_queued ? &session->last_queued->next : &session->first_queued) = queued;
    session->last_queued = queued;
    session->queued_flags_all = session->queued_count ? session->queued_flags_all & flags : flags;
    session->queued_flags_any |= flags;
    session->queued_count++;
    fake_reply_status(&session->output, "QUEUED");
}

static void free_queue(struct fake_heap *heap, struct fake_queued *queued)
{
    while (queued) {
        struct fake_queued *next = queued->next;
        fake_release(heap, queued, queued->bytes);
        queued = next;
    }
}

void fake_transaction_discard(struct fake_redis_session *session)
{
    free_queue(&session->engine->heap, session->first_queued);
    session->first_queued = session->last_queued = NULL;
    session->queued_count = 0;
    session->queued_flags_any = session->queued_flags_all = 0;
    session->in_multi = session->abort_exec = false;
    fake_watch_clear(session);
}

void fake_transaction_abort(struct fake_redis_session *session, const char *error)
{
    fake_transaction_discard(session);
    fake_reply_errorf(&session->output, "EXECABORT Transaction discarded because of: %s", error);
}

void fake_cmd_multi(struct fake_call *call)
{
    if (call->session->in_multi) {
        fake_reply_error(call->out, "ERR MULTI calls can not be nested");
        return;
    }
    call->session->in_multi = true;
    call->session->abort_exec = false;
    fake_reply_ok(call->out);
}

void fake_cmd_discard(struct fake_call *call)
{
    if (!call->session->in_multi) {
        fake_reply_error(call->out, "ERR DISCARD without MULTI");
        return;
    }
    fake_transaction_discard(call->session);
    fake_reply_ok(call->out);
}

/* NULL: the user may still do what was allowed when it was queued. */
static const char *denial(struct fake_redis_session *session, const struct fake_queued *queued)
{
    switch (
        fake_acl_check(session, FAKE_ACL_IN_MULTI, queued->command, queued->args, queued->count)) {
    case FAKE_ACL_ALLOWED: return NULL;
    case FAKE_ACL_NO_COMMAND: return "no permission to execute the command or subcommand";
    case FAKE_ACL_NO_KEY: return "no permission to touch the specified keys";
    case FAKE_ACL_NO_CHANNEL:
        return "no permission to access one of the channels used as arguments";
    }
    return NULL;
}

static void run_queue(struct fake_call *call)
{
    struct fake_redis_session *session = call->session;
    struct fake_queued *first = session->first_queued;
    fake_reply_array(call->out, session->queued_count);
    session->first_queued = NULL; /* the list is ours while it runs */
    session->executing_count = session->queued_count;
    fake_transaction_discard(session);
    call->engine->in_transaction = true;
    for (struct fake_queued *queued = first; queued; queued = queued->next) {
        const char *why = call->engine->acl ? denial(session, queued) : NULL;
        if (why)
            fake_reply_errorf(call->out,
                              "NOPERM ACLs rules changed between the moment the transaction was "
                              "accumulated and the EXEC call. This command is no longer allowed "
                              "for the following reason: %s",
                              why);
        else
            fake_session_call(session, queued->command, queued->args, queued->count,
                              FAKE_REDIS_TRANSACTION);
    }
    call->engine->in_transaction = false;
    session->executing_count = 0;
    free_queue(&call->engine->heap, first);
}

void fake_cmd_exec(struct fake_call *call)
{
    struct fake_redis_session *session = call->session;
    if (!session->in_multi) {
        fake_reply_error(call->out, "ERR EXEC without MULTI");
        return;
    }
    fake_watch_expire(session);
    if (session->abort_exec) {
        fake_transaction_discard(session);
        fake_reply_error(call->out, "EXECABORT Transaction discarded because of previous errors.");
    } else if (session->watch_fired) {
        fake_transaction_discard(session);
        fake_reply_nil_array(call->out);
    } else {
        run_queue(call);
    }
}

void fake_cmd_watch(struct fake_call *call)
{
    if (call->session->in_multi) {
        fake_reply_error(call->out, "ERR WATCH inside MULTI is not allowed");
        return;
    }
    for (size_t i = 1; i < call->count; i++) {
        (void)fake_key_look(call->db, call->args[i]); /* what is dead already cannot fire */
        if (fake_watch_add(call->session, call->db, call->args[i])) continue;
        fake_call_oom(call);
        return;
    }
    fake_reply_ok(call->out);
}

void fake_cmd_unwatch(struct fake_call *call)
{
    fake_watch_clear(call->session);
    fake_reply_ok(call->out);
}
