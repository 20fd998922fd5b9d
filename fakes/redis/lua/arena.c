/* Blocks come in classes: multiples of 16 bytes up to 256, then powers of two. A free block waits
 * in a list of its class, last freed first. Merging neighbours would save memory that no script
 * here needs. */
#include "fakes/redis/lua/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes)   ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

enum {
    GRAIN = 16,
    SMALL_MAX = 256,
    SMALL_CLASSES = SMALL_MAX / GRAIN,
    ATTEMPTS = 4096, /* at finding room for an arena */
    KEPT_PAGES_BYTES = 1024 * 1024,
};

static const uintptr_t FIRST_BASE = UINT64_C(0x100000000000), BASE_STEP = UINT64_C(1) << 32;

struct fake_lua_block {
    struct fake_lua_block *next;
};

struct fake_lua_arena_image {
    size_t used_bytes, live_bytes;
    struct fake_lua_block *free[FAKE_LUA_CLASSES];
    char bytes[];
};

static unsigned class_of(size_t bytes)
{
    if (bytes <= SMALL_MAX) return (unsigned)((bytes + GRAIN - 1) / GRAIN - 1);
    unsigned width = 64 - (unsigned)__builtin_clzll(bytes - 1); /* of the power of two above */
    return SMALL_CLASSES + width - 9;
}

static size_t class_bytes(unsigned class)
{
    if (class < SMALL_CLASSES) return (class + 1) * GRAIN;
    return (size_t)1 << (class - SMALL_CLASSES + 9);
}

bool fake_lua_arena_open(struct fake_lua_arena *arena, size_t bytes_max)
{
    *arena = (struct fake_lua_arena){.bytes_max = bytes_max};
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        void *wanted = (void *)(FIRST_BASE + i * BASE_STEP);
        void *got = mmap(wanted, bytes_max, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == MAP_FAILED) continue;
        if (got == wanted) {
            arena->base = got;
            return true;
        }
        munmap(got, bytes_max); /* a kernel that takes the address for a hint */
    }
    return false;
}

void fake_lua_arena_close(struct fake_lua_arena *arena)
{
    if (!arena->base) return;
    ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->used_bytes);
    munmap(arena->base, arena->bytes_max);
    free(arena->image);
    *arena = (struct fake_lua_arena){0};
}

static void release(struct fake_lua_arena *arena, void *memory, size_t bytes)
{
    struct fake_lua_block *block = memory;
    unsigned class = class_of(bytes);
    ASAN_UNPOISON_MEMORY_REGION(block, class_bytes(class));
    block->next = arena->free[class];
    arena->free[class] = block;
    arena->live_bytes -= class_bytes(class);
    ASAN_POISON_MEMORY_REGION(block, class_bytes(class));
}

static void *obtain(struct fake_lua_arena *arena, size_t bytes)
{
    if (arena->fails_in && --arena->fails_in == 0) return NULL;
    if (bytes > arena->bytes_max) return NULL;
    unsigned class = class_of(bytes);
    size_t whole = class_bytes(class);
    struct fake_lua_block *block = arena->free[class];
    if (block) {
        ASAN_UNPOISON_MEMORY_REGION(block, bytes > sizeof(*block) ? bytes : sizeof(*block));
        arena->free[class] = block->next;
    } else {
        if (whole > arena->bytes_max - arena->used_bytes) return NULL;
        block = (struct fake_lua_block *)(arena->base + arena->used_bytes);
        arena->used_bytes += whole;
        ASAN_POISON_MEMORY_REGION(block, whole);
    }
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    arena->live_bytes += whole;
    return block;
}

void *fake_lua_arena_resize(struct fake_lua_arena *arena, void *block, size_t old_bytes,
                            size_t bytes)
{
    if (bytes == 0) {
        if (block) release(arena, block, old_bytes);
        return NULL;
    }
    if (block && class_of(bytes) == class_of(old_bytes)) {
        ASAN_POISON_MEMORY_REGION(block, class_bytes(class_of(bytes)));
        ASAN_UNPOISON_MEMORY_REGION(block, bytes);
        return block;
    }
    void *moved = obtain(arena, bytes);
    if (!moved || !block) return moved;
    memcpy(moved, block, old_bytes < bytes ? old_bytes : bytes);
    release(arena, block, old_bytes);
    return moved;
}

bool fake_lua_arena_keep(struct fake_lua_arena *arena)
{
    struct fake_lua_arena_image *image = malloc(sizeof(*image) + arena->used_bytes);
    if (!image) return false;
    image->used_bytes = arena->used_bytes;
    image->live_bytes = arena->live_bytes;
    memcpy(image->free, arena->free, sizeof(image->free));
    ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->used_bytes);
    memcpy(image->bytes, arena->base, arena->used_bytes);
    free(arena->image);
    arena->image = image;
    return true;
}

void fake_lua_arena_restore(struct fake_lua_arena *arena)
{
    const struct fake_lua_arena_image *image = arena->image;
    ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->used_bytes);
    memcpy(arena->base, image->bytes, image->used_bytes);
    if (arena->used_bytes > image->used_bytes + KEPT_PAGES_BYTES) { /* give back what was big */
        size_t page = 4096, from = (image->used_bytes + page - 1) / page * page;
        (void)madvise(arena->base + from, arena->used_bytes - from, MADV_DONTNEED);
    }
    arena->used_bytes = image->used_bytes;
    arena->live_bytes = image->live_bytes;
    memcpy(arena->free, image->free, sizeof(arena->free));
    arena->fails_in = 0;
}
