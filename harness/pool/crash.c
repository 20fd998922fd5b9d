/* The handler runs on a stack of its own, since the fiber's may be what is used up, stores to
 * shared memory and reads the list of stacks. It reads the module's file for a name only when the
 * signal came in the module's own code: libc and the loader, interrupted nowhere, may then be
 * called. */
#include "harness/pool/crash.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "core/assert.h"
#include "harness/module/image.h"
#include "harness/pool/pool.h"
#include "harness/pool/spawn.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { HANDLER_STACK_BYTES = 64 * 1024 };

static void note_where(struct pool_note *note, const ucontext_t *interrupted)
{
    const void *code = (const void *)interrupted->uc_mcontext.gregs[REG_RIP];
    if (sim_module_owns(code)) sim_module_function_at(code, note->where, sizeof(note->where));
}

static void note_and_die(int number, siginfo_t *info, void *context)
{
    struct pool_note *note = pool_worker_note();
    const struct sim_world *world = sim_running_world();
    note->signal = number;
    if (world && (number == SIGSEGV || number == SIGBUS))
        note->stack_overflow = sim_stacks_is_guard(sim_world_stacks(world), info->si_addr);
    note_where(note, context);
    raise(number); /* SA_RESETHAND: now by its default action, once this handler has returned */
}

enum fl_error pool_crash_install(void)
{
    void *stack =
        mmap(NULL, HANDLER_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) return FL_ENOMEM;
    const stack_t alternative = {.ss_sp = stack, .ss_size = HANDLER_STACK_BYTES};
    if (sigaltstack(&alternative, NULL)) return FL_EIO;
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, POOL_SIGNAL_HUNG};
    for (size_t i = 0; i < FL_COUNT(fatal); i++) {
        struct sigaction action = {.sa_sigaction = note_and_die,
                                   .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
        sigemptyset(&action.sa_mask);
        if (sigaction(fatal[i], &action, NULL)) return FL_EIO;
    }
    return FL_OK;
}
