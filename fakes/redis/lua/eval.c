/* EVAL and its kin. A script runs inside lua_cpcall, its errors inside a pcall of their own, whose
 * handler adds where they were raised. */
#include <lauxlib.h>

#include "fakes/redis/command_list.h"
#include "fakes/redis/engine.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/sha1.h"
#include "fakes/redis/states.h"

static const char no_script[] = "NOSCRIPT No matching script. Please use EVAL.";

/* Turns what was raised into a table with err, source and line, as Redis's own handler does. */
static int handle_error(lua_State *lua)
{
    lua_Debug where;
    bool known = lua_getstack(lua, 1, &where) && lua_getinfo(lua, "Sl", &where);
    if (known && strcmp(where.what, "C") == 0)
        known = lua_getstack(lua, 2, &where) && lua_getinfo(lua, "Sl", &where);
    if (!lua_istable(lua, 1)) {
        lua_pushliteral(lua, "ERR ");
        lua_getfield(lua, LUA_REGISTRYINDEX, "tostring");
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 1);
        lua_concat(lua, 2);
        lua_createtable(lua, 0, 3);
        lua_insert(lua, -2);
        lua_setfield(lua, -2, "err");
        lua_replace(lua, 1);
    }
    lua_settop(lua, 1);
    if (known) {
        lua_pushstring(lua, where.source);
        lua_setfield(lua, 1, "source");
        lua_pushinteger(lua, where.currentline);
        lua_setfield(lua, 1, "line");
    }
    return 1;
}

static void reply_raised(lua_State *lua, const char *hex, struct fake_out *out)
{
    if (!lua_istable(lua, -1)) {
        const char *text = lua_tostring(lua, -1);
        fake_reply_errorf(out, "ERR Error running script %s, %.100s", hex,
                          text ? text : "execution failure");
        return;
    }
    lua_getfield(lua, -1, "err");
    lua_getfield(lua, -2, "source");
    lua_getfield(lua, -3, "line");
    const char *error = lua_tostring(lua, -3);
    const char *source = lua_tostring(lua, -2), *line = lua_tostring(lua, -1);
    if (!error) error = "ERR unknown error";
    bool tail =
        fake_engine_has(fake_script_of(lua)->session.engine, FAKE_FEATURE_SCRIPT_ERROR_TAIL);
    if (source && line && !tail)
        lua_pushfstring(lua, "ERR Error running script (call to f_%s): %s:%s: %s", hex, source,
                        line, strncmp(error, "ERR user_script", 15) == 0 ? error + 4 : error);
    else if (source && line)
        lua_pushfstring(lua, "%s script: %s, on %s:%s.", error, hex, source, line);
    else
        lua_pushstring(lua, error);
    struct fl_span text;
    text.bytes = lua_tolstring(lua, -1, &text.length);
    fake_reply_error_span(out, text);
}

static void set_array(lua_State *lua, const char *name, const struct fl_span *values, size_t count)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, "globals");
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushlstring(lua, values[i].bytes, values[i].length);
        lua_rawseti(lua, -2, (int)i + 1);
    }
    lua_setfield(lua, -2, name);
    lua_pop(lua, 1);
}

struct run {
    struct fake_call *call;
    const struct fake_script *script;
    size_t key_count;
};

static int run_protected(lua_State *lua)
{
    const struct run *run = lua_touserdata(lua, 1);
    struct fake_call *call = run->call;
    const struct fl_span *first = call->args + 3;
    set_array(lua, "KEYS", first, run->key_count);
    set_array(lua, "ARGV", first + run->key_count, call->count - 3 - run->key_count);
    lua_pushcfunction(lua, handle_error);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, run->script->reference);
    if (lua_pcall(lua, 0, 1, -2) != 0)
        reply_raised(lua, fake_script_of(lua)->hex, call->out);
    else
        fake_script_pop_reply(lua, call->out);
    return 0;
}

static void stop_endless(lua_State *lua, lua_Debug *where)
{
    struct fake_scripts *scripts = fake_script_of(lua);
    (void)where;
    scripts->steps_left -= FAKE_SCRIPT_HOOK_STEPS;
    if (scripts->steps_left > 0) return;
    lua_sethook(lua, stop_endless, LUA_MASKCOUNT, 1); /* so that no pcall survives it */
    luaL_error(lua, "the script ran for more steps than this server allows");
}

static void begin(struct fake_call *call, struct fake_scripts *scripts,
                  const struct fake_script *script, const char *hex)
{
    int64_t steps = (int64_t)call->engine->options.script_steps_max;
    scripts->steps_left = steps > 0 ? steps : 50 * 1000 * 1000;
    scripts->flags = script->flags;
    scripts->was_out_of_memory = fake_engine_out_of_memory(call->engine);
    scripts->has_written = false;
    scripts->slot = -1;
    memcpy(scripts->hex, hex, FAKE_SHA1_HEX_BYTES);
    struct fake_redis_session *session = &scripts->session;
    session->engine = call->engine;
    session->output.shortest = call->session->output.shortest;
    session->name = call->session->name;
    session->id = call->session->id;
    session->db = call->session->db;
    session->user = call->session->user;
    lua_sethook(scripts->lua, stop_endless, LUA_MASKCOUNT, FAKE_SCRIPT_HOOK_STEPS);
}

