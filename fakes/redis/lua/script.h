/* fakes/redis/lua/script.h - the scripts of a server: what EVAL has seen, and the libraries of
 * functions. */
#ifndef FAKE_REDIS_LUA_SCRIPT_H
#define FAKE_REDIS_LUA_SCRIPT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "fakes/redis/lua/machine.h"
#include "fakes/redis/values/dict.h"

struct fake_script {
    char *code; /* compiled; owned */
    size_t code_bytes;
    int reference;  /* of its function in the machine's registry; LUA_NOREF: not loaded yet */
    unsigned flags; /* enum fake_script_flags */
    bool is_known;  /* by EVAL or SCRIPT LOAD since the last flush; else only kept for speed */
};

struct fake_scripts {
    struct fake_lua *machine; /* of EVAL */
    lua_State *compiler;
    size_t compiler_bytes;
    struct fake_heap heap;
    struct fake_dict cache;           /* sha1 in hex -> struct fake_script */
    int64_t random;                   /* math.random's state */
    struct fake_functions *functions; /* NULL before the first FUNCTION LOAD */
};

struct fake_scripts *fake_scripts_of(struct fake_redis *engine); /* NULL: out of memory */
void fake_scripts_free(struct fake_scripts *scripts);            /* NULL is fine */
/* SCRIPT FLUSH: the cache is empty for clients, and the machine as new. */
void fake_scripts_forget(struct fake_scripts *scripts);
/* As new for a server of that version; what was compiled stays for speed. False: out of memory. */
bool fake_scripts_restart(struct fake_scripts *scripts, const char *version);

struct fake_call;
/* The compiled script of a body, which is known from now on; `hex` gets its name. NULL: an error
 * was written. */
struct fake_script *fake_script_load(struct fake_call *call, struct fl_span body, char *hex);
/* By its name of FAKE_SHA1_HEX_BYTES in any case; NULL: not known since the last flush. */
struct fake_script *fake_script_find(struct fake_scripts *scripts, struct fl_span name);

/* What the script or function of an EVAL, EVALSHA or FCALL, or the _RO of them, declares: enum
 * fake_script_flags. 0: nothing, or it is not known. */
unsigned fake_script_flags(const struct fake_redis *engine, const struct fl_span *args);

#endif
