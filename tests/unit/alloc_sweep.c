/* The counters are the process's, as the allocator is: the one place of the unit tests with
 * variables of its own. */
#include "alloc_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ALLOCATIONS_MAX = 100 * 1000 };

static uint64_t seen, failing;
static bool all_later, paused;
static int64_t live;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *block, size_t bytes);
void __real_free(void *block);
char *__wrap_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
void __wrap_free(void *block);

static bool fails(void)
{
    if (paused) return false;
    seen++;
    return failing && (seen == failing || (all_later && seen > failing));
}

void *__wrap_malloc(size_t bytes)
{
    void *block = fails() ? NULL : __real_malloc(bytes);
    live += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    void *block = fails() ? NULL : __real_calloc(count, bytes);
    live += block != NULL;
    return block;
}

void *__wrap_realloc(void *old, size_t bytes)
{
    void *block = fails() ? NULL : __real_realloc(old, bytes);
    live += !old && block;
    return block;
}

/* libc's own would go past the counting. */
char *__wrap_strdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = __wrap_malloc(bytes);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

static enum fl_error run(enum fl_error (*attempt)(void *), void *context, uint64_t nth, bool later)
{
    int64_t live_before = live;
    seen = 0;
    failing = nth;
    all_later = later;
    enum fl_error err = attempt(context);
    failing = 0;
    if (live != live_before)
        fail_msg("allocation %llu failed: %lld blocks leaked", (unsigned long long)nth,
                 (long long)(live - live_before));
    return err;
}

void alloc_sweep_pause(void)
{
    paused = true;
}

void alloc_sweep_resume(void)
{
    paused = false;
}

void alloc_sweep(enum fl_error (*attempt)(void *context), void *context)
{
    for (uint64_t nth = 1; nth < ALLOCATIONS_MAX; nth++) {
        enum fl_error once = run(attempt, context, nth, false);
        if (seen < nth) {
            assert_string_equal(fl_error_name(once), "FL_OK");
            assert_true(nth > 1);
            return;
        }
        if (once != FL_ENOMEM)
            fail_msg("allocation %llu failed, the result was %s", (unsigned long long)nth,
                     fl_error_name(once));
        assert_int_equal(run(attempt, context, nth, true), FL_ENOMEM);
    }
    fail_msg("more than %d allocations", ALLOCATIONS_MAX);
}
