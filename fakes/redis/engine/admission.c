/* Redis's order: unknown command, number of arguments, authentication, users, transactions,
 * cluster, the server's state, subscribers. What is refused between MULTI and EXEC spoils the
 * transaction. */
#include "fakes/redis/engine/admission.h"

#include <ctype.h>
#include <stdio.h>

#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/cluster.h"
#include "fakes/redis/engine/monitor.h"
#include "fakes/redis/engine/pubsub.h"
#include "fakes/redis/engine/states.h"

enum {
    UNKNOWN_ARGS_BYTES = 128, /* Redis shows at most this much of an unknown command's arguments */
    REFUSAL_BYTES = 256,
};

static bool runs_exec(const struct fake_command *command)
{
    return strcmp(command->name, "exec") == 0;
}

/* Also an EXEC that is refused is shown to who monitors. */
static void show_exec(struct fake_redis_session *session, const struct fake_command *command)
{
    const struct fake_input *input = &session->input;
    if (!session->engine->monitors) return;
    fake_monitor_show(&(struct fake_call){.engine = session->engine,
                                          .session = session,
                                          .command = command,
                                          .args = input->args,
                                          .count = input->args_count});
}

static void refuse(struct fake_redis_session *session, const struct fake_command *command,
                   const char *error)
{
    fake_stats_rejected(session->engine, command, fl_span_from(error));
    if (command && runs_exec(command)) {
        fake_transaction_abort(session, error);
        show_exec(session, command);
        return;
    }
    session->abort_exec = true;
    fake_reply_error(&session->output, error);
}

static void refuse_context(struct fake_redis_session *session, const struct fake_command *command)
{
    char text[REFUSAL_BYTES];
    snprintf(
        text, sizeof(text),
        "%sCan't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are "
        "allowed in this context",
        runs_exec(command) ? "" : "ERR ", command->name);
    refuse(session, command, text);
}

static void refuse_unknown(struct fake_redis_session *session, const struct fl_span *args,
                           size_t count)
{
    char shown[UNKNOWN_ARGS_BYTES + 8];
    size_t length = 0;
    session->abort_exec = true;
    fake_stats_rejected(session->engine, NULL, FL_SPAN("ERR"));
    bool quoted = fake_engine_has(session->engine, FAKE_FEATURE_QUOTED_UNKNOWN);
    for (size_t i = 1; i < count && length < UNKNOWN_ARGS_BYTES; i++) {
        size_t rest = UNKNOWN_ARGS_BYTES - length;
        size_t bytes = args[i].length < rest ? args[i].length : rest;
        length += (size_t)snprintf(shown + length, sizeof(shown) - length,
                                   quoted ? "'%.*s' " : "`%.*s`, ", (int)bytes, args[i].bytes);
        if (length >= sizeof(shown)) length = sizeof(shown) - 1;
    }
    size_t name_bytes = args[0].length < UNKNOWN_ARGS_BYTES ? args[0].length : UNKNOWN_ARGS_BYTES;
    fake_reply_errorf(&session->output,
                      quoted ? "ERR unknown command '%.*s', with args beginning with: %.*s"
                             : "ERR unknown command `%.*s`, with args beginning with: %.*s",
                      (int)name_bytes, args[0].bytes, (int)length, shown);
}

static void refuse_subcommand(struct fake_redis_session *session, struct fl_span name,
                              struct fl_span subcommand)
{
    char upper[32];
    bool knows_rows = fake_engine_has(session->engine, FAKE_FEATURE_SUBCOMMAND_ROWS);
    size_t length = name.length < sizeof(upper) ? name.length : sizeof(upper);
    for (size_t i = 0; i < length; i++)
        upper[i] = (char)toupper((unsigned char)name.bytes[i]);
    if (subcommand.length > UNKNOWN_ARGS_BYTES) subcommand.length = UNKNOWN_ARGS_BYTES;
    session->abort_exec = true;
    fake_stats_rejected(session->engine, NULL, FL_SPAN("ERR"));
    fake_reply_errorf(&session->output,
                      knows_rows ? "ERR unknown subcommand '%.*s'. Try %.*s HELP."
                                 : "ERR Unknown subcommand or wrong number of arguments for '%.*s'."
                                   " Try %.*s HELP.",
                      FL_SPAN_ARGS(subcommand), (int)length, upper);
}

