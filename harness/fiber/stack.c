/* Fresh pages are zero, so the deepest byte that is not zero is the high-water mark: nothing needs
 * painting, and a stack that was never deep never gets its lower pages. */
#include "harness/fiber/stack.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/assert.h"
#include "harness/fiber/checkers.h"

/* As wide as the kernel's gap below a thread's stack: a frame of some hundred kilobytes must not
 * step over it into a neighbour. It costs addresses only. */
enum { GUARD_BYTES = 1024 * 1024 };

struct sim_stacks {
    size_t bytes;
    struct sim_stack *free;
    struct sim_stack *made; /* every one, for the guard query and the end */
    unsigned count;
};

enum fl_error sim_stacks_new(size_t bytes, struct sim_stacks **ret_stacks)
{
    struct sim_stacks *stacks = calloc(1, sizeof(*stacks));
    if (!stacks) return FL_ENOMEM;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    stacks->bytes = (bytes + page - 1) / page * page;
    *ret_stacks = stacks;
    return FL_OK;
}

static void unmap(struct sim_stack *stack)
{
    sim_checkers_stack_gone(stack);
    munmap(stack->base - GUARD_BYTES, stack->size + GUARD_BYTES);
    free(stack);
}

void sim_stacks_free(struct sim_stacks *stacks)
{
    if (!stacks) return;
    while (stacks->made) {
        struct sim_stack *stack = stacks->made;
        stacks->made = stack->next_made;
        unmap(stack);
    }
    free(stacks);
}

static enum fl_error map(struct sim_stacks *stacks, struct sim_stack **ret_stack)
{
    if (stacks->count == SIM_STACKS_MAX) return FL_EBOUND;
    struct sim_stack *stack = calloc(1, sizeof(*stack));
    if (!stack) return FL_ENOMEM;
    size_t bytes = stacks->bytes + GUARD_BYTES;
    char *low = mmap(NULL, bytes, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (low == MAP_FAILED) goto no_map;
    if (mprotect(low + GUARD_BYTES, stacks->bytes, PROT_READ | PROT_WRITE)) goto no_access;
    *stack = (struct sim_stack){
        .base = low + GUARD_BYTES, .size = stacks->bytes, .next_made = stacks->made};
    sim_checkers_stack_made(stack);
    stacks->made = stack;
    stacks->count++;
    *ret_stack = stack;
    return FL_OK;
no_access:
    munmap(low, bytes);
no_map:
    free(stack);
    return FL_ENOMEM;
}

enum fl_error sim_stacks_take(struct sim_stacks *stacks, struct sim_stack **ret_stack)
{
    struct sim_stack *stack = stacks->free;
    if (!stack) return map(stacks, ret_stack);
    stacks->free = stack->next_free;
    stack->next_free = NULL;
    *ret_stack = stack;
    return FL_OK;
}

void sim_stacks_give(struct sim_stacks *stacks, struct sim_stack *stack)
{
    fl_assert(!stack->next_free);
    sim_checkers_stack_reused(stack);
    stack->next_free = stacks->free;
    stacks->free = stack;
}

bool sim_stacks_is_guard(const struct sim_stacks *stacks, const void *address)
{
    uintptr_t at = (uintptr_t)address;
    for (const struct sim_stack *stack = stacks->made; stack; stack = stack->next_made) {
        uintptr_t base = (uintptr_t)stack->base;
        if (at < base && at >= base - GUARD_BYTES) return true;
    }
    return false;
}

/* Reads other fibers' frames, red zones included. */
__attribute__((no_sanitize("address"))) static size_t used_bytes(const struct sim_stack *stack)
{
    const volatile char *at = stack->base;
    size_t untouched = 0;
    while (untouched < stack->size && at[untouched] == 0) {
        untouched++;
    }
    return stack->size - untouched;
}

size_t sim_stacks_high_water_bytes(const struct sim_stacks *stacks)
{
    size_t most = 0;
    sim_checkers_before_reading();
    for (const struct sim_stack *stack = stacks->made; stack; stack = stack->next_made) {
        size_t used = used_bytes(stack);
        if (used > most) most = used;
    }
    sim_checkers_after_reading();
    return most;
}
