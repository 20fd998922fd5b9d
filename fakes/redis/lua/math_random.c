/* math.random: Redis's own generator, which goes on from script to script. */
#include <lauxlib.h>
#include <math.h>

#include "fakes/redis/lua/libraries.h"

static int32_t next_random(int64_t *random)
{
    uint64_t state = (uint64_t)*random;
    state = (state * UINT64_C(0x5deece66d) + 0xb) & ((UINT64_C(1) << 48) - 1);
    *random = (int64_t)state;
    return (int32_t)(state >> 17);
}

static int math_random(lua_State *lua)
{
    int32_t drawn = next_random(fake_lua_of(lua)->random);
    lua_Number r = (lua_Number)(drawn % INT32_MAX) / (lua_Number)INT32_MAX;
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
        /* The width wraps around as the real one's does. */
        int width = (int)((unsigned)high - (unsigned)low + 1);
        lua_pushnumber(lua, floor(r * width) + low);
        break;
    }
    default: return luaL_error(lua, "wrong number of arguments");
    }
    return 1;
}

static int math_randomseed(lua_State *lua)
{
    uint32_t seed = (uint32_t)luaL_checkint(lua, 1);
    *fake_lua_of(lua)->random = (int64_t)((uint64_t)seed << 16 | 0x330e);
    return 0;
}

void fake_lua_open_random(lua_State *lua)
{
    lua_getfield(lua, LUA_GLOBALSINDEX, "math");
    lua_pushcfunction(lua, math_random);
    lua_setfield(lua, -2, "random");
    lua_pushcfunction(lua, math_randomseed);
    lua_setfield(lua, -2, "randomseed");
    lua_pop(lua, 1);
}
