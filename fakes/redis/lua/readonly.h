/* fakes/redis/lua/readonly.h - tables that scripts can read and not change.
 *
 * Stock Lua has none. Scripts see an empty table in its place, whose metatable reads the real one
 * and refuses to write; what looks into tables without asking metatables is replaced by functions
 * that know. */
#ifndef FAKE_REDIS_LUA_READONLY_H
#define FAKE_REDIS_LUA_READONLY_H

#include <lua.h>
#include <stdbool.h>

/* Replaces the table on top by one that shows it. */
void fake_lua_make_readonly(lua_State *lua);
/* What the value at an absolute index shows takes its place; a table of the script's stays. */
void fake_lua_look_through(lua_State *lua, int index);
/* Raises an error if the value at the index is read-only. */
void fake_lua_check_writable(lua_State *lua, int index);
/* Puts the functions that know into the globals. */
void fake_lua_open_readonly(lua_State *lua);

#endif
