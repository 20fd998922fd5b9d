#include "fakes/redis/lua/readonly.h"

#include <lauxlib.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/machine.h"

/* The key of the real table in the metatable of what shows it, which no script sees. */
#define REAL_TABLE "real table"
static const char modified[] = "Attempt to modify a readonly table";

static int refuse_write(lua_State *lua)
{
    return luaL_error(lua, modified);
}

/* Pushes the real table behind the value; false, and nothing is pushed: there is none. */
static bool push_real(lua_State *lua, int index)
{
    if (lua_type(lua, index) != LUA_TTABLE || !lua_getmetatable(lua, index)) return false;
    lua_pushliteral(lua, REAL_TABLE);
    lua_rawget(lua, -2);
    lua_remove(lua, -2);
    if (lua_istable(lua, -1)) return true;
    lua_pop(lua, 1);
    return false;
}

void fake_lua_look_through(lua_State *lua, int index)
{
    if (push_real(lua, index)) lua_replace(lua, index);
}

void fake_lua_check_writable(lua_State *lua, int index)
{
    if (!push_real(lua, index)) return;
    lua_pushstring(lua, modified); /* without a position */
    lua_error(lua);
}

void fake_lua_make_readonly(lua_State *lua)
{
    lua_newtable(lua);
    lua_createtable(lua, 0, 3);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_write);
    lua_setfield(lua, -2, "__newindex");
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, REAL_TABLE);
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

/* ---- functions that know ---- */

static int base_next(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    fake_lua_look_through(lua, 1);
    if (lua_next(lua, 1)) return 2;
    lua_pushnil(lua);
    return 1;
}

/* The first upvalue is `next`. */
static int base_pairs(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

static int base_rawget(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checkany(lua, 2);
    lua_settop(lua, 2);
    fake_lua_look_through(lua, 1);
    lua_rawget(lua, 1);
    return 1;
}

static int base_rawset(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checkany(lua, 2);
    luaL_checkany(lua, 3);
    lua_settop(lua, 3);
    fake_lua_check_writable(lua, 1);
    lua_rawset(lua, 1);
    return 1;
}

/* The globals and strings have metatables that scripts may see; other tables that are read-only
 * have none. */
static int base_getmetatable(lua_State *lua)
{
    luaL_checkany(lua, 1);
    bool is_string = lua_type(lua, 1) == LUA_TSTRING;
    if (is_string || lua_rawequal(lua, 1, LUA_GLOBALSINDEX)) {
        lua_getfield(lua, LUA_REGISTRYINDEX,
                     is_string ? FAKE_LUA_STRING_META : FAKE_LUA_GLOBALS_META);
    } else if (push_real(lua, 1) || !lua_getmetatable(lua, 1)) {
        lua_pushnil(lua);
    } else {
        (void)luaL_getmetafield(lua, 1, "__metatable"); /* what it hides behind, if it does */
    }
    return 1;
}

/* The first upvalue is Lua's own function. */
static int call_own(lua_State *lua)
{
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

static int base_setmetatable(lua_State *lua)
{
    int type = lua_type(lua, 2);
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_argcheck(lua, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table expected");
    fake_lua_check_writable(lua, 1);
    return call_own(lua);
}

static int table_foreach(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    fake_lua_look_through(lua, 1);
    return call_own(lua);
}

static int table_insert(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    fake_lua_check_writable(lua, 1);
    /* Making room moves what is behind. */
    if (lua_gettop(lua) == 3) fake_lua_charge(lua, lua_objlen(lua, 1) / 8);
    return call_own(lua);
}

/* Replaces a field of the table on top; the old function is the upvalue of the new one. */
static void replace(lua_State *lua, const char *name, lua_CFunction function)
{
    lua_getfield(lua, -1, name);
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
}

void fake_lua_open_readonly(lua_State *lua)
{
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    replace(lua, "next", base_next);
    replace(lua, "rawget", base_rawget);
    replace(lua, "rawset", base_rawset);
    replace(lua, "getmetatable", base_getmetatable);
    replace(lua, "setmetatable", base_setmetatable);
    lua_getfield(lua, -1, "next");
    lua_pushcclosure(lua, base_pairs, 1);
    lua_setfield(lua, -2, "pairs");
    lua_getfield(lua, -1, "table");
    replace(lua, "foreach", table_foreach);
    replace(lua, "insert", table_insert);
    lua_pop(lua, 2);
}
