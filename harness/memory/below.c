/* Below AddressSanitizer its interceptors are called by name, since our definitions hide them.
 * Memcheck replaces malloc in the C library only (run it with
 * --soname-synonyms=somalloc=nouserintercepts, or it replaces ours as well and no owner is ever
 * seen), and only when called by its public name: hence dlsym there, and never __libc_malloc. Under
 * Valgrind's other tools, Callgrind above all, the program runs as it always does. */
#include "harness/memory/below.h"

#include <dlfcn.h>

#ifdef SIM_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#endif

void *__interceptor_malloc(size_t) __attribute__((weak));
void *__interceptor_calloc(size_t, size_t) __attribute__((weak));
void *__interceptor_realloc(void *, size_t) __attribute__((weak));
void __interceptor_free(void *) __attribute__((weak));
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

static const struct sim_below libc = {__libc_malloc, __libc_calloc, __libc_realloc, __libc_free,
                                      .is_plain = true};
static struct sim_below found;
const struct sim_below *sim_below_found;

static void find_next(void **ret_function, const char *name)
{
    *ret_function = dlsym(RTLD_NEXT, name);
}

static bool on_memcheck(void)
{
#ifdef SIM_HAVE_VALGRIND
    char byte = 0;
    return VALGRIND_MAKE_MEM_DEFINED(&byte, sizeof byte) != 0; /* other tools do not know of it */
#else
    return false;
#endif
}

const struct sim_below *sim_below_find(void)
{
    sim_below_found = &libc; /* for what the search itself allocates */
    if (__interceptor_malloc) {
        found = (struct sim_below){__interceptor_malloc, __interceptor_calloc,
                                   __interceptor_realloc, __interceptor_free};
        sim_below_found = &found;
    } else if (on_memcheck()) {
        find_next((void **)&found.malloc, "malloc");
        find_next((void **)&found.calloc, "calloc");
        find_next((void **)&found.realloc, "realloc");
        find_next((void **)&found.free, "free");
        found.tracks_undefined = true;
        sim_below_found = &found;
    }
    return sim_below_found;
}
