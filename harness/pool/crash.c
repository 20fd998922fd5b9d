/* The handler runs on a stack of its own, since the fiber's may be what is used up, and does
 * nothing but store to shared memory and read the list of stacks. */
#include "harness/pool/crash.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "core/assert.h"
#include "harness/pool/pool.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { HANDLER_STACK_BYTES = 64 * 1024 };

static void note_and_die(int number, siginfo_t *info, void *context)
{
    (void)context;
    struct pool_note *note = pool_worker_note();
    const struct sim_world *world = sim_running_world();
    note->signal = number;
    if (world && (number == SIGSEGV || number == SIGBUS))
        note->stack_overflow = sim_stacks_is_guard(sim_world_stacks(world), info->si_addr);
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
    const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < FL_COUNT(fatal); i++) {
        struct sigaction action = {.sa_sigaction = note_and_die,
                                   .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
        sigemptyset(&action.sa_mask);
        if (sigaction(fatal[i], &action, NULL)) return FL_EIO;
    }
    return FL_OK;
}
