/* fakes/redis/lua/script.h - Lua 5.1 inside the engine: one state for an engine, made by the first
 * script. */
#ifndef FAKE_REDIS_LUA_SCRIPT_H
#define FAKE_REDIS_LUA_SCRIPT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/dict.h"
#include "fakes/redis/out.h"
#include "fakes/redis/session.h"

enum {
    FAKE_SCRIPT_HOOK_STEPS = 1000,
    FAKE_SCRIPT_ARGS_MAX = 8000, /* of one redis.call; Lua's own stack holds no more */
    FAKE_SCRIPT_REFUSAL_BYTES = 512,
};

enum fake_script_flags {
    FAKE_SCRIPT_NO_WRITES = 1,
    FAKE_SCRIPT_ALLOW_OOM = 2,
    FAKE_SCRIPT_SHEBANG = 4, /* begins with "#!lua" */
    FAKE_SCRIPT_ALLOW_STALE = 8,
    FAKE_SCRIPT_NO_CLUSTER = 16,
    FAKE_SCRIPT_CROSS_SLOT = 32,
};

struct fake_script {
    int reference; /* of the compiled function in Lua's registry */
    unsigned flags;
    bool is_known; /* by EVAL or SCRIPT LOAD since the last flush; else only kept for speed */
};

struct fake_scripts {
    lua_State *lua;
    size_t lua_bytes;
    struct fake_heap heap;
    struct fake_dict cache; /* sha1 in hex -> struct fake_script */
    int64_t steps_left;
    int64_t random;                    /* math.random's state */
    struct fake_redis_session session; /* runs the commands of scripts; on no list */
    unsigned flags;                    /* of the running script */
    bool was_out_of_memory;            /* when the script began */
    bool has_written;                  /* a command that may write ran */
    int slot;                          /* in a cluster: where all keys so far are; -1: no key */
    char hex[41];                      /* of the running script */
    char refusal[FAKE_SCRIPT_REFUSAL_BYTES];   /* of the current redis.call */
    struct fl_span args[FAKE_SCRIPT_ARGS_MAX]; /* of the current redis.call */
    char numbers[FAKE_SCRIPT_ARGS_MAX][32];    /* its numbers as text */
};

struct fake_scripts *fake_scripts_of(struct fake_redis *engine); /* NULL: out of memory */
void fake_scripts_free(struct fake_scripts *scripts);            /* NULL is fine */
/* The cache is empty for clients. */
void fake_scripts_forget(struct fake_scripts *scripts);
/* As new; what was compiled stays for speed. */
void fake_scripts_restart(struct fake_scripts *scripts);

struct fake_call;
/* The compiled script of a body, which is known from now on; `hex` gets its name. NULL: an error
 * was written. */
struct fake_script *fake_script_load(struct fake_call *call, struct fl_span body, char *hex);
/* By its name of FAKE_SHA1_HEX_BYTES; may be forgotten. NULL: never seen. */
struct fake_script *fake_script_find(struct fake_scripts *scripts, const char *hex);

/* What the script of an EVAL or EVALSHA, or the _RO of them, declares: enum fake_script_flags. 0:
 * nothing, or it is not known. */
unsigned fake_script_flags(const struct fake_redis *engine, const struct fl_span *args);

/* sandbox.c: fills a new state with what scripts may use. Runs protected. */
void fake_script_open_libraries(struct fake_scripts *scripts);
/* The `scripts` of any Lua thread. */
struct fake_scripts *fake_script_of(lua_State *lua);

/* convert.c. Both may raise Lua errors, and must run protected. */
/* Pushes the value of one RESP reply; moves *reply behind it. */
void fake_script_push_reply(lua_State *lua, const char **reply);
/* Writes the value on top of the stack as a reply and pops it. */
void fake_script_pop_reply(lua_State *lua, struct fake_out *out);
/* Pushes {err = text}; the text may begin with "-CODE ", else it gets "ERR ". */
void fake_script_push_error(lua_State *lua, struct fl_span text);

#endif
