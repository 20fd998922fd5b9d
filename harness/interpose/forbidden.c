#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "core/assert.h"
#include "harness/interpose/forbidden_list.h"
#include "harness/interpose/interpose.h"
#include "harness/interpose/real.h"
#include "harness/module/image.h"
#include "harness/pool/pool.h"
#include "harness/world/running.h"

static const char *const names[] = {
#define NAME(name) #name,
    SIM_FORBIDDEN_LIST(NAME)
#undef NAME
};
static void *reals[FL_COUNT(names)];

_Noreturn void sim_forbid(const char *symbol, const void *caller)
{
    char function[POOL_NOTE_BYTES / 2];
    /* A call that never returns may be its function's last instruction: look before the return. */
    sim_module_function_at((const char *)caller - 1, function, sizeof(function));
    struct pool_note *note = pool_worker_note();
    snprintf(note->symbol, sizeof(note->symbol), "%s (called by %s)", symbol, function);
    _exit(POOL_EXIT_FORBIDDEN);
}

/* From the thunks: the address to go on at. */
__attribute__((visibility("hidden"))) void *sim_forbidden_enter(uint32_t number,
                                                                const void *caller);
__attribute__((visibility("hidden"))) void *sim_forbidden_enter(uint32_t number, const void *caller)
{
    if (sim_running_process() && sim_module_owns(caller)) sim_forbid(names[number], caller);
    return sim_real(&reals[number], names[number]);
}
