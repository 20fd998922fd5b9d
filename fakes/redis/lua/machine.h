/* fakes/redis/lua/machine.h - one Lua 5.1 with what its scripts may use: EVAL has one, functions
 * have another.
 *
 * A machine begins as it was made each time that it is restored, down to every address inside: what
 * a script does is a pure function of what was run since. */
#ifndef FAKE_REDIS_LUA_MACHINE_H
#define FAKE_REDIS_LUA_MACHINE_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/engine/session.h"
#include "fakes/redis/lua/arena.h"
#include "fakes/redis/values/number.h"

enum {
    FAKE_LUA_HOOK_STEPS = 1000,
    FAKE_LUA_ARGS_MAX = 8000, /* of one redis.call; Lua's own stack holds no more */
    FAKE_LUA_SCRATCH_BYTES = 256 * 1024,
    FAKE_LUA_REFUSAL_BYTES = 512,
    FAKE_LUA_VERSION_BYTES = 16,
};

enum fake_script_flags {
    FAKE_SCRIPT_NO_WRITES = 1,
    FAKE_SCRIPT_ALLOW_OOM = 2,
    FAKE_SCRIPT_SHEBANG = 4, /* begins with "#!lua", or is a function: the flags are meant */
    FAKE_SCRIPT_ALLOW_STALE = 8,
    FAKE_SCRIPT_NO_CLUSTER = 16,
    FAKE_SCRIPT_CROSS_SLOT = 32,
};

enum fake_lua_kind { FAKE_LUA_SCRIPTS, FAKE_LUA_FUNCTIONS };

struct fake_lua {
    lua_State *state;
    enum fake_lua_kind kind;
    char version[FAKE_LUA_VERSION_BYTES]; /* that scripts are told */
    struct fake_lua_arena arena;
    bool collects; /* its garbage; not before there is much of it, since most runs end sooner */
    int64_t steps_left;
    int64_t *random; /* math.random's state, which all machines of a server share */
    struct fake_redis_session session;    /* runs the commands of scripts; on no list */
    unsigned flags;                       /* of the running script */
    bool was_out_of_memory;               /* when the script began */
    bool has_written;                     /* a command that may write ran */
    int slot;                             /* in a cluster: where all keys so far are; -1: no key */
    struct fake_library *loading;         /* whose code FUNCTION LOAD runs; NULL: no one's */
    char refusal[FAKE_LUA_REFUSAL_BYTES]; /* of the current redis.call */
    struct fl_span args[FAKE_LUA_ARGS_MAX];                  /* of the current redis.call */
    char numbers[FAKE_LUA_ARGS_MAX][FAKE_DOUBLE_TEXT_BYTES]; /* its numbers as text */
    _Alignas(16) char scratch[FAKE_LUA_SCRATCH_BYTES];
};

/* Borrows `random`. NULL: out of memory. */
struct fake_lua *fake_lua_new(enum fake_lua_kind kind, const char *version, int64_t *random);
void fake_lua_free(struct fake_lua *lua); /* NULL is fine */
/* As new, but for math.random, which goes on. */
void fake_lua_restore(struct fake_lua *lua);
/* The machine of any Lua thread. */
struct fake_lua *fake_lua_of(lua_State *state);
/* Room for one library call that keeps its place in tables within tables; not cleared. */
void *fake_lua_scratch(lua_State *state, size_t bytes);
/* A script begins: what it may do is counted from here. 0: the usual limit. */
void fake_lua_count_steps(struct fake_lua *lua, uint64_t steps_max);

/* Names in Lua's registry. */
#define FAKE_LUA_GLOBALS         "globals" /* the table in which KEYS and ARGV are set */
#define FAKE_LUA_LOADING_GLOBALS "loading globals"
#define FAKE_LUA_GLOBALS_META    "metatable of globals"
#define FAKE_LUA_STRING_META     "metatable of strings"
#define FAKE_LUA_TOSTRING        "tostring"

/* sandbox.c, protected: fills a new state with what scripts may use. */
void fake_lua_open_sandbox(struct fake_lua *lua);
/* Scripts see the globals of that name from now on. Protected. */
void fake_lua_show_globals(lua_State *state, const char *name);

#endif
