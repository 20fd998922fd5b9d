/* Every random source of libc with hidden state or none: draws become recorded choices, and seeding
 * has no effect. The _r functions are the caller's own arithmetic and stay as they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "harness/interpose/real.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { GETENTROPY_BYTES_MAX = 256 };
#define BELOW_2_31 (UINT64_C(1) << 31)
#define BELOW_2_32 (UINT64_C(1) << 32)
#define BELOW_2_48 (UINT64_C(1) << 48)

static uint64_t below(struct sim_process *process, const char *label, uint64_t bound)
{
    return fl_random_below(sim_process_ports(process).random, label, bound);
}

static void fill(struct sim_process *process, const char *label, void *out, size_t length)
{
    fl_random_bytes(sim_process_ports(process).random, label, out, length);
}

ssize_t getrandom(void *out, size_t length, unsigned flags)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process)
        return ((ssize_t(*)(void *, size_t, unsigned))sim_real(&real, "getrandom"))(out, length,
                                                                                    flags);
    fill(process, "getrandom", out, length);
    return (ssize_t)length;
}

int getentropy(void *out, size_t length)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((int (*)(void *, size_t))sim_real(&real, "getentropy"))(out, length);
    if (length > GETENTROPY_BYTES_MAX) {
        errno = EIO;
        return -1;
    }
    fill(process, "getentropy", out, length);
    return 0;
}

int rand(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((int (*)(void))sim_real(&real, "rand"))();
    return (int)below(process, "rand", (uint64_t)RAND_MAX + 1);
}

void srand(unsigned seed)
{
    static void *real;
    if (!sim_running_process()) ((void (*)(unsigned))sim_real(&real, "srand"))(seed);
}

long random(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((long (*)(void))sim_real(&real, "random"))();
    return (long)below(process, "random", BELOW_2_31);
}

void srandom(unsigned seed)
{
    static void *real;
    if (!sim_running_process()) ((void (*)(unsigned))sim_real(&real, "srandom"))(seed);
}

double drand48(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((double (*)(void))sim_real(&real, "drand48"))();
    return (double)below(process, "drand48", BELOW_2_48) / (double)BELOW_2_48;
}

long lrand48(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((long (*)(void))sim_real(&real, "lrand48"))();
    return (long)below(process, "lrand48", BELOW_2_31);
}

long mrand48(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((long (*)(void))sim_real(&real, "mrand48"))();
    return (long)below(process, "mrand48", BELOW_2_32) - (long)BELOW_2_31;
}

void srand48(long seed)
{
    static void *real;
    if (!sim_running_process()) ((void (*)(long))sim_real(&real, "srand48"))(seed);
}

uint32_t arc4random(void)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((uint32_t(*)(void))sim_real(&real, "arc4random"))();
    return (uint32_t)below(process, "arc4random", BELOW_2_32);
}

void arc4random_buf(void *out, size_t length)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (process) {
        fill(process, "arc4random_buf", out, length);
    } else {
        ((void (*)(void *, size_t))sim_real(&real, "arc4random_buf"))(out, length);
    }
}

uint32_t arc4random_uniform(uint32_t bound)
{
    static void *real;
    struct sim_process *process = sim_running_process();
    if (!process) return ((uint32_t(*)(uint32_t))sim_real(&real, "arc4random_uniform"))(bound);
    return bound ? (uint32_t)below(process, "arc4random_uniform", bound) : 0;
}
