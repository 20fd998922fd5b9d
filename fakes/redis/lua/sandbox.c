/* What scripts may use: Lua's own libraries without the outside world, and `redis`.
 *
 * Stock Lua has no read-only tables. Scripts see empty tables instead whose metatable reads the
 * real ones and refuses to write, so nothing that a script does outlives it. */
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>

#include "fakes/redis/acl_check.h"
#include "fakes/redis/cluster.h"
#include "fakes/redis/command.h"
#include "fakes/redis/engine.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/sha1.h"
#include "fakes/redis/states.h"

/* ---- redis.call and redis.pcall ---- */

enum on_error { RETURN_ERROR, RAISE_ERROR };

static int give_error(lua_State *lua, const char *text, enum on_error on_error)
{
    fake_script_push_error(lua, fl_span_from(text));
    return on_error == RAISE_ERROR ? lua_error(lua) : 1;
}

/* NULL: all arguments of the Lua function are in scripts->args; else the error's text. */
static const char *take_args(lua_State *lua, struct fake_scripts *scripts, size_t *ret_count)
{
    int count = lua_gettop(lua);
    if (count == 0) return "Please specify at least one argument for this redis lib call";
    if (count > FAKE_SCRIPT_ARGS_MAX) return "Too many arguments for this redis lib call";
    for (int i = 0; i < count; i++) {
        struct fl_span *arg = &scripts->args[i];
        if (lua_type(lua, i + 1) == LUA_TNUMBER) {
            char *text = scripts->numbers[i];
            int length =
                snprintf(text, sizeof(scripts->numbers[i]), "%.17g", lua_tonumber(lua, i + 1));
            *arg = (struct fl_span){text, (size_t)length};
        } else {
            arg->bytes = lua_tolstring(lua, i + 1, &arg->length);
            if (!arg->bytes) return "Lua redis lib command arguments must be strings or integers";
        }
    }
    *ret_count = (size_t)count;
    return NULL;
}

/* With the code of its own that pushed errors have behind a "-". */
static const char *in_full(struct fake_scripts *scripts, const char *line)
{
    snprintf(scripts->refusal, sizeof scripts->refusal, "-%s", line);
    return scripts->refusal;
}

static const char *elsewhere(struct fake_scripts *scripts, size_t count)
{
    struct fake_redis *engine = scripts->session.engine;
    if (!engine->cluster && !(engine->states & FAKE_REDIS_CLUSTERDOWN)) return NULL;
    bool one_slot =
        (scripts->flags & FAKE_SCRIPT_SHEBANG) && !(scripts->flags & FAKE_SCRIPT_CROSS_SLOT);
    return fake_cluster_script_refusal(engine, scripts->args, count,
                                       one_slot ? &scripts->slot : NULL);
}

/* NULL: the server's state lets a script call the command. In Redis's order of checks. */
static const char *refusal(struct fake_scripts *scripts, const struct fake_command *command,
                           size_t count)
{
    const struct fake_redis *engine = scripts->session.engine;
    if (command->flags & FAKE_CMD_NOSCRIPT) return "This Redis command is not allowed from script";
    if (fake_states_is_stale(engine) && !(command->flags & FAKE_CMD_STALE))
        return "Can not execute the command on a stale replica";
    if (command->flags & FAKE_CMD_WRITE) {
        if (scripts->flags & FAKE_SCRIPT_NO_WRITES)
            return "Write commands are not allowed from read-only scripts.";
        const char *no_write = fake_states_write_refusal(engine);
        if (no_write) return in_full(scripts, no_write);
    }
    bool lacks_memory = scripts->was_out_of_memory && !(scripts->flags & FAKE_SCRIPT_ALLOW_OOM) &&
                        !scripts->has_written;
    if (lacks_memory && (command->flags & FAKE_CMD_DENYOOM))
        return in_full(scripts, fake_states_text(FAKE_REDIS_OOM));
    return elsewhere(scripts, count);
}

/* NULL: the user who runs the script may do that. */
static const char *denial(struct fake_redis_session *session, const struct fake_command *command,
                          const struct fl_span *args, size_t count)
{
    if (command->flags & FAKE_CMD_NOSCRIPT) return NULL;
    switch (fake_acl_check(session, FAKE_ACL_IN_SCRIPT, command, args, count)) {
    case FAKE_ACL_ALLOWED: return NULL;
    case FAKE_ACL_NO_COMMAND:
        return "The user executing the script can't run this command or subcommand";
    case FAKE_ACL_NO_KEY:
        return "The user executing the script can't access at least one of the keys mentioned in "
               "the command arguments";
    case FAKE_ACL_NO_CHANNEL:
        return "The user executing the script can't access at least one of the channels mentioned "
               "in the command arguments";
    }
    return NULL;
}

