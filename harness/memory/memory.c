/* A block is a header of 32 bytes and the bytes asked for, so that 16-byte alignment stays. Blocks
 * of a process stand in its list; those of the harness stand in none, or a leak checker would
 * always find a way to them. A header without the mark was not made here (a sanitizer's own
 * strdup): such a block is passed on as it is. */
#include "harness/memory/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#include "core/assert.h"
#include "harness/memory/below.h"
#include "harness/memory/block.h"
#include "harness/memory/spare.h"

struct block {
    struct block *next, *previous;
    struct sim_memory *owner;
    uint64_t bytes : 36;
    uint64_t work : 4;
    uint64_t offset : 16; /* from the start of the allocation to the user's bytes, in units of 16 */
    uint64_t mark : 8;
};

enum {
    ALIGNMENT = 16,
    MARK = 0xA7,
    MARK_FREED = 0xF5,
    ALIGNMENT_MAX = 256 * 1024,
    POISONED_BYTES_MAX = 1024,
};
#define BYTES_MAX             (UINT64_C(1) << 35)
#define BYTES_MASK            ((UINT64_C(1) << 36) - 1)
#define UNLIMITED_BYTES_MAX   (INT64_C(4) << 30) /* of a process without a limit: then NULL */
#define BEYOND_LIMIT_FRACTION 2 /* past its limit by half as much again malloc itself fails */

static_assert(sizeof(struct block) == 32, "the header keeps malloc's alignment");
static_assert(SIM_MEMORY_WORKS <= 1 << 4, "a block has room for its work");

struct frames {
    size_t count;
    void *at[SIM_MEMORY_FRAMES];
};

struct sim_memory {
    struct block *blocks;
    int64_t bytes, bytes_max, peak;
    uint64_t allocations, block_count;
    uint64_t fail_in; /* 1: the next one; 0: none */
    bool fail_forever, has_failed, over_limit;
    sim_memory_counts *counts;
    void *counts_context;
    struct frames failed; /* of the first failure */
};

/* Process-wide by nature: malloc has no argument that could carry it. */
static struct sim_memory *current;
static unsigned current_work;
static uint8_t poison_byte;
static bool poisons;

struct sim_memory *sim_memory_switch(struct sim_memory *memory)
{
    struct sim_memory *former = current;
    current = memory;
    return former;
}

unsigned sim_memory_work(unsigned work)
{
    unsigned former = current_work;
    fl_assert(work < SIM_MEMORY_WORKS);
    current_work = work;
    return former;
}

void sim_memory_poison(uint8_t byte)
{
    poison_byte = byte;
    poisons = !sim_below()->tracks_undefined;
    sim_spare_clear(sim_below()->free); /* what is spare holds the byte that it was freed with */
}

static void poison(void *at, size_t bytes)
{
    if (poisons) memset(at, poison_byte, bytes < POISONED_BYTES_MAX ? bytes : POISONED_BYTES_MAX);
}

/* --- owners --- */

struct sim_memory *sim_memory_new(int64_t bytes_max)
{
    struct sim_memory *memory = sim_below()->calloc(1, sizeof(*memory));
    if (memory) memory->bytes_max = bytes_max;
    return memory;
}

static void *start_of(struct block *block)
{
    return (char *)(block + 1) - (size_t)block->offset * ALIGNMENT;
}

/* Not aligned by hand: it starts with its header. */
static bool is_natural(const struct block *block)
{
    return block->offset * ALIGNMENT == sizeof(struct block);
}

/* What is allocated for so many bytes: in steps where it may be kept as a spare one. */
static size_t room_for(size_t bytes)
{
    size_t room = sizeof(struct block) + bytes;
    if (!sim_below()->is_plain || room > SIM_SPARE_ROOM_MAX) return room;
    return (room + SIM_SPARE_STEP - 1) & ~(size_t)(SIM_SPARE_STEP - 1);
}

static void give_back(struct block *block)
{
    size_t room = room_for(block->bytes);
    block->mark = MARK_FREED;
    /* All of it, whoever gets it next. */
    poison(block + 1, is_natural(block) ? room - sizeof(struct block) : block->bytes);
    bool kept = room <= SIM_SPARE_ROOM_MAX && sim_below()->is_plain && is_natural(block) &&
                sim_spare_give(block, room);
    if (!kept) sim_below()->free(start_of(block));
}

void sim_memory_free(struct sim_memory *memory)
{
    if (!memory) return;
    fl_assert(current != memory);
    while (memory->blocks) {
        struct block *block = memory->blocks;
        memory->blocks = block->next;
        give_back(block);
    }
    sim_below()->free(memory);
}

