/* harness/fiber/context.h - a point of execution that can be left and entered again.
 *
 * Two backends behind one interface: Boost.Context's routines (5 ns a switch) and the C library's
 * ucontext (230 ns), which is there everywhere. errno belongs to each context. A context that is
 * left in the middle may simply be forgotten: nothing on its stack is unwound. */
#ifndef HARNESS_FIBER_CONTEXT_H
#define HARNESS_FIBER_CONTEXT_H

#include <stdbool.h>
#include <ucontext.h>

#include "harness/fiber/stack.h"

enum sim_backend { SIM_BACKEND_DEFAULT, SIM_BACKEND_BOOST, SIM_BACKEND_UCONTEXT };

typedef void sim_context_main(void *argument);

struct sim_context {
    enum sim_backend backend;
    const void *stack_low; /* of a context that was not made by sim_context_init: once left */
    size_t stack_size;
    void *suspended; /* Boost's handle while it is not running */
    ucontext_t ucontext;
    struct sim_context *left; /* who switched to this one last */
    void *fake_frames;        /* AddressSanitizer's */
    sim_context_main *main;
    void *argument;
};

/* Whether this build has it; SIM_BACKEND_DEFAULT always. */
bool sim_backend_available(enum sim_backend backend);

/* The context of the caller itself, to be switched from; its backend must be that of the others. */
void sim_context_adopt(struct sim_context *context, enum sim_backend backend);
/* Ready to run main(argument) on `stack` at the first switch to it. `main` must not return: it ends
 * by sim_context_leave. */
void sim_context_init(struct sim_context *context, enum sim_backend backend,
                      struct sim_stack *stack, sim_context_main *main, void *argument);
/* Suspends `from`, which is running, and continues `to`. Returns when somebody switches back. */
void sim_context_switch(struct sim_context *from, struct sim_context *to);
/* The same for the last time. */
_Noreturn void sim_context_leave(struct sim_context *from, struct sim_context *to);

#endif