static const struct fake_command *find_command(enum fake_version version,
                                               const struct fl_span *args, size_t count)
{
    const struct fake_command *command = fake_command_find(version, args[0]);
    if (command && (command->flags & FAKE_CMD_CONTAINER) && count > 1)
        command = fake_command_find_sub(version, command, args[1]);
    return command;
}

static int call_redis(lua_State *lua, enum on_error on_error)
{
    struct fake_scripts *scripts = fake_script_of(lua);
    struct fake_redis_session *session = &scripts->session;
    size_t count = 0;
    const char *error = take_args(lua, scripts, &count);
    if (error) return give_error(lua, error, on_error);
    const struct fake_command *command =
        find_command(session->engine->version, scripts->args, count);
    if (!command) return give_error(lua, "Unknown Redis command called from script", on_error);
    if (!fake_command_arity_fits(command, count))
        return give_error(lua, "Wrong number of args calling Redis command from script", on_error);
    error = session->engine->acl ? denial(session, command, scripts->args, count) : NULL;
    if (!error) error = refusal(scripts, command, count);
    if (error) return give_error(lua, error, on_error);
    if (command->flags & FAKE_CMD_WRITE) scripts->has_written = true;
    session->output.length = session->output.consumed = 0;
    fake_session_call(session, command, scripts->args, count, FAKE_REDIS_SCRIPT);
    fake_out_append(&session->output, "", 1); /* the end, for those who look for it */
    if (session->output.broken) return give_error(lua, "-OOM out of memory", on_error);
    const char *reply = session->output.bytes;
    bool failed = *reply == '-';
    fake_script_push_reply(lua, &reply);
    return failed && on_error == RAISE_ERROR ? lua_error(lua) : 1;
}

static int redis_call(lua_State *lua)
{
    return call_redis(lua, RAISE_ERROR);
}

static int redis_pcall(lua_State *lua)
{
    return call_redis(lua, RETURN_ERROR);
}

/* ---- the rest of `redis` ---- */

static int redis_error_reply(lua_State *lua)
{
    struct fl_span text;
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TSTRING)
        return give_error(lua, "wrong number or type of arguments", RETURN_ERROR);
    text.bytes = lua_tolstring(lua, 1, &text.length);
    if (text.bytes[0] != '-') { /* "MY text" keeps its code, "text" gets ERR */
        lua_pushliteral(lua, "-");
        lua_insert(lua, 1);
        lua_concat(lua, 2);
        text.bytes = lua_tolstring(lua, 1, &text.length);
    }
    fake_script_push_error(lua, text);
    return 1;
}

static int redis_status_reply(lua_State *lua)
{
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TSTRING)
        return give_error(lua, "wrong number or type of arguments", RETURN_ERROR);
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "ok");
    return 1;
}

static int redis_sha1hex(lua_State *lua)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    struct fl_span text;
    if (lua_gettop(lua) != 1) return give_error(lua, "wrong number of arguments", RAISE_ERROR);
    text.bytes = lua_tolstring(lua, 1, &text.length);
    if (!text.bytes) text = (struct fl_span){"", 0};
    fake_sha1_hex(text, hex);
    lua_pushlstring(lua, hex, sizeof(hex));
    return 1;
}

/* There is no log; the arguments are checked all the same. */
static int redis_log(lua_State *lua)
{
    if (lua_gettop(lua) < 2)
        return give_error(lua, "redis.log() requires two arguments or more.", RAISE_ERROR);
    if (!lua_isnumber(lua, 1))
        return give_error(lua, "First argument must be a number (log level).", RAISE_ERROR);
    lua_Number level = lua_tonumber(lua, 1);
    if (level < 0 || level > 3) return give_error(lua, "Invalid debug level.", RAISE_ERROR);
    return 0;
}

static int redis_setresp(lua_State *lua)
{
    if (lua_gettop(lua) != 1)
        return give_error(lua, "redis.setresp() requires one argument.", RAISE_ERROR);
    if (lua_tonumber(lua, 1) != 2)
        return give_error(lua, "RESP version must be 2 or 3.", RAISE_ERROR);
    return 0;
}

