/* Boost's routines have C linkage but no C header, hence the prototypes here. Each switch hands
 * over who was left, so that the one who is entered can file the other's handle. */
#include "harness/fiber/context.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "core/assert.h"
#include "harness/fiber/checkers.h"

#ifdef SIM_HAVE_BOOST_CONTEXT
struct transfer {
    void *context;
    void *data;
};
struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*main)(struct transfer));
static const enum sim_backend preferred = SIM_BACKEND_BOOST;
#else
static const enum sim_backend preferred = SIM_BACKEND_UCONTEXT;
#endif

bool sim_backend_available(enum sim_backend backend)
{
    return backend != SIM_BACKEND_BOOST || preferred == SIM_BACKEND_BOOST;
}

static enum sim_backend resolve(enum sim_backend backend)
{
    fl_assert(sim_backend_available(backend));
    return backend == SIM_BACKEND_DEFAULT ? preferred : backend;
}

/* In the context that has just been entered: the one that was left learns where its stack lies. */
static void arrived(struct sim_context *self)
{
    sim_checkers_after_switch(self->fake_frames, &self->left->stack_low, &self->left->stack_size);
}

static _Noreturn void run(struct sim_context *self)
{
    self->main(self->argument);
    fl_panic("a fiber's main returned");
}

#ifdef SIM_HAVE_BOOST_CONTEXT
static void boost_entry(struct transfer transfer)
{
    struct sim_context *self = transfer.data;
    self->left->suspended = transfer.context;
    arrived(self);
    run(self);
}

static void boost_make(struct sim_context *context, struct sim_stack *stack)
{
    context->suspended = make_fcontext(stack->base + stack->size, stack->size, boost_entry);
}

static void boost_switch(struct sim_context *from, struct sim_context *to)
{
    struct transfer transfer = jump_fcontext(to->suspended, to);
    from->left->suspended = transfer.context;
    arrived(from);
}
#else
static void boost_make(struct sim_context *context, struct sim_stack *stack)
{
    (void)context, (void)stack;
}
static void boost_switch(struct sim_context *from, struct sim_context *to)
{
    (void)from, (void)to;
}
#endif

/* makecontext passes ints only: the context's address travels in two halves. */
static void ucontext_entry(unsigned high, unsigned low)
{
    uintptr_t address = (uintptr_t)high << 32 | (uintptr_t)low;
    struct sim_context *self = (struct sim_context *)address;
    arrived(self);
    run(self);
}

static void ucontext_make(struct sim_context *context, struct sim_stack *stack)
{
    getcontext(&context->ucontext);
    context->ucontext.uc_stack.ss_sp = stack->base;
    context->ucontext.uc_stack.ss_size = stack->size;
    context->ucontext.uc_link = NULL;
    uintptr_t address = (uintptr_t)context;
    makecontext(&context->ucontext, (void (*)(void))(uintptr_t)ucontext_entry, 2,
                (unsigned)(address >> 32), (unsigned)address);
}

static void ucontext_switch(struct sim_context *from, struct sim_context *to)
{
    swapcontext(&from->ucontext, &to->ucontext);
    arrived(from);
}

void sim_context_adopt(struct sim_context *context, enum sim_backend backend)
{
    *context = (struct sim_context){.backend = resolve(backend)};
}

void sim_context_init(struct sim_context *context, enum sim_backend backend,
                      struct sim_stack *stack, sim_context_main *main, void *argument)
{
    context->backend = resolve(backend);
    context->stack_low = stack->base;
    context->stack_size = stack->size;
    context->fake_frames = NULL;
    context->main = main;
    context->argument = argument;
    if (context->backend == SIM_BACKEND_BOOST) {
        boost_make(context, stack);
    } else {
        ucontext_make(context, stack);
    }
}

static void jump(struct sim_context *from, struct sim_context *to)
{
    fl_assert(from->backend == to->backend);
    int saved_errno = errno;
    to->left = from;
    if (from->backend == SIM_BACKEND_BOOST) {
        boost_switch(from, to);
    } else {
        ucontext_switch(from, to);
    }
    errno = saved_errno;
}

void sim_context_switch(struct sim_context *from, struct sim_context *to)
{
    sim_checkers_before_switch(&from->fake_frames, to->stack_low, to->stack_size);
    jump(from, to);
}

void sim_context_leave(struct sim_context *from, struct sim_context *to)
{
    sim_checkers_before_switch(NULL, to->stack_low, to->stack_size);
    jump(from, to);
    fl_panic("a fiber that had ended was entered again");
}