static void run(struct fake_call *call, const struct fake_script *script, const char *hex,
                size_t key_count)
{
    struct fake_scripts *scripts = call->engine->scripts;
    const char *error = fake_states_script_refusal(call->engine, script->flags);
    if (error) {
        fake_reply_error(call->out, error);
        return;
    }
    begin(call, scripts, script, hex);
    if (strstr(call->command->name, "_ro")) scripts->flags |= FAKE_SCRIPT_NO_WRITES;
    call->engine->in_script = true;
    size_t mark = call->out->length - call->out->consumed;
    struct run run = {call, script, key_count};
    if (lua_cpcall(scripts->lua, run_protected, &run) != 0 &&
        call->out->length - call->out->consumed == mark)
        fake_reply_errorf(call->out, "ERR Error running script %s, not enough memory",
                          scripts->hex);
    lua_settop(scripts->lua, 0);
    call->engine->in_script = false;
    scripts->session.output.length = scripts->session.output.consumed = 0;
    scripts->session.output.broken = false;
}

/* False: an error was written. */
static bool parse_key_count(struct fake_call *call, size_t *ret_count)
{
    int64_t count;
    if (!fake_call_int(call, call->args[2], &count)) return false;
    const char *error = NULL;
    if (count > (int64_t)call->count - 3)
        error = "ERR Number of keys can't be greater than number of args";
    else if (count < 0)
        error = "ERR Number of keys can't be negative";
    if (error) fake_reply_error(call->out, error);
    *ret_count = (size_t)count;
    return !error;
}

void fake_cmd_eval(struct fake_call *call)
{
    size_t key_count;
    char hex[FAKE_SHA1_HEX_BYTES];
    if (!parse_key_count(call, &key_count)) return;
    const struct fake_script *script = fake_script_load(call, call->args[1], hex);
    if (script) run(call, script, hex, key_count);
}

void fake_cmd_eval_ro(struct fake_call *call)
{
    fake_cmd_eval(call);
}

static bool lower_hex(struct fl_span text, char hex[static FAKE_SHA1_HEX_BYTES])
{
    if (text.length != FAKE_SHA1_HEX_BYTES) return false;
    for (size_t i = 0; i < text.length; i++)
        hex[i] = (char)(text.bytes[i] >= 'A' && text.bytes[i] <= 'Z' ? text.bytes[i] + 32
                                                                     : text.bytes[i]);
    return true;
}

static struct fake_script *find_known(struct fake_call *call, struct fl_span text, char *hex)
{
    if (!call->engine->scripts || !lower_hex(text, hex)) return NULL;
    struct fake_script *script = fake_script_find(call->engine->scripts, hex);
    return script && script->is_known ? script : NULL;
}

void fake_cmd_evalsha(struct fake_call *call)
{
    size_t key_count;
    char hex[FAKE_SHA1_HEX_BYTES];
    if (call->args[1].length != FAKE_SHA1_HEX_BYTES) {
        fake_reply_error(call->out, no_script);
        return;
    }
    if (!parse_key_count(call, &key_count)) return;
    const struct fake_script *script = find_known(call, call->args[1], hex);
    if (script)
        run(call, script, hex, key_count);
    else
        fake_reply_error(call->out, no_script);
}

void fake_cmd_evalsha_ro(struct fake_call *call)
{
    fake_cmd_evalsha(call);
}

/* ---- SCRIPT ---- */

void fake_cmd_script_load(struct fake_call *call)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    if (fake_script_load(call, call->args[2], hex))
        fake_reply_bulk(call->out, (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
}

void fake_cmd_script_exists(struct fake_call *call)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        fake_reply_int(call->out, find_known(call, call->args[i], hex) != NULL);
}

void fake_cmd_script_flush(struct fake_call *call)
{
    bool ok = call->count == 2 || (call->count == 3 && (fake_arg_is(call->args[2], "sync") ||
                                                        fake_arg_is(call->args[2], "async")));
    if (!ok) {
        fake_reply_error(call->out, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    fake_redis_script_flush(call->engine);
    fake_reply_ok(call->out);
}

void fake_cmd_script_kill(struct fake_call *call)
{
    unsigned states = call->engine->states;
    if (!(states & FAKE_REDIS_BUSY)) {
        fake_reply_error(call->out, "NOTBUSY No scripts in execution right now.");
    } else if (states & FAKE_REDIS_UNKILLABLE) {
        fake_reply_error(call->out,
                         "UNKILLABLE Sorry the script already executed write commands against the "
                         "dataset. You can either wait the script termination or kill the server "
                         "in a hard way using the SHUTDOWN NOSAVE command.");
    } else {
        fake_redis_set_states(call->engine, states & ~(unsigned)FAKE_REDIS_BUSY);
        fake_reply_ok(call->out);
    }
}