void sim_memory_disown_blocks(struct sim_memory *memory)
{
    for (struct block *block = memory->blocks; block; block = block->next)
        block->owner = NULL;
    memory->blocks = NULL;
    memory->bytes = 0;
    memory->block_count = 0;
}

void sim_memory_release_blocks(struct sim_memory *memory)
{
    if (!memory) return;
    fl_assert(current != memory);
    sim_memory_disown_blocks(memory);
    sim_below()->free(memory);
}

int64_t sim_memory_peak(const struct sim_memory *memory)
{
    return memory->peak;
}

uint64_t sim_memory_blocks(const struct sim_memory *memory)
{
    return memory->block_count;
}

struct sim_memory_rest sim_memory_end_work(struct sim_memory *memory, unsigned work)
{
    struct sim_memory_rest rest = {0};
    for (struct block *block = memory->blocks; block; block = block->next) {
        if (block->work != work) continue;
        block->work = 0;
        rest.blocks++;
        rest.bytes += (int64_t)block->bytes;
    }
    return rest;
}

int64_t sim_memory_bytes(const struct sim_memory *memory)
{
    return memory->bytes;
}

uint64_t sim_memory_allocations(const struct sim_memory *memory)
{
    return memory->allocations;
}

void sim_memory_fail(struct sim_memory *memory, uint64_t nth, bool forever)
{
    memory->fail_in = nth;
    memory->fail_forever = forever;
}

void sim_memory_fail_where(struct sim_memory *memory, sim_memory_counts *counts, void *context)
{
    memory->counts = counts;
    memory->counts_context = context;
}

bool sim_memory_owns(const struct sim_memory *memory, const void *address)
{
    const struct block *block = memory->blocks;
    while (block && block + 1 != address) {
        block = block->next;
    }
    return block != NULL;
}

bool sim_memory_will_fail(const struct sim_memory *memory)
{
    return memory->fail_in > 0;
}

bool sim_memory_has_failed(const struct sim_memory *memory)
{
    return memory->has_failed;
}

size_t sim_memory_failed_at(const struct sim_memory *memory, void *frames[SIM_MEMORY_FRAMES])
{
    memcpy(frames, memory->failed.at, sizeof memory->failed.at);
    return memory->failed.count;
}

bool sim_memory_over_limit(const struct sim_memory *memory)
{
    return memory->over_limit;
}

/* --- blocks --- */

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *argument)
{
    struct frames *frames = argument;
    if (frames->count == SIM_MEMORY_FRAMES) return _URC_END_OF_STACK;
    frames->at[frames->count++] = (void *)_Unwind_GetIP(context);
    return _URC_NO_REASON;
}

/* By the unwinder itself: libc's backtrace would load it, and keep what that allocates. What it may
 * allocate is the harness's. */
static void note_failure(struct sim_memory *memory)
{
    if (memory->has_failed) return;
    memory->has_failed = true;
    struct sim_memory *owner = sim_memory_switch(NULL);
    _Unwind_Backtrace(take_frame, &memory->failed);
    sim_memory_switch(owner);
}

static bool is_counted(struct sim_memory *memory)
{
    struct frames frames = {0};
    if (!memory->counts) return true;
    struct sim_memory *owner = sim_memory_switch(NULL);
    _Unwind_Backtrace(take_frame, &frames);
    bool counted = memory->counts(memory->counts_context, frames.at, frames.count);
    sim_memory_switch(owner);
    return counted;
}

static bool fails_now(struct sim_memory *memory)
{
    memory->allocations++;
    if (memory->fail_in == 0 || !is_counted(memory) || --memory->fail_in > 0) return false;
    if (memory->fail_forever) memory->fail_in = 1;
    note_failure(memory);
    return true;
}

static bool beyond_reason(const struct sim_memory *memory, size_t more)
{
    int64_t most = memory->bytes_max ? memory->bytes_max + memory->bytes_max / BEYOND_LIMIT_FRACTION
                                     : UNLIMITED_BYTES_MAX;
    return memory->bytes + (int64_t)more > most;
}

static bool refused(size_t bytes)
{
    bool refuse = bytes > BYTES_MAX;
    if (!refuse && current) refuse = fails_now(current);
    if (!refuse && current && beyond_reason(current, bytes)) {
        if (current->bytes_max) current->over_limit = true;
        refuse = true;
    }
    if (refuse) errno = ENOMEM;
    return refuse;
}

static void own(struct block *block, struct sim_memory *owner)
{
    block->owner = owner;
    if (!owner) return;
    block->previous = NULL;
    block->next = owner->blocks;
    if (block->next) block->next->previous = block;
    owner->blocks = block;
    owner->block_count++;
    owner->bytes += (int64_t)block->bytes;
    if (owner->bytes > owner->peak) owner->peak = owner->bytes;
    if (owner->bytes_max && owner->bytes > owner->bytes_max) owner->over_limit = true;
}

