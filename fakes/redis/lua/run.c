/* A script runs inside lua_cpcall, so that running out of memory is an error reply, and its errors
 * inside a pcall of their own, whose handler adds where they were raised. */
#include "fakes/redis/lua/run.h"

#include <lauxlib.h>
#include <stdio.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/lua/convert.h"
#include "fakes/redis/lua/error.h"

enum { FIXED_ARGS = 3 }; /* EVAL, the script, the number of keys */

static void push_array(lua_State *lua, const struct fl_span *values, size_t count)
{
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushlstring(lua, values[i].bytes, values[i].length);
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

static void push_function(lua_State *lua, const struct fake_lua_run *run)
{
    if (*run->reference == LUA_NOREF) {
        if (luaL_loadbuffer(lua, run->code.bytes, run->code.length, run->name) != 0) lua_error(lua);
        *run->reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
    lua_rawgeti(lua, LUA_REGISTRYINDEX, *run->reference);
}

/* A script has them as globals, a function as arguments. */
static int push_keys_and_args(lua_State *lua, const struct fake_lua_run *run)
{
    const struct fl_span *first = run->call->args + FIXED_ARGS;
    size_t arg_count = run->call->count - FIXED_ARGS - run->key_count;
    if (run->machine->kind == FAKE_LUA_FUNCTIONS) {
        push_array(lua, first, run->key_count);
        push_array(lua, first + run->key_count, arg_count);
        return 2;
    }
    lua_getfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_GLOBALS);
    push_array(lua, first, run->key_count);
    lua_setfield(lua, -2, "KEYS");
    push_array(lua, first + run->key_count, arg_count);
    lua_setfield(lua, -2, "ARGV");
    lua_pop(lua, 1);
    return 0;
}

static int run_protected(lua_State *lua)
{
    const struct fake_lua_run *run = lua_touserdata(lua, 1);
    lua_pushcfunction(lua, fake_lua_handle_error);
    push_function(lua, run);
    int arg_count = push_keys_and_args(lua, run);
    if (lua_pcall(lua, arg_count, 1, 2) != 0)
        fake_lua_reply_raised(lua, run->name, run->call->out);
    else
        fake_lua_pop_reply(lua, run->call->out);
    return 0;
}

static void begin(const struct fake_lua_run *run)
{
    struct fake_call *call = run->call;
    struct fake_lua *machine = run->machine;
    fake_lua_count_steps(machine, call->engine->options.script_steps_max);
    machine->flags = run->flags;
    machine->was_out_of_memory = fake_engine_out_of_memory(call->engine);
    machine->has_written = false;
    machine->slot = -1;
    struct fake_redis_session *session = &machine->session;
    session->engine = call->engine;
    session->name = call->session->name;
    session->id = call->session->id;
    session->db = call->session->db;
    session->user = call->session->user;
    session->script_call = call;
    session->output.resp3 = false;
    session->output.shortest = call->session->output.shortest;
}

/* NULL: it may run. */
static const char *refusal(const struct fake_lua_run *run)
{
    bool reads_only = strstr(run->call->command->name, "_ro");
    bool may_write = (run->flags & FAKE_SCRIPT_SHEBANG) && !(run->flags & FAKE_SCRIPT_NO_WRITES);
    if (reads_only && may_write)
        return "ERR Can not execute a script with write flag using *_ro command.";
    return fake_states_script_refusal(run->call->engine, run->flags);
}

void fake_lua_run(struct fake_lua_run *run)
{
    struct fake_call *call = run->call;
    struct fake_lua *machine = run->machine;
    const char *error = refusal(run);
    if (error) {
        fake_reply_error(call->out, error);
        return;
    }
    begin(run);
    if (strstr(call->command->name, "_ro")) machine->flags |= FAKE_SCRIPT_NO_WRITES;
    call->engine->in_script = true;
    size_t mark = call->out->length - call->out->consumed;
    if (lua_cpcall(machine->state, run_protected, run) != 0 &&
        call->out->length - call->out->consumed == mark)
        fake_reply_errorf(call->out, "ERR Error running script %s, not enough memory", run->name);
    lua_settop(machine->state, 0);
    call->engine->in_script = false;
    machine->session.output.length = machine->session.output.consumed = 0;
    machine->session.output.broken = false;
}

bool fake_lua_parse_key_count(struct fake_call *call, const char *not_a_number, size_t *ret_count)
{
    int64_t count;
    if (!fake_call_int_range(call, call->args[2], INT64_MIN, INT64_MAX, not_a_number, &count))
        return false;
    const char *error = NULL;
    if (count > (int64_t)call->count - FIXED_ARGS)
        error = "ERR Number of keys can't be greater than number of args";
    else if (count < 0)
        error = "ERR Number of keys can't be negative";
    if (error) fake_reply_error(call->out, error);
    *ret_count = (size_t)count;
    return !error;
}
