/* fakes/redis/lua/functions.h - the libraries that FUNCTION LOAD has loaded, and their functions.
 */
#ifndef FAKE_REDIS_LUA_FUNCTIONS_H
#define FAKE_REDIS_LUA_FUNCTIONS_H

#include "fakes/redis/lua/machine.h"

struct fake_scripts;

enum { FAKE_FUNCTIONS_MAX = 10 * 1000, FAKE_LIBRARIES_MAX = 1000 };

struct fake_function {
    struct fake_function *next;
    char *name, *description; /* owned; description NULL: none */
    int reference;            /* of its callback in the machine's registry */
    unsigned flags;           /* enum fake_script_flags */
};

struct fake_library {
    struct fake_library *next;
    char *name, *code; /* the code has its first line; both owned */
    size_t code_bytes;
    struct fake_function *first, *last;
    size_t count;
};

struct fake_functions {
    struct fake_lua *machine;
    struct fake_library *first, *last; /* in the order in which they were loaded */
    size_t library_count, function_count;
};

void fake_functions_free(struct fake_functions *functions); /* NULL is fine */
/* In any case, as FCALL finds it; NULL: there is none, also among no functions. */
struct fake_function *fake_function_find(const struct fake_functions *functions,
                                         struct fl_span name);
/* The library that has it. */
struct fake_library *fake_function_owner(const struct fake_functions *functions,
                                         struct fl_span name);
struct fake_library *fake_library_find(const struct fake_functions *functions, struct fl_span name);

/* Those of the engine, made when there are none; or new ones, which are the caller's. NULL: out of
 * memory. */
struct fake_functions *fake_functions_of(struct fake_redis *engine);
struct fake_functions *fake_functions_new(struct fake_redis *engine);

struct fake_call;
/* Runs the code of a library in the machine of `functions`. It is the caller's, and none of
 * `others` has its name or that of a function. NULL: an error was written. */
struct fake_library *fake_library_make(struct fake_call *call, struct fake_functions *functions,
                                       struct fl_span code, const struct fake_functions *others);
/* Gives it to the functions in whose machine it was made; and takes it back. */
void fake_library_link(struct fake_functions *functions, struct fake_library *library);
void fake_library_unlink(struct fake_functions *functions, struct fake_library *library);
/* With what it has in the machine of `functions`, which do not have it. */
void fake_library_drop(struct fake_functions *functions, struct fake_library *library);
/* Runs the code of a library and keeps what it registered, in the place of the library of that name
 * if `replace`. False: an error was written, and all is as before. */
bool fake_library_load(struct fake_call *call, struct fl_span code, bool replace);
void fake_library_delete(struct fake_functions *functions, struct fake_library *library);

/* "unknown subcommand or wrong number of arguments", in the words of old commands. */
void fake_function_refuse_count(struct fake_call *call);

/* register.c: redis.register_function. */
int fake_lua_register_function(lua_State *lua);

#endif
