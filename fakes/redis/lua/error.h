/* fakes/redis/lua/error.h - errors as scripts see them: {err = "CODE text"}, with source and line
 * once they were raised. */
#ifndef FAKE_REDIS_LUA_ERROR_H
#define FAKE_REDIS_LUA_ERROR_H

#include <lua.h>

#include "core/span.h"
#include "fakes/redis/engine/out.h"

/* Pushes {err = text}; the text may begin with "-CODE ", else it gets "ERR ". */
void fake_lua_push_error(lua_State *lua, struct fl_span text);
/* As above, raised; the error of a command that failed for the script's own reasons. */
int fake_lua_raise(lua_State *lua, const char *text);
/* Turns what was raised into a table with err, source and line. */
int fake_lua_handle_error(lua_State *lua);
/* Answers with what was raised, which is on top: the text, and where in the script of that name. */
void fake_lua_reply_raised(lua_State *lua, const char *name, struct fake_out *out);

#endif
