/* SAVE and its kin, and SHUTDOWN. Saving takes no time; what a restart finds is told by the
 * journal. */
#include "fakes/redis/engine/journal.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"

/* False: out of memory. */
static bool save(struct fake_redis *engine)
{
    if (engine->journal && !fake_journal_save(engine)) return false;
    engine->saved_us = engine->now_us;
    engine->saved_version = engine->version_counter;
    engine->saves++;
    return true;
}

void fake_cmd_save(struct fake_call *call)
{
    if (save(call->engine))
        fake_reply_ok(call->out);
    else
        fake_call_oom(call);
}

void fake_cmd_bgsave(struct fake_call *call)
{
    if (call->count > 2 || (call->count == 2 && !fake_arg_is(call->args[1], "schedule")))
        fake_call_syntax_error(call);
    else if (save(call->engine))
        fake_reply_status(call->out, "Background saving started");
    else
        fake_call_oom(call);
}

void fake_cmd_bgrewriteaof(struct fake_call *call)
{
    fake_reply_status(call->out, "Background append only file rewriting started");
}

void fake_cmd_lastsave(struct fake_call *call)
{
    fake_reply_int(call->out, call->engine->saved_us / 1000000);
}

/* ---- SHUTDOWN ---- */

enum shutdown { SHUTDOWN_SAVE = 1, SHUTDOWN_NOSAVE = 2, SHUTDOWN_HASTE = 4, SHUTDOWN_ABORT = 8 };

/* False: a syntax error. */
static bool parse_shutdown(const struct fake_call *call, unsigned *ret_how)
{
    static const struct {
        const char *word;
        enum shutdown how;
    } words[] = {{"save", SHUTDOWN_SAVE},
                 {"nosave", SHUTDOWN_NOSAVE},
                 {"now", SHUTDOWN_HASTE},
                 {"force", SHUTDOWN_HASTE},
                 {"abort", SHUTDOWN_ABORT}};
    static const unsigned both = SHUTDOWN_SAVE | SHUTDOWN_NOSAVE;
    unsigned how = 0;
    for (size_t i = 1; i < call->count; i++) {
        size_t j = 0;
        while (j < 5 && !fake_arg_is(call->args[i], words[j].word))
            j++;
        if (j == 5) return false;
        how |= words[j].how;
    }
    *ret_how = how;
    return (how & both) != both && (!(how & SHUTDOWN_ABORT) || how == SHUTDOWN_ABORT);
}

/* Everybody is hung up on without a word. Whether the server comes again is the embedder's. */
void fake_cmd_shutdown(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    const struct fake_redis_hooks *hooks = &engine->options.hooks;
    unsigned how;
    if (!parse_shutdown(call, &how)) {
        fake_call_syntax_error(call);
        return;
    }
    if (how & SHUTDOWN_ABORT) {
        fake_reply_error(call->out, "ERR No shutdown in progress.");
        return;
    }
    if ((how & SHUTDOWN_SAVE) && !save(engine)) {
        fake_reply_error(call->out, "ERR Errors trying to SHUTDOWN. Check logs.");
        return;
    }
    for (struct fake_redis_session *s = engine->first_session; s; s = s->next)
        fake_session_hang_up(s, FAKE_HANG_UP_AT_ONCE);
    if (hooks->on_shutdown) hooks->on_shutdown(hooks->context);
}
