/* fakes/redis/lua/budget.h - how much a script may do before it runs too long. */
#ifndef FAKE_REDIS_LUA_BUDGET_H
#define FAKE_REDIS_LUA_BUDGET_H

#include <lua.h>
#include <stddef.h>

/* Counts the work of one library call, which no instruction of the script shows, as that many
 * instructions: one for about 32 bytes moved or one element touched. Raises the error of a script
 * that runs too long. */
void fake_lua_charge(lua_State *lua, size_t steps);

#endif
