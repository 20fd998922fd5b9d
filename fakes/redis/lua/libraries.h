/* fakes/redis/lua/libraries.h - the functions that scripts find among their globals, beside Lua's
 * own. All of this runs protected. */
#ifndef FAKE_REDIS_LUA_LIBRARIES_H
#define FAKE_REDIS_LUA_LIBRARIES_H

#include "fakes/redis/lua/machine.h"

/* Each pushes its table. */
void fake_lua_push_bit(lua_State *lua);
void fake_lua_push_cjson(lua_State *lua);
void fake_lua_push_cmsgpack(lua_State *lua);
void fake_lua_push_redis(lua_State *lua, enum fake_lua_kind kind);
void fake_lua_push_loading_redis(lua_State *lua); /* for the code of a library */
void fake_lua_push_struct(lua_State *lua);

/* Each replaces functions of Lua's own in its global tables. */
void fake_lua_open_strings(lua_State *lua); /* those that know patterns */
void fake_lua_open_random(lua_State *lua);  /* Redis's own generator */

#endif
