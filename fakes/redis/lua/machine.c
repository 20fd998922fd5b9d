#include "fakes/redis/lua/machine.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/fake_redis.h"
#include "fakes/redis/lua/budget.h"

enum {
    STEPS_DEFAULT_MAX = 50 * 1000 * 1000,
    BIG_BLOCK_BYTES = 64 * 1024, /* filling it takes as long as many instructions */
    BIG_BLOCK_STEP_BYTES = 64,
    UNCOLLECTED_BYTES_MAX = 1024 * 1024, /* until then garbage is left where it is */
};

static const char too_long[] = "the script ran for more steps than this server allows";

struct fake_lua *fake_lua_of(lua_State *state)
{
    void *self;
    (void)lua_getallocf(state, &self);
    return self;
}

void *fake_lua_scratch(lua_State *state, size_t bytes)
{
    fl_assert(bytes <= FAKE_LUA_SCRATCH_BYTES);
    return fake_lua_of(state)->scratch;
}

/* ---- steps ---- */

static void count_steps(lua_State *state, lua_Debug *where)
{
    struct fake_lua *lua = fake_lua_of(state);
    (void)where;
    lua->steps_left -= lua_gethookcount(state);
    if (lua->steps_left > 0) return;
    lua_sethook(state, count_steps, LUA_MASKCOUNT, 1); /* so that no pcall survives it */
    luaL_error(state, too_long);
}

void fake_lua_charge(lua_State *state, size_t steps)
{
    struct fake_lua *lua = fake_lua_of(state);
    lua->steps_left -= (int64_t)steps;
    if (lua->steps_left > 0) return;
    lua_sethook(state, count_steps, LUA_MASKCOUNT, 1);
    luaL_error(state, too_long);
}

void fake_lua_count_steps(struct fake_lua *lua, uint64_t steps_max)
{
    lua->steps_left = steps_max ? (int64_t)steps_max : STEPS_DEFAULT_MAX;
    lua_sethook(lua->state, count_steps, LUA_MASKCOUNT, FAKE_LUA_HOOK_STEPS);
}

/* ---- life ---- */

static void *allocate(void *self, void *old, size_t old_bytes, size_t bytes)
{
    struct fake_lua *lua = self;
    if (bytes >= BIG_BLOCK_BYTES && bytes > old_bytes) {
        lua->steps_left -= (int64_t)(bytes / BIG_BLOCK_STEP_BYTES);
        if (lua->steps_left <= 0 && lua->state)
            lua_sethook(lua->state, count_steps, LUA_MASKCOUNT, 1);
    }
    if (bytes > old_bytes && !lua->collects && lua->arena.live_bytes > UNCOLLECTED_BYTES_MAX &&
        lua->state) {
        lua->collects = true;
        lua_gc(lua->state, LUA_GCRESTART, 0);
    }
    return fake_lua_arena_resize(&lua->arena, old, old_bytes, bytes);
}

static int open_sandbox(lua_State *state)
{
    fake_lua_open_sandbox(fake_lua_of(state));
    lua_gc(state, LUA_GCCOLLECT, 0);
    lua_gc(state, LUA_GCSTOP, 0);
    return 0;
}

struct fake_lua *fake_lua_new(enum fake_lua_kind kind, const char *version, int64_t *random)
{
    struct fake_lua *lua = calloc(1, sizeof(*lua));
    if (!lua) return NULL;
    lua->kind = kind;
    snprintf(lua->version, sizeof(lua->version), "%s", version);
    lua->random = random;
    lua->steps_left = INT64_MAX;
    if (!fake_lua_arena_open(&lua->arena, FAKE_REDIS_LUA_BYTES_MAX)) goto failed;
    lua->state = lua_newstate(allocate, lua);
    if (!lua->state || lua_cpcall(lua->state, open_sandbox, NULL) != 0) goto failed;
    lua_settop(lua->state, 0);
    if (fake_lua_arena_keep(&lua->arena)) return lua;
failed:
    fake_lua_free(lua);
    return NULL;
}

/* No object of Lua's holds anything outside of the arena, so nothing is to be finalized. */
void fake_lua_free(struct fake_lua *lua)
{
    if (!lua) return;
    fake_lua_arena_close(&lua->arena);
    fake_out_release(&lua->session.output);
    free(lua);
}

void fake_lua_restore(struct fake_lua *lua)
{
    fake_lua_arena_restore(&lua->arena);
    lua->collects = false;
}
