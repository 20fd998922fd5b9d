/* fakes/redis/lua/arena.h - where the memory of a Lua state comes from.
 *
 * Lua's tables order keys that are tables or functions by address. So that no script sees
 * another order in another process, or after another run in the same one, every address depends on
 * nothing but the allocations since the arena was made or restored: its base is a multiple of 4 GiB
 * (Lua looks at the low 32 bits), and what it held at one instant can be put back. */
#ifndef FAKE_REDIS_LUA_ARENA_H
#define FAKE_REDIS_LUA_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_LUA_CLASSES = 48 };

struct fake_lua_block;

struct fake_lua_arena {
    char *base; /* NULL: no memory */
    size_t used_bytes, bytes_max;
    size_t live_bytes; /* of blocks that are not free */
    struct fake_lua_block *free[FAKE_LUA_CLASSES];
    uint64_t fails_in; /* the allocation with this number from now fails; 0: none */
    struct fake_lua_arena_image *image;
};

/* False: there is no memory; nothing is to be released. */
bool fake_lua_arena_open(struct fake_lua_arena *arena, size_t bytes_max);
void fake_lua_arena_close(struct fake_lua_arena *arena); /* one that is not open is fine */
/* As realloc, with the size that the block had; `bytes` 0 frees. NULL: there is no memory. */
void *fake_lua_arena_resize(struct fake_lua_arena *arena, void *block, size_t old_bytes,
                            size_t bytes);
/* Keeps what the arena holds now. False: out of memory. */
bool fake_lua_arena_keep(struct fake_lua_arena *arena);
/* What was kept is there again, and nothing else. */
void fake_lua_arena_restore(struct fake_lua_arena *arena);

#endif
