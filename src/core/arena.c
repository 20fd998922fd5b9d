/* Chunks double from 480 bytes to 60 KiB, so that a reply of a few values costs one malloc and a
 * big one few. With its header the first one is still small for an allocator, which then has one at
 * hand. A block of more than half a chunk gets a chunk of its own, linked behind the head: the
 * space that is left in the head stays in use. */
#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES_MIN = 480, CHUNK_BYTES_MAX = 128 * CHUNK_BYTES_MIN };

struct fl_arena_chunk {
    struct fl_arena_chunk *next;
    size_t used, capacity;
    alignas(max_align_t) char bytes[];
};

static struct fl_arena_chunk *chunk_new(size_t capacity)
{
    struct fl_arena_chunk *chunk = malloc(sizeof *chunk + capacity);
    if (!chunk) return NULL;
    chunk->next = NULL;
    chunk->used = 0;
    chunk->capacity = capacity;
    return chunk;
}

static struct fl_arena_chunk *add_chunk(struct fl_arena *arena, size_t bytes)
{
    struct fl_arena_chunk *head = arena->chunks;
    size_t capacity = head ? head->capacity * 2 : CHUNK_BYTES_MIN;
    if (capacity > CHUNK_BYTES_MAX) capacity = CHUNK_BYTES_MAX;
    bool own = bytes > capacity / 2;

    struct fl_arena_chunk *chunk = chunk_new(own ? bytes : capacity);
    if (!chunk) return NULL;
    if (own && head) {
        chunk->next = head->next;
        head->next = chunk;
    } else {
        chunk->next = head;
        arena->chunks = chunk;
    }
    return chunk;
}

/* Not zeroed; *ret_room is what the arena has taken for it. */
static char *take(struct fl_arena *arena, size_t bytes, size_t *ret_room)
{
    const size_t align = alignof(max_align_t);
    size_t bound = arena->bytes_max ? arena->bytes_max : SIZE_MAX / 2;

    if (bytes > bound - arena->bytes_used) return NULL;
    size_t rounded = bytes ? (bytes + align - 1) & ~(align - 1) : align;
    struct fl_arena_chunk *chunk = arena->chunks;
    if (!chunk || rounded > chunk->capacity - chunk->used) chunk = add_chunk(arena, rounded);
    if (!chunk) return NULL;
    arena->bytes_used += bytes;
    char *block = chunk->bytes + chunk->used;
    chunk->used += rounded;
    *ret_room = rounded;
    return block;
}

void *fl_arena_alloc(struct fl_arena *arena, size_t bytes)
{
    size_t room;
    char *block = take(arena, bytes, &room);
    return block ? memset(block, 0, room) : NULL;
}

void *fl_arena_alloc_array(struct fl_arena *arena, size_t count, size_t element_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, element_bytes, &bytes)) return NULL;
    return fl_arena_alloc(arena, bytes);
}

char *fl_arena_copy(struct fl_arena *arena, struct fl_span span)
{
    size_t room;
    if (span.length == SIZE_MAX) return NULL;
    char *copy = take(arena, span.length + 1, &room);
    if (!copy) return NULL;
    if (span.length) memcpy(copy, span.bytes, span.length);
    copy[span.length] = '\0';
    return copy;
}

void fl_arena_release(struct fl_arena *arena)
{
    struct fl_arena_chunk *chunk = arena->chunks;
    while (chunk) {
        struct fl_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = FL_ARENA_INIT(arena->bytes_max);
}
