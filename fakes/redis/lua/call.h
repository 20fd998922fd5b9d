/* fakes/redis/lua/call.h - redis.call and its kin. */
#ifndef FAKE_REDIS_LUA_CALL_H
#define FAKE_REDIS_LUA_CALL_H

#include <lua.h>

int fake_lua_redis_call(lua_State *lua);  /* raises the command's error */
int fake_lua_redis_pcall(lua_State *lua); /* returns it */
int fake_lua_redis_acl_check_cmd(lua_State *lua);

#endif
