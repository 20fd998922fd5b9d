/* fakes/redis/lua/compile.h - source to code, in a state that runs nothing.
 *
 * The machine that runs it only loads code: it is the same whether the source was compiled just now
 * or before the last reset. */
#ifndef FAKE_REDIS_LUA_COMPILE_H
#define FAKE_REDIS_LUA_COMPILE_H

#include "core/error.h"
#include "fakes/redis/lua/script.h"

enum { FAKE_LUA_COMPILE_ERROR_BYTES = 1024 };

/* False: out of memory. */
bool fake_lua_open_compiler(struct fake_scripts *scripts);
void fake_lua_close_compiler(struct fake_scripts *scripts);
/* On FL_OK the caller owns *ret_code, of the heap of the scripts. FL_EPARSE: `error` gets Lua's
 * words. */
FL_CHECKED enum fl_error fake_lua_compile(struct fake_scripts *scripts, struct fl_span source,
                                          const char *name, char **ret_code, size_t *ret_bytes,
                                          char error[static FAKE_LUA_COMPILE_ERROR_BYTES]);

#endif
