/* fakes/redis/values/heap.h - malloc that knows how much an engine holds, for maxmemory and INFO.
 *
 * The caller tells each block's size again when it frees it, so that no block needs a header. */
#ifndef FAKE_REDIS_HEAP_H
#define FAKE_REDIS_HEAP_H

#include <stddef.h>
#include <stdlib.h>

struct fake_heap {
    size_t used_bytes;
};

static inline void *fake_alloc(struct fake_heap *heap, size_t bytes)
{
    void *block = malloc(bytes);
    if (block) heap->used_bytes += bytes;
    return block;
}

static inline void *fake_alloc_zeroed(struct fake_heap *heap, size_t bytes)
{
    void *block = calloc(1, bytes);
    if (block) heap->used_bytes += bytes;
    return block;
}

/* NULL leaves the old block as it was. */
static inline void *fake_realloc(struct fake_heap *heap, void *old, size_t old_bytes, size_t bytes)
{
    void *block = realloc(old, bytes);
    if (block) heap->used_bytes += bytes - old_bytes;
    return block;
}

static inline void fake_release(struct fake_heap *heap, void *block, size_t bytes)
{
    if (!block) return;
    heap->used_bytes -= bytes;
    free(block);
}

#endif
