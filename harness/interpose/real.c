#include "harness/interpose/real.h"

#include <dlfcn.h>

#include "core/assert.h"

void *sim_real(void **slot, const char *name)
{
    if (!*slot) *slot = dlsym(RTLD_NEXT, name);
    if (!*slot) fl_panic("no library defines %s", name);
    return *slot;
}
