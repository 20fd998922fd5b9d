/* harness/fiber/checkers.h - what AddressSanitizer and Valgrind must be told about stacks and
 * switches; nothing at all in a build without them. */
#ifndef HARNESS_FIBER_CHECKERS_H
#define HARNESS_FIBER_CHECKERS_H

#include <stddef.h>

#include "harness/fiber/stack.h"

#ifdef SIM_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

static inline void sim_checkers_stack_made(struct sim_stack *stack)
{
#ifdef SIM_HAVE_VALGRIND
    stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->base, stack->base + stack->size);
#else
    (void)stack;
#endif
}

/* A fiber that was dropped leaves red zones and dead frames behind. */
static inline void sim_checkers_stack_reused(struct sim_stack *stack)
{
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(stack->base, stack->size);
#endif
#ifdef SIM_HAVE_VALGRIND
    (void)VALGRIND_MAKE_MEM_UNDEFINED(stack->base, stack->size);
#else
    (void)stack;
#endif
}

/* A stack is read as bytes, defined or not. */
static inline void sim_checkers_before_reading(void)
{
#ifdef SIM_HAVE_VALGRIND
    VALGRIND_DISABLE_ERROR_REPORTING;
#endif
}

static inline void sim_checkers_after_reading(void)
{
#ifdef SIM_HAVE_VALGRIND
    VALGRIND_ENABLE_ERROR_REPORTING;
#endif
}

static inline void sim_checkers_stack_gone(struct sim_stack *stack)
{
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(stack->base, stack->size);
#endif
#ifdef SIM_HAVE_VALGRIND
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
#else
    (void)stack;
#endif
}

/* With fake_frames NULL the stack that is left will never be entered again. */
static inline void sim_checkers_before_switch(void **fake_frames, const void *low, size_t size)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(fake_frames, low, size);
#else
    (void)fake_frames, (void)low, (void)size;
#endif
}

static inline void sim_checkers_after_switch(void *fake_frames, const void **ret_low,
                                             size_t *ret_size)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake_frames, ret_low, ret_size);
#else
    (void)fake_frames, (void)ret_low, (void)ret_size;
#endif
}

#endif
