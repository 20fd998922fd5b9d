/* The library `redis`, but for the calls. */
#include <lauxlib.h>
#include <stdio.h>

#include "fakes/redis/lua/call.h"
#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/libraries.h"
#include "fakes/redis/values/sha1.h"

enum { REPLICATION_FLAGS_MAX = 3, LOG_LEVEL_MAX = 3 };

static int give_error(lua_State *lua, const char *text)
{
    fake_lua_push_error(lua, fl_span_from(text));
    return 1;
}

static int redis_error_reply(lua_State *lua)
{
    struct fl_span text;
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TSTRING)
        return give_error(lua, "wrong number or type of arguments");
    text.bytes = lua_tolstring(lua, 1, &text.length);
    if (text.bytes[0] != '-') { /* "MY text" keeps its code, "text" gets ERR */
        lua_pushliteral(lua, "-");
        lua_insert(lua, 1);
        lua_concat(lua, 2);
        text.bytes = lua_tolstring(lua, 1, &text.length);
    }
    fake_lua_push_error(lua, text);
    return 1;
}

static int redis_status_reply(lua_State *lua)
{
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TSTRING)
        return give_error(lua, "wrong number or type of arguments");
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "ok");
    return 1;
}

static int redis_sha1hex(lua_State *lua)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    struct fl_span text;
    if (lua_gettop(lua) != 1) return fake_lua_raise(lua, "wrong number of arguments");
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
        return fake_lua_raise(lua, "redis.log() requires two arguments or more.");
    if (!lua_isnumber(lua, 1))
        return fake_lua_raise(lua, "First argument must be a number (log level).");
    lua_Number level = lua_tonumber(lua, 1);
    if (level < 0 || level > LOG_LEVEL_MAX) return fake_lua_raise(lua, "Invalid debug level.");
    return 0;
}

static int redis_setresp(lua_State *lua)
{
    if (lua_gettop(lua) != 1) return fake_lua_raise(lua, "redis.setresp() requires one argument.");
    lua_Integer version = lua_tointeger(lua, 1);
    if (version != 2 && version != 3) return fake_lua_raise(lua, "RESP version must be 2 or 3.");
    fake_lua_of(lua)->session.output.resp3 = version == 3;
    return 0;
}

static int redis_set_repl(lua_State *lua)
{
    if (lua_gettop(lua) != 1)
        return fake_lua_raise(lua, "redis.set_repl() requires two arguments.");
    lua_Integer flags = lua_tointeger(lua, 1);
    if (flags < 0 || flags > REPLICATION_FLAGS_MAX)
        return fake_lua_raise(
            lua, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
    return 0;
}

static int redis_replicate_commands(lua_State *lua)
{
    lua_pushboolean(lua, 1);
    return 1;
}

/* Nobody debugs. */
static int redis_breakpoint(lua_State *lua)
{
    lua_pushboolean(lua, 0);
    return 1;
}

static int redis_debug(lua_State *lua)
{
    (void)lua;
    return 0;
}

/* ---- the tables ---- */

static void set_functions(lua_State *lua, const struct luaL_Reg *function)
{
    for (; function->name; function++) {
        lua_pushcfunction(lua, function->func);
        lua_setfield(lua, -2, function->name);
    }
}

static void set_integer(lua_State *lua, const char *name, int value)
{
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, name);
}

static void set_log(lua_State *lua)
{
    lua_pushcfunction(lua, redis_log);
    lua_setfield(lua, -2, "log");
    set_integer(lua, "LOG_DEBUG", 0);
    set_integer(lua, "LOG_VERBOSE", 1);
    set_integer(lua, "LOG_NOTICE", 2);
    set_integer(lua, "LOG_WARNING", 3);
}

static void set_version(lua_State *lua)
{
    const char *version = fake_lua_of(lua)->version;
    int major = 0, minor = 0, patch = 0;
    (void)sscanf(version, "%d.%d.%d", &major, &minor, &patch);
    lua_pushstring(lua, version);
    lua_setfield(lua, -2, "REDIS_VERSION");
    set_integer(lua, "REDIS_VERSION_NUM", major << 16 | minor << 8 | patch);
}

void fake_lua_push_loading_redis(lua_State *lua)
{
    lua_newtable(lua);
    lua_pushcfunction(lua, fake_lua_register_function);
    lua_setfield(lua, -2, "register_function");
    set_log(lua);
    set_version(lua);
}

void fake_lua_push_redis(lua_State *lua, enum fake_lua_kind kind)
{
    static const struct luaL_Reg functions[] = {
        {"call", fake_lua_redis_call},
        {"pcall", fake_lua_redis_pcall},
        {"acl_check_cmd", fake_lua_redis_acl_check_cmd},
        {"error_reply", redis_error_reply},
        {"status_reply", redis_status_reply},
        {"sha1hex", redis_sha1hex},
        {"setresp", redis_setresp},
        {"set_repl", redis_set_repl},
        {NULL, NULL},
    };
    static const struct luaL_Reg of_scripts[] = {
        {"replicate_commands", redis_replicate_commands},
        {"breakpoint", redis_breakpoint},
        {"debug", redis_debug},
        {NULL, NULL},
    };
    lua_newtable(lua);
    set_functions(lua, functions);
    if (kind == FAKE_LUA_SCRIPTS) set_functions(lua, of_scripts);
    set_log(lua);
    set_version(lua);
    set_integer(lua, "REPL_NONE", 0);
    set_integer(lua, "REPL_AOF", 1);
    set_integer(lua, "REPL_SLAVE", 2);
    set_integer(lua, "REPL_REPLICA", 2);
    set_integer(lua, "REPL_ALL", 3);
}
