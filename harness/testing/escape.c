#include "harness/testing/escape.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdbool.h>

#include "harness/testing/test.h"
#include "harness/world/running.h"

/* Of cmocka; absent in a program that does without it. */
__attribute__((weak)) void _fail(const char *file, int line);

typedef void jump(struct __jmp_buf_tag target[1], int value);
_Noreturn jump __longjmp_chk;

/* Process-wide by nature, as the functions that it is for: the jump under way. */
static struct {
    struct fl_test *test; /* whose world steps; NULL: none */
    struct __jmp_buf_tag *target;
    int value;
    const char *name;
} pending;

static jump *real(const char *name)
{
    union {
        void *object;
        jump *function;
    } found = {.object = dlsym(RTLD_NEXT, name)};
    return found.function;
}

static bool same_object(const void *a, const void *b)
{
    Dl_info of_a, of_b;
    return dladdr(a, &of_a) && dladdr(b, &of_b) && of_a.dli_fbase == of_b.dli_fbase;
}

/* A handler's own jumps stay on its stack, and are none of our business. */
static bool leaves_the_world(const void *caller)
{
    union {
        void (*function)(const char *, int);
        void *object;
    } fail = {.function = _fail};
    return pending.test && sim_running_process() && fail.object && same_object(caller, fail.object);
}

static _Noreturn void go(const char *name, struct __jmp_buf_tag *target, int value,
                         const void *caller)
{
    if (leaves_the_world(caller)) {
        pending.target = target;
        pending.value = value;
        pending.name = name;
        pending.test->run->over = true;
        /* cmocka has allocated its message here, and frees it at the end of the group: what a
         * failed test leaves behind is nobody's. */
        sim_memory_disown_blocks(sim_process_memory(sim_running_process()));
        sim_process_kill(sim_running_process(), SIM_END_KILLED);
    }
    real(name)(target, value);
    __builtin_unreachable();
}

void longjmp(struct __jmp_buf_tag target[1], int value)
{
    go("longjmp", target, value, __builtin_return_address(0));
}

void __longjmp_chk(struct __jmp_buf_tag target[1], int value)
{
    go("__longjmp_chk", target, value, __builtin_return_address(0));
}

void escape_watch(struct fl_test *test)
{
    pending.test = test;
    pending.target = NULL;
}

void escape_finish(void)
{
    struct __jmp_buf_tag *target = pending.target;
    struct run *run = pending.test->run;
    pending.test = NULL;
    pending.target = NULL;
    if (!target) return;
    run->over = false;
    real(pending.name)(target, pending.value);
}
