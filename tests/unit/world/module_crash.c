/* Handlers that end as no handler should. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "faultline/worker.h"

static enum fl_outcome succeeds(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static enum fl_outcome segfaults(struct fl_job *job)
{
    (void)job;
    int *volatile nowhere = (int *)(uintptr_t)64; /* a null pointer is caught by a sanitizer */
    return *nowhere ? FL_DONE : FL_FAILED;
}

static enum fl_outcome loops(struct fl_job *job)
{
    (void)job;
    for (volatile bool endless = true; endless;) {
    }
    return FL_DONE;
}

static __attribute__((noinline)) int recurse(volatile char *above)
{
    volatile char frame[4096];
    frame[0] = (char)(above[0] + 1);
    return frame[0] == above[0] ? 0 : recurse(frame) + frame[0];
}

static enum fl_outcome overflows(struct fl_job *job)
{
    volatile char start[1] = {0};
    return job && recurse(start) == 0 ? FL_DONE : FL_FAILED;
}

/* Deaf to signals but one: what is left is to be killed. */
static enum fl_outcome turns_deaf(struct fl_job *job)
{
    (void)job;
    const uint64_t all = ~UINT64_C(0);
    long result;
    __asm__ volatile("movq %4, %%r10\n\tsyscall"
                     : "=a"(result)
                     : "0"((long)SYS_rt_sigprocmask), "D"((long)SIG_BLOCK), "S"(&all),
                       "r"(sizeof(all)), "d"(0L)
                     : "rcx", "r10", "r11", "memory");
    for (volatile bool endless = true; endless;) {
    }
    return result ? FL_DONE : FL_FAILED;
}

static enum fl_outcome exits(struct fl_job *job)
{
    if (job) exit(0);
    return FL_DONE;
}

static enum fl_outcome aborts(struct fl_job *job)
{
    if (job) abort();
    return FL_DONE;
}

/* As glibc's own abort would: not by a name that is interposed. */
static enum fl_outcome traps(struct fl_job *job)
{
    if (job) __builtin_trap();
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "succeeds", .perform = succeeds},
    {.name = "segfaults", .perform = segfaults},
    {.name = "loops", .perform = loops},
    {.name = "turns deaf", .perform = turns_deaf},
    {.name = "overflows", .perform = overflows},
    {.name = "exits", .perform = exits},
    {.name = "aborts", .perform = aborts},
    {.name = "traps", .perform = traps},
    {0},
};
