#include "fakes/redis/lua/call.h"

#include <stdio.h>

#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/cluster.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/convert.h"
#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/machine.h"
#include "fakes/redis/values/number.h"

enum { CALL_STEPS = 4, STEP_BYTES = 32 };

enum on_error { RETURN_ERROR, RAISE_ERROR };

static int give_error(lua_State *lua, const char *text, enum on_error on_error)
{
    fake_lua_push_error(lua, fl_span_from(text));
    return on_error == RAISE_ERROR ? lua_error(lua) : 1;
}

/* The error of the command on top: marked as counted already. */
static int give_counted(lua_State *lua, enum on_error on_error)
{
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, "ignore_error_stats_update");
    return on_error == RAISE_ERROR ? lua_error(lua) : 1;
}

static int give_refusal(lua_State *lua, const char *text, enum on_error on_error)
{
    fake_lua_push_error(lua, fl_span_from(text));
    return give_counted(lua, on_error);
}

/* NULL: all arguments of the Lua function are in machine->args; else the error's text. */
static const char *take_args(lua_State *lua, struct fake_lua *machine, size_t *ret_count)
{
    int count = lua_gettop(lua);
    if (count == 0) return "Please specify at least one argument for this redis lib call";
    if (count > FAKE_LUA_ARGS_MAX) return "Too many arguments for this redis lib call";
    for (int i = 0; i < count; i++) {
        struct fl_span *arg = &machine->args[i];
        if (lua_type(lua, i + 1) == LUA_TNUMBER) {
            char *text = machine->numbers[i];
            *arg = (struct fl_span){text, fake_double_format(text, lua_tonumber(lua, i + 1))};
        } else {
            arg->bytes = lua_tolstring(lua, i + 1, &arg->length);
            if (!arg->bytes) return "Lua redis lib command arguments must be strings or integers";
        }
    }
    *ret_count = (size_t)count;
    return NULL;
}

/* With the code of its own that pushed errors have behind a "-". */
static const char *in_full(struct fake_lua *machine, const char *line)
{
    snprintf(machine->refusal, sizeof machine->refusal, "-%s", line);
    return machine->refusal;
}

static const char *elsewhere(struct fake_lua *machine, size_t count)
{
    struct fake_redis *engine = machine->session.engine;
    if (!engine->cluster && !(engine->states & FAKE_REDIS_CLUSTERDOWN)) return NULL;
    bool one_slot =
        (machine->flags & FAKE_SCRIPT_SHEBANG) && !(machine->flags & FAKE_SCRIPT_CROSS_SLOT);
    return fake_cluster_script_refusal(engine, machine->args, count,
                                       one_slot ? &machine->slot : NULL);
}

/* NULL: the server's state lets a script call the command. In Redis's order of checks. */
static const char *refusal(struct fake_lua *machine, const struct fake_command *command,
                           size_t count)
{
    const struct fake_redis *engine = machine->session.engine;
    if (command->flags & FAKE_CMD_NOSCRIPT) return "This Redis command is not allowed from script";
    if (fake_states_is_stale(engine) && !(command->flags & FAKE_CMD_STALE))
        return "Can not execute the command on a stale replica";
    if (command->flags & FAKE_CMD_WRITE) {
        if (machine->flags & FAKE_SCRIPT_NO_WRITES)
            return "Write commands are not allowed from read-only scripts.";
        const char *no_write = fake_states_write_refusal(engine);
        if (no_write) return in_full(machine, no_write);
    }
    bool lacks_memory = machine->was_out_of_memory && !(machine->flags & FAKE_SCRIPT_ALLOW_OOM) &&
                        !machine->has_written;
    if (lacks_memory && (command->flags & FAKE_CMD_DENYOOM))
        return in_full(machine, fake_states_text(FAKE_REDIS_OOM));
    return elsewhere(machine, count);
}

/* NULL: the user who runs the script may do that. */
static const char *denial(struct fake_lua *machine, const struct fake_command *command,
                          size_t count)
{
    if (command->flags & FAKE_CMD_NOSCRIPT) return NULL;
    switch (fake_acl_check(&machine->session, FAKE_ACL_IN_SCRIPT, command, machine->args, count)) {
    case FAKE_ACL_ALLOWED: return NULL;
    case FAKE_ACL_NO_COMMAND:
        return "The user executing the script can't run this command or subcommand";
    case FAKE_ACL_NO_KEY:
        return "The user executing the script can't access at least one of the keys mentioned in "
               "the command arguments";
    case FAKE_ACL_NO_CHANNEL:
        return "The user executing the script can't publish to the channel mentioned in the "
               "command";
    }
    return NULL;
}

static const struct fake_command *find_command(const struct fake_lua *machine, size_t count)
{
    enum fake_version version = machine->session.engine->version;
    const struct fake_command *command =
        fake_command_find_recent(machine->session.engine, machine->args[0]);
    if (command && (command->flags & FAKE_CMD_CONTAINER) && count > 1)
        command = fake_command_find_sub(version, command, machine->args[1]);
    return command;
}

static int call_redis(lua_State *lua, enum on_error on_error)
{
    struct fake_lua *machine = fake_lua_of(lua);
    struct fake_redis_session *session = &machine->session;
    size_t count = 0;
    const char *error = take_args(lua, machine, &count);
    if (error) return give_error(lua, error, on_error);
    const struct fake_command *command = find_command(machine, count);
    if (!command) return give_refusal(lua, "Unknown Redis command called from script", on_error);
    if (!fake_command_arity_fits(command, count))
        return give_refusal(lua, "Wrong number of args calling Redis command from script",
                            on_error);
    error = session->engine->acl ? denial(machine, command, count) : NULL;
    if (!error) error = refusal(machine, command, count);
    if (error) return give_refusal(lua, error, on_error);
    if (command->flags & FAKE_CMD_WRITE) machine->has_written = true;
    session->output.length = session->output.consumed = 0;
    fake_session_call(session, command, machine->args, count, FAKE_REDIS_SCRIPT);
    fake_lua_charge(lua, CALL_STEPS + session->output.length / STEP_BYTES);
    fake_out_append(&session->output, "", 1); /* the end, for those who look for it */
    if (session->output.broken) return give_refusal(lua, "-OOM out of memory", on_error);
    const char *reply = session->output.bytes;
    bool failed = *reply == '-';
    fake_lua_push_reply(lua, &reply);
    return failed ? give_counted(lua, on_error) : 1;
}

int fake_lua_redis_call(lua_State *lua)
{
    return call_redis(lua, RAISE_ERROR);
}

int fake_lua_redis_pcall(lua_State *lua)
{
    return call_redis(lua, RETURN_ERROR);
}

int fake_lua_redis_acl_check_cmd(lua_State *lua)
{
    struct fake_lua *machine = fake_lua_of(lua);
    size_t count = 0;
    const char *error = take_args(lua, machine, &count);
    if (error) return give_error(lua, error, RAISE_ERROR);
    const struct fake_command *command = find_command(machine, count);
    if (!command)
        return give_error(lua, "Invalid command passed to redis.acl_check_cmd()", RAISE_ERROR);
    size_t decisive;
    lua_pushboolean(lua, !machine->session.engine->acl ||
                             fake_acl_judge(fake_acl_user_of(&machine->session), command,
                                            machine->args, count, &decisive) == FAKE_ACL_ALLOWED);
    return 1;
}
