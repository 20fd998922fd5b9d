/* harness/memory/block.h - a block and its owner, below malloc's interface. */
#ifndef HARNESS_MEMORY_BLOCK_H
#define HARNESS_MEMORY_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum sim_fill { SIM_FILL_POISON, SIM_FILL_ZERO, SIM_FILL_AS_IT_IS };

/* NULL: out of memory, or the current owner's next failure was due. `alignment` is a power of two.
 */
void *sim_block_new(size_t bytes, size_t alignment, enum sim_fill fill);
void *sim_block_resize(void *bytes_at, size_t bytes);
void sim_block_free(void *bytes_at);
size_t sim_block_bytes(void *bytes_at);

#endif
