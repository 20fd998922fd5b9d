/* fakes/redis/lua/run.h - runs a script or a function for a client, and answers. */
#ifndef FAKE_REDIS_LUA_RUN_H
#define FAKE_REDIS_LUA_RUN_H

#include "fakes/redis/lua/machine.h"
#include "fakes/redis/table/command.h"

struct fake_lua_run {
    struct fake_call *call;
    struct fake_lua *machine;
    const char *name;    /* for errors */
    int *reference;      /* of the function in the registry; LUA_NOREF: made of `code` first */
    struct fl_span code; /* compiled */
    unsigned flags;      /* enum fake_script_flags */
    size_t key_count;    /* of call->args from the fourth on; the rest are arguments */
};

/* Whole: nobody else's command comes in between. */
void fake_lua_run(struct fake_lua_run *run);
/* The number of keys in args[2]. False: an error was written; `not_a_number` is that of a text. */
bool fake_lua_parse_key_count(struct fake_call *call, const char *not_a_number, size_t *ret_count);

#endif