static void disown(struct block *block)
{
    struct sim_memory *owner = block->owner;
    if (!owner) return;
    *(block->previous ? &block->previous->next : &owner->blocks) = block->next;
    if (block->next) block->next->previous = block->previous;
    owner->block_count--;
    owner->bytes -= (int64_t)block->bytes;
}

/* NULL for a block that was not made here. */
static struct block *block_of(void *bytes_at)
{
    struct block *block = (struct block *)bytes_at - 1;
    return block->mark == MARK ? block : NULL;
}

static char *allocate(size_t room, enum sim_fill fill)
{
    return fill == SIM_FILL_ZERO ? sim_below()->calloc(1, room) : sim_below()->malloc(room);
}

static void *set_up(struct block *block, size_t bytes, size_t offset, enum sim_fill fill,
                    struct sim_memory *owner)
{
    *block = (struct block){.bytes = bytes & BYTES_MASK,
                            .work = owner ? current_work & (SIM_MEMORY_WORKS - 1) : 0,
                            .offset = (uint16_t)(offset / ALIGNMENT),
                            .mark = MARK};
    own(block, owner);
    if (fill == SIM_FILL_POISON) poison(block + 1, bytes);
    return block + 1;
}

static void *make(size_t bytes, enum sim_fill fill, struct sim_memory *owner)
{
    size_t room = room_for(bytes);
    struct block *block = room <= SIM_SPARE_ROOM_MAX ? sim_spare_take(room) : NULL;
    if (block && fill == SIM_FILL_ZERO) memset(block + 1, 0, bytes);
    if (block) return set_up(block, bytes, sizeof(struct block), SIM_FILL_AS_IT_IS, owner);
    block = (struct block *)(void *)allocate(room, fill);
    if (!block) return NULL;
    return set_up(block, bytes, sizeof(struct block), fill, owner);
}

static void *make_aligned(size_t bytes, size_t alignment, enum sim_fill fill,
                          struct sim_memory *owner)
{
    char *start = allocate(sizeof(struct block) + alignment + bytes, fill);
    if (!start) return NULL;
    size_t offset = sizeof(struct block);
    offset += -((uintptr_t)start + offset) & (alignment - 1);
    struct block *block = (struct block *)(void *)(start + offset) - 1;
    return set_up(block, bytes, offset, fill, owner);
}

void *sim_block_new(size_t bytes, size_t alignment, enum sim_fill fill)
{
    if (refused(bytes)) return NULL;
    if (alignment > ALIGNMENT_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    if (alignment > ALIGNMENT) return make_aligned(bytes, alignment, fill, current);
    return make(bytes, fill, current);
}

void sim_block_free(void *bytes_at)
{
    struct block *block = block_of(bytes_at);
    if (!block) {
        sim_below()->free(bytes_at);
        return;
    }
    disown(block);
    give_back(block);
}

/* One that was aligned by hand moves, since the allocator below knows nothing of the offset. */
static void *move(struct block *block, size_t bytes)
{
    void *moved = make(bytes, SIM_FILL_POISON, block->owner);
    if (!moved) return NULL;
    memcpy(moved, block + 1, bytes < block->bytes ? bytes : block->bytes);
    sim_block_free(block + 1);
    return moved;
}

/* Between two sizes that are kept as spare ones; within one it stays where it is. */
static bool moves_cheaply(const struct block *block, size_t bytes)
{
    size_t room = room_for(bytes), former = room_for(block->bytes);
    return sim_below()->is_plain && room != former && room <= SIM_SPARE_ROOM_MAX &&
           former <= SIM_SPARE_ROOM_MAX;
}

void *sim_block_resize(void *bytes_at, size_t bytes)
{
    if (refused(bytes)) return NULL;
    struct block *block = block_of(bytes_at);
    if (!block) return sim_below()->realloc(bytes_at, bytes);
    if (!is_natural(block) || moves_cheaply(block, bytes)) return move(block, bytes);
    size_t former = block->bytes;
    struct sim_memory *owner = block->owner;
    disown(block);
    bool stays = sim_below()->is_plain && room_for(bytes) == room_for(former);
    struct block *resized = stays ? block : sim_below()->realloc(block, room_for(bytes));
    if (!resized) {
        own(block, owner);
        return NULL;
    }
    resized->bytes = bytes & BYTES_MASK;
    own(resized, owner);
    if (bytes > former) poison((char *)(resized + 1) + former, bytes - former);
    return resized + 1;
}

size_t sim_block_bytes(void *bytes_at)
{
    const struct block *block = block_of(bytes_at);
    return block ? block->bytes : 0;
}
