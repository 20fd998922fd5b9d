/* harness/fiber/stack.h - stacks for fibers: mapped with a guard below, kept for the next run.
 */
#ifndef HARNESS_FIBER_STACK_H
#define HARNESS_FIBER_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct sim_stack { /* grows down from base + size; what lies below base is the guard */
    char *base;
    size_t size;
    struct sim_stack *next_free; /* the pool's */
    struct sim_stack *next_made;
    unsigned valgrind_id;
};

struct sim_stacks; /* a pool; opaque: layout in stack.c */

enum { SIM_STACKS_MAX = 16384 };

/* Every stack has `bytes`, rounded up to pages. */
FL_CHECKED enum fl_error sim_stacks_new(size_t bytes, struct sim_stacks **ret_stacks);
void sim_stacks_free(struct sim_stacks *stacks); /* all of them, also those that are out */
/* FL_ENOMEM; FL_EBOUND when SIM_STACKS_MAX are out. */
FL_CHECKED enum fl_error sim_stacks_take(struct sim_stacks *stacks, struct sim_stack **ret_stack);
/* Nothing may run on it any more; what lay on it is forgotten. */
void sim_stacks_give(struct sim_stacks *stacks, struct sim_stack *stack);
/* Async-signal-safe: whether `address` lies in the guard of any stack of the pool. */
bool sim_stacks_is_guard(const struct sim_stacks *stacks, const void *address);
/* The most bytes that any one of the stacks has ever used; reads them all. */
size_t sim_stacks_high_water_bytes(const struct sim_stacks *stacks);

#endif
