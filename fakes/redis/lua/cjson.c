/* The library `cjson`: its tables and its settings. */
#include "fakes/redis/lua/cjson.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>

#include "fakes/redis/lua/libraries.h"

enum { PRECISION = 14, SPARSE_RATIO = 2, SPARSE_SAFE = 10, DEPTH = 1000 };

struct fake_cjson_config *fake_cjson_config_of(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* A setter takes at most so many arguments, and those that are missing are nil. */
static void take_args(lua_State *lua, int count)
{
    luaL_argcheck(lua, lua_gettop(lua) <= count, count + 1, "found too many arguments");
    lua_settop(lua, count);
}

/* Changes a setting if the argument is given, and pushes what it is then. */
static void set_int(lua_State *lua, int arg, int *setting, int low, int high)
{
    if (!lua_isnil(lua, arg)) {
        lua_Integer value = luaL_checkinteger(lua, arg);
        char error[64];
        snprintf(error, sizeof(error), "expected integer between %d and %d", low, high);
        luaL_argcheck(lua, low <= value && value <= high, 1,
                      error); /* the first, whichever it is */
        *setting = (int)value;
    }
    lua_pushinteger(lua, *setting);
}

/* `third` is the name of a value beside true and false; NULL: there is none. */
static void set_option(lua_State *lua, int arg, int *setting, const char *third)
{
    const char *names[] = {"off", "on", third, NULL};
    if (lua_isboolean(lua, arg))
        *setting = lua_toboolean(lua, arg);
    else if (!lua_isnil(lua, arg))
        *setting = luaL_checkoption(lua, arg, NULL, names);
    if (*setting < 2)
        lua_pushboolean(lua, *setting);
    else
        lua_pushstring(lua, third);
}

static int set_encode_sparse_array(lua_State *lua)
{
    struct fake_cjson_config *config = fake_cjson_config_of(lua);
    take_args(lua, 3);
    set_option(lua, 1, &config->encode_sparse_convert, NULL);
    set_int(lua, 2, &config->encode_sparse_ratio, 0, INT_MAX);
    set_int(lua, 3, &config->encode_sparse_safe, 0, INT_MAX);
    return 3;
}

static int set_encode_max_depth(lua_State *lua)
{
    take_args(lua, 1);
    set_int(lua, 1, &fake_cjson_config_of(lua)->encode_max_depth, 1, INT_MAX);
    return 1;
}

static int set_decode_max_depth(lua_State *lua)
{
    take_args(lua, 1);
    set_int(lua, 1, &fake_cjson_config_of(lua)->decode_max_depth, 1, INT_MAX);
    return 1;
}

static int set_encode_number_precision(lua_State *lua)
{
    take_args(lua, 1);
    set_int(lua, 1, &fake_cjson_config_of(lua)->encode_number_precision, 1, PRECISION);
    return 1;
}

static int set_encode_keep_buffer(lua_State *lua)
{
    take_args(lua, 1);
    set_option(lua, 1, &fake_cjson_config_of(lua)->encode_keep_buffer, NULL);
    return 1;
}

static int set_encode_invalid_numbers(lua_State *lua)
{
    take_args(lua, 1);
    set_option(lua, 1, &fake_cjson_config_of(lua)->encode_invalid_numbers, "null");
    return 1;
}

static int set_decode_invalid_numbers(lua_State *lua)
{
    take_args(lua, 1);
    set_option(lua, 1, &fake_cjson_config_of(lua)->decode_invalid_numbers, NULL);
    return 1;
}

static int cjson_new(lua_State *lua)
{
    fake_lua_push_cjson(lua);
    return 1;
}

void fake_lua_push_cjson(lua_State *lua)
{
    static const struct luaL_Reg functions[] = {
        {"encode", fake_cjson_encode},
        {"decode", fake_cjson_decode},
        {"encode_sparse_array", set_encode_sparse_array},
        {"encode_max_depth", set_encode_max_depth},
        {"decode_max_depth", set_decode_max_depth},
        {"encode_number_precision", set_encode_number_precision},
        {"encode_keep_buffer", set_encode_keep_buffer},
        {"encode_invalid_numbers", set_encode_invalid_numbers},
        {"decode_invalid_numbers", set_decode_invalid_numbers},
        {"new", cjson_new},
        {NULL, NULL},
    };
    lua_newtable(lua);
    struct fake_cjson_config *config = lua_newuserdata(lua, sizeof(*config));
    *config = (struct fake_cjson_config){
        .encode_invalid_numbers = FAKE_CJSON_REFUSE,
        .decode_invalid_numbers = FAKE_CJSON_ALLOW,
        .encode_max_depth = DEPTH,
        .decode_max_depth = DEPTH,
        .encode_number_precision = PRECISION,
        .encode_sparse_ratio = SPARSE_RATIO,
        .encode_sparse_safe = SPARSE_SAFE,
        .encode_keep_buffer = true,
    };
    for (const struct luaL_Reg *function = functions; function->name; function++) {
        lua_pushvalue(lua, -1);
        lua_pushcclosure(lua, function->func, 1);
        lua_setfield(lua, -3, function->name);
    }
    lua_pop(lua, 1);
    lua_pushlightuserdata(lua, NULL);
    lua_setfield(lua, -2, "null");
    lua_pushliteral(lua, "cjson");
    lua_setfield(lua, -2, "_NAME");
    lua_pushliteral(lua, "2.1.0");
    lua_setfield(lua, -2, "_VERSION");
}