static int redis_set_repl(lua_State *lua)
{
    if (lua_gettop(lua) != 1)
        return give_error(lua, "redis.set_repl() requires two arguments.", RAISE_ERROR);
    lua_Number flags = lua_tonumber(lua, 1);
    if (flags < 0 || flags > 3)
        return give_error(lua,
                          "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or "
                          "REPL_NONE.",
                          RAISE_ERROR);
    return 0;
}

static int redis_true(lua_State *lua)
{
    lua_pushboolean(lua, 1);
    return 1;
}

static const struct luaL_Reg redis_functions[] = {
    {"call", redis_call},
    {"pcall", redis_pcall},
    {"error_reply", redis_error_reply},
    {"status_reply", redis_status_reply},
    {"sha1hex", redis_sha1hex},
    {"log", redis_log},
    {"setresp", redis_setresp},
    {"set_repl", redis_set_repl},
    {"replicate_commands", redis_true},
    {NULL, NULL},
};

static const struct {
    const char *name;
    int value;
} redis_constants[] = {
    {"LOG_DEBUG", 0},  {"LOG_VERBOSE", 1},
    {"LOG_NOTICE", 2}, {"LOG_WARNING", 3},
    {"REPL_NONE", 0},  {"REPL_AOF", 1},
    {"REPL_SLAVE", 2}, {"REPL_REPLICA", 2},
    {"REPL_ALL", 3},   {"REDIS_VERSION_NUM", 0x0007000f},
};

static void push_redis(lua_State *lua)
{
    lua_createtable(lua, 0, 24);
    for (const struct luaL_Reg *function = redis_functions; function->name; function++) {
        lua_pushcfunction(lua, function->func);
        lua_setfield(lua, -2, function->name);
    }
    for (size_t i = 0; i < sizeof(redis_constants) / sizeof(redis_constants[0]); i++) {
        lua_pushinteger(lua, redis_constants[i].value);
        lua_setfield(lua, -2, redis_constants[i].name);
    }
    lua_pushliteral(lua, "7.0.15");
    lua_setfield(lua, -2, "REDIS_VERSION");
}

/* ---- math.random: Redis's own generator, which goes on from script to script ---- */

static int32_t next_random(struct fake_scripts *scripts)
{
    uint64_t state = (uint64_t)scripts->random;
    state = (state * UINT64_C(0x5deece66d) + 0xb) & ((UINT64_C(1) << 48) - 1);
    scripts->random = (int64_t)state;
    return (int32_t)(state >> 17);
}

static int math_random(lua_State *lua)
{
    lua_Number r =
        (lua_Number)(next_random(fake_script_of(lua)) % INT32_MAX) / (lua_Number)INT32_MAX;
    switch (lua_gettop(lua)) {
    case 0: lua_pushnumber(lua, r); break;
    case 1: {
        int high = luaL_checkint(lua, 1);
        luaL_argcheck(lua, 1 <= high, 1, "interval is empty");
        lua_pushnumber(lua, floor(r * high) + 1);
        break;
    }
    case 2: {
        int low = luaL_checkint(lua, 1), high = luaL_checkint(lua, 2);
        luaL_argcheck(lua, low <= high, 2, "interval is empty");
        lua_pushnumber(lua, floor(r * (high - low + 1)) + low);
        break;
    }
    default: return luaL_error(lua, "wrong number of arguments");
    }
    return 1;
}

static int math_randomseed(lua_State *lua)
{
    uint32_t seed = (uint32_t)luaL_checkint(lua, 1);
    fake_script_of(lua)->random = (int64_t)((uint64_t)seed << 16 | 0x330e);
    return 0;
}

/* ---- closing the world ---- */

static int refuse_write(lua_State *lua)
{
    return luaL_error(lua, "Attempt to modify a readonly table");
}

static int refuse_unknown(lua_State *lua)
{
    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'",
                      luaL_checkstring(lua, 2));
}

static int raw_set(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checkany(lua, 2);
    luaL_checkany(lua, 3);
    lua_settop(lua, 3);
    if (lua_getmetatable(lua, 1)) {
        lua_getfield(lua, -1, "__newindex");
        if (lua_tocfunction(lua, -1) == refuse_write) {
            lua_pushliteral(lua, "Attempt to modify a readonly table"); /* without a position */
            return lua_error(lua);
        }
        lua_settop(lua, 3);
    }
    lua_rawset(lua, 1);
    return 1;
}

/* As Lua's, but an error that redis.call raised comes back as its text. */
static int protected_call(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0) == 0) {
        lua_pushboolean(lua, 1);
        lua_insert(lua, 1);
        return lua_gettop(lua);
    }
    if (lua_istable(lua, -1)) {
        lua_getfield(lua, -1, "err");
        if (lua_isstring(lua, -1)) lua_replace(lua, -2);
    }
    lua_pushboolean(lua, 0);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}

