/* fakes/redis/lua/convert.h - between RESP and Lua values. All may raise Lua errors, and must run
 * protected. */
#ifndef FAKE_REDIS_LUA_CONVERT_H
#define FAKE_REDIS_LUA_CONVERT_H

#include <lua.h>

#include "fakes/redis/engine/out.h"

/* Pushes the value of one well-formed RESP reply; moves *reply behind it. */
void fake_lua_push_reply(lua_State *lua, const char **reply);
/* Writes the value on top of the stack as a reply and pops it. */
void fake_lua_pop_reply(lua_State *lua, struct fake_out *out);

#endif