static void refuse_arity(struct fake_redis_session *session, const struct fake_command *command)
{
    char text[128];
    snprintf(text, sizeof(text), "ERR wrong number of arguments for '%s' command", command->name);
    refuse(session, command, runs_exec(command) ? text + strlen("ERR ") : text);
}

/* True: an error was answered, also to EXEC in its own words. */
static bool is_elsewhere(struct fake_redis_session *session, const struct fake_command *command,
                         const struct fl_span *args, size_t count)
{
    const struct fake_redis *engine = session->engine;
    if (!engine->cluster && !(engine->states & FAKE_REDIS_CLUSTERDOWN)) return false;
    const char *error = fake_cluster_refusal(session, command, args, count);
    if (!error) return false;
    if (runs_exec(command))
        fake_transaction_discard(session);
    else
        session->abort_exec = true;
    fake_reply_error(&session->output, error);
    return true;
}

/* True: an error was answered to somebody who may not do that. */
static bool is_denied(struct fake_redis_session *session, const struct fake_command *command,
                      const struct fl_span *args, size_t count)
{
    char text[128];
    if (session->input.is_guest && !(command->flags & FAKE_CMD_NO_AUTH)) {
        refuse(session, command, "NOAUTH Authentication required.");
        return true;
    }
    switch (fake_acl_check(session, FAKE_ACL_TOPLEVEL, command, args, count)) {
    case FAKE_ACL_ALLOWED: return false;
    case FAKE_ACL_NO_COMMAND:
        snprintf(text, sizeof(text), "NOPERM this user has no permissions to run the '%s' command",
                 command->name);
        refuse(session, command, text);
        break;
    case FAKE_ACL_NO_KEY:
        refuse(session, command,
               "NOPERM this user has no permissions to access one of the keys used as arguments");
        break;
    case FAKE_ACL_NO_CHANNEL:
        refuse(session, command,
               "NOPERM this user has no permissions to access one of the channels used as "
               "arguments");
        break;
    }
    return true;
}

const struct fake_command *fake_admit(struct fake_redis_session *session,
                                      const struct fl_span *args, size_t count)
{
    const struct fake_command *command = fake_command_find_recent(session->engine, args[0]);
    session->last_command = NULL;
    if (!command) {
        refuse_unknown(session, args, count);
        return NULL;
    }
    if ((command->flags & FAKE_CMD_CONTAINER) && count > 1) {
        command = fake_command_find_sub(session->engine->version, command, args[1]);
        if (!command) {
            refuse_subcommand(session, args[0], args[1]);
            return NULL;
        }
    }
    session->last_command = command;
    if (!fake_command_arity_fits(command, count)) {
        if (strchr(command->name, '|') &&
            !fake_engine_has(session->engine, FAKE_FEATURE_SUBCOMMAND_ROWS))
            refuse_subcommand(session, args[0], args[1]);
        else
            refuse_arity(session, command);
        return NULL;
    }
    if (session->engine->acl && is_denied(session, command, args, count)) return NULL;
    if (session->in_multi && (command->flags & FAKE_CMD_NO_MULTI)) {
        refuse(session, command, "ERR Command not allowed inside a transaction");
        return NULL;
    }
    if (is_elsewhere(session, command, args, count)) return NULL;
    const char *error = fake_states_refusal(session, command, args);
    if (!error && fake_pubsub_forbids(session, command)) {
        refuse_context(session, command);
        return NULL;
    }
    if (!error && fake_monitor_forbids(session, command, args))
        error = "ERR Replica can't interact with the keyspace";
    if (error) refuse(session, command, error);
    return error ? NULL : command;
}