/* As Lua's, but an address is not told: it would differ from run to run. */
static int to_string(lua_State *lua)
{
    luaL_checkany(lua, 1);
    int type = lua_type(lua, 1);
    bool has_address =
        type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD;
    if (has_address && !luaL_getmetafield(lua, 1, "__tostring")) {
        lua_pushfstring(lua, "%s: 0x000000000000", luaL_typename(lua, 1));
        return 1;
    }
    lua_getfield(lua, LUA_REGISTRYINDEX, "tostring");
    lua_pushvalue(lua, 1);
    lua_call(lua, 1, 1);
    return 1;
}

/* Compiled code could crash the interpreter, so only source is taken. */
static int load_string(lua_State *lua)
{
    size_t length;
    const char *text = luaL_checklstring(lua, 1, &length);
    const char *name = luaL_optstring(lua, 2, text);
    if (length && text[0] == LUA_SIGNATURE[0]) {
        lua_pushnil(lua);
        lua_pushliteral(lua, "precompiled code is refused");
        return 2;
    }
    if (luaL_loadbuffer(lua, text, length, name) == 0) return 1;
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

/* Replaces the table on top by an empty one that reads it. */
static void make_readonly(lua_State *lua)
{
    lua_newtable(lua);
    lua_createtable(lua, 0, 3);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_write);
    lua_setfield(lua, -2, "__newindex");
    lua_pushboolean(lua, 0);
    lua_setfield(lua, -2, "__metatable");
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

static void open_library(lua_State *lua, const char *name, lua_CFunction open)
{
    lua_pushcfunction(lua, open);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 0);
}

static void keep_readonly(lua_State *lua, const char *name)
{
    lua_getfield(lua, LUA_GLOBALSINDEX, name);
    make_readonly(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, name);
}

static void set_functions(lua_State *lua)
{
    static const char *const absent[] = {"dofile",  "loadfile", "print",          "load",
                                         "getfenv", "setfenv",  "newproxy",       "require",
                                         "module",  "package",  "collectgarbage", "gcinfo"};
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        lua_pushnil(lua);
        lua_setfield(lua, LUA_GLOBALSINDEX, absent[i]);
    }
    lua_pushcfunction(lua, raw_set);
    lua_setfield(lua, LUA_GLOBALSINDEX, "rawset");
    lua_pushcfunction(lua, protected_call);
    lua_setfield(lua, LUA_GLOBALSINDEX, "pcall");
    lua_pushcfunction(lua, load_string);
    lua_setfield(lua, LUA_GLOBALSINDEX, "loadstring");
    lua_getfield(lua, LUA_GLOBALSINDEX, "math");
    lua_pushcfunction(lua, math_random);
    lua_setfield(lua, -2, "random");
    lua_pushcfunction(lua, math_randomseed);
    lua_setfield(lua, -2, "randomseed");
    lua_pop(lua, 1);
}

void fake_script_open_libraries(struct fake_scripts *scripts)
{
    lua_State *lua = scripts->lua;
    open_library(lua, "", luaopen_base);
    open_library(lua, LUA_TABLIBNAME, luaopen_table);
    open_library(lua, LUA_STRLIBNAME, luaopen_string);
    open_library(lua, LUA_MATHLIBNAME, luaopen_math);
    set_functions(lua);
    push_redis(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, "redis");
    lua_getfield(lua, LUA_GLOBALSINDEX, "tostring");
    lua_setfield(lua, LUA_REGISTRYINDEX, "tostring");
    lua_pushcfunction(lua, to_string);
    lua_setfield(lua, LUA_GLOBALSINDEX, "tostring");
    keep_readonly(lua, "table");
    keep_readonly(lua, "string");
    keep_readonly(lua, "math");
    keep_readonly(lua, "coroutine");
    keep_readonly(lua, "redis");

    lua_pushvalue(lua, LUA_GLOBALSINDEX); /* what is read and not there is an error */
    lua_createtable(lua, 0, 1);
    lua_pushcfunction(lua, refuse_unknown);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "globals");
    make_readonly(lua);
    lua_pushvalue(lua, -1);
    lua_replace(lua, LUA_GLOBALSINDEX);
    lua_getfield(lua, LUA_REGISTRYINDEX, "globals");
    lua_pushvalue(lua, -2);
    lua_setfield(lua, -2, "_G");
    lua_pop(lua, 2);
}
