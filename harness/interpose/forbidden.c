#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

#include "core/assert.h"
#include "harness/interpose/forbidden_list.h"
#include "harness/interpose/interpose.h"
#include "harness/interpose/real.h"
#include "harness/interpose/remedy.h"
#include "harness/module/image.h"
#include "harness/pool/pool.h"
#include "harness/world/running.h"

static const char *const names[] = {
#define NAME(name) #name,
    SIM_FORBIDDEN_LIST(NAME)
#undef NAME
};
static void *reals[FL_COUNT(names)];

enum { FUNCTION_BYTES = 96 };

static void append(char *text, size_t room, const char *more)
{
    size_t length = strlen(text);
    snprintf(text + length, room - length, "%s", more);
}

struct stack {
    char *told; /* POOL_NOTE_BYTES of it */
    unsigned count;
};

/* One frame: those of modules are told. A call that never returns may be its
 * function's last instruction: look before the return. */
static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context, void *argument)
{
    struct stack *stack = argument;
    char function[FUNCTION_BYTES];
    const char *code = (const char *)_Unwind_GetIP(context) - 1;
    if (!sim_module_owns(code)) return _URC_NO_REASON;
    sim_module_function_at(code, function, sizeof(function));
    append(stack->told, POOL_NOTE_BYTES, stack->count++ ? " < " : " (called by ");
    append(stack->told, POOL_NOTE_BYTES, function);
    return _URC_NO_REASON;
}

_Noreturn void sim_forbid(const char *symbol)
{
    struct pool_note *note = pool_worker_note();
    const char *remedy = sim_remedy_of(symbol);
    snprintf(note->symbol, sizeof(note->symbol), "%s", symbol);
    _Unwind_Backtrace(take_frame, &(struct stack){.told = note->symbol});
    append(note->symbol, sizeof(note->symbol), ")");
    snprintf(note->remedy, sizeof(note->remedy), "%s", remedy ? remedy : "");
    _exit(POOL_EXIT_FORBIDDEN);
}

/* From the thunks: the address to go on at. */
__attribute__((visibility("hidden"))) void *sim_forbidden_enter(uint32_t number,
                                                                const void *caller);
__attribute__((visibility("hidden"))) void *sim_forbidden_enter(uint32_t number, const void *caller)
{
    if (sim_running_process() && sim_module_owns(caller)) sim_forbid(names[number]);
    return sim_real(&reals[number], names[number]);
}
