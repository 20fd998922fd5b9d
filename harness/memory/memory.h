/* harness/memory/memory.h - whose memory is it, and when does it run out.
 *
 * malloc and its kin are defined by the harness executable. Each block carries its owner: the
 * process whose fiber is running, or the harness. A kill frees the owner's list. Blocks of another
 * owner may be freed or resized by anybody; they keep their owner. */
#ifndef HARNESS_MEMORY_MEMORY_H
#define HARNESS_MEMORY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_memory; /* one owner's blocks; opaque */

enum { SIM_MEMORY_FRAMES = 32 }; /* of a call path; what lies further out is not told */

struct sim_memory *sim_memory_new(int64_t bytes_max); /* NULL when out of memory; 0: no limit */
/* Frees every block of this owner, then itself. */
void sim_memory_free(struct sim_memory *memory);
/* Hands every block of it over to the harness: from now on it owns none. */
void sim_memory_disown_blocks(struct sim_memory *memory);
/* The same, then frees itself alone. */
void sim_memory_release_blocks(struct sim_memory *memory);
int64_t sim_memory_bytes(const struct sim_memory *memory);
int64_t sim_memory_peak(const struct sim_memory *memory); /* the most that was held at once */
uint64_t sim_memory_allocations(const struct sim_memory *memory); /* so far, failed ones included */
uint64_t sim_memory_blocks(const struct sim_memory *memory);      /* that it has now */
/* The nth allocation from now (1 is the next) returns NULL; `forever`: and all after it. 0 stops
 * failing. */
void sim_memory_fail(struct sim_memory *memory, uint64_t nth, bool forever);
/* Of which allocations `nth` counts: those for which this is true, told who asks; NULL: all. It is
 * called in harness memory, and only while one is to fail. */
typedef bool sim_memory_counts(void *context, void *const *frames, size_t count);
void sim_memory_fail_where(struct sim_memory *memory, sim_memory_counts *counts, void *context);
/* Whether a block of this owner starts at `address`; looks at all of them. */
bool sim_memory_owns(const struct sim_memory *memory, const void *address);
bool sim_memory_will_fail(const struct sim_memory *memory); /* one that is still to come */
bool sim_memory_has_failed(const struct sim_memory *memory);
/* Who asked for the first allocation that failed: return addresses, innermost first; how many. */
size_t sim_memory_failed_at(const struct sim_memory *memory, void *frames[SIM_MEMORY_FRAMES]);
/* True once bytes_max was exceeded: the allocation succeeds, the world then kills the process. */
bool sim_memory_over_limit(const struct sim_memory *memory);

/* Who owns what is allocated from here on; NULL is the harness. Returns the former owner. Fakes and
 * checkers bracket their work with it; a fiber switch sets it to the fiber's process. */
struct sim_memory *sim_memory_switch(struct sim_memory *memory);

/* Whose work the blocks are for that a process allocates from here on; 0: nobody's. Returns the
 * former one. A fiber keeps its own while others run. */
enum { SIM_MEMORY_WORKS = 16 };
unsigned sim_memory_work(unsigned work);
/* The work has ended: how many of its blocks are left. They are nobody's from now on. */
struct sim_memory_rest {
    uint64_t blocks;
    int64_t bytes;
};
struct sim_memory_rest sim_memory_end_work(struct sim_memory *memory, unsigned work);

/* Makes libc allocate what it keeps for good (time zone: UTC unless TZ is set; standard streams'
 * buffers), so that it
 * does not belong to the process that happens to need it first. Called by the world; the second
 * time costs nothing. Other libraries are for their users to warm. */
void sim_memory_warm_libc(void);

/* Fresh blocks and freed ones are filled with this byte, up to their first 1,024 bytes: another one
 * for each run worker. Not under Valgrind, which would take it for initialisation. */
void sim_memory_poison(uint8_t byte);

#endif
