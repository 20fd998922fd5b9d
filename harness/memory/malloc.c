/* The C library's names, defined by the program itself: every caller in the process gets these, the
 * C library and dlopened modules included. strdup and strndup are here because a sanitizer's own
 * versions would not come by malloc. */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/memory/block.h"

char *__strdup(const char *text); /* what <string.h>'s macros of old called */
char *__strndup(const char *text, size_t length_max);

enum { PAGE = 4096, NATURAL = 16 };

void *malloc(size_t bytes)
{
    return sim_block_new(bytes, NATURAL, SIM_FILL_POISON);
}

void free(void *block)
{
    if (block) sim_block_free(block);
}

void *calloc(size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) total = SIZE_MAX;
    return sim_block_new(total, NATURAL, SIM_FILL_ZERO);
}

void *realloc(void *block, size_t bytes)
{
    if (!block) return malloc(bytes);
    if (bytes > 0) return sim_block_resize(block, bytes);
    free(block); /* as glibc does */
    return NULL;
}

void *reallocarray(void *block, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) total = SIZE_MAX;
    return realloc(block, total);
}

static bool is_power_of_two(size_t n)
{
    return n > 0 && (n & (n - 1)) == 0;
}

void *memalign(size_t alignment, size_t bytes)
{
    if (is_power_of_two(alignment)) return sim_block_new(bytes, alignment, SIM_FILL_POISON);
    errno = EINVAL;
    return NULL;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **ret_block, size_t alignment, size_t bytes)
{
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) return EINVAL;
    int saved_errno = errno;
    void *block = sim_block_new(bytes, alignment, SIM_FILL_POISON);
    errno = saved_errno;
    if (!block) return ENOMEM;
    *ret_block = block;
    return 0;
}

void *valloc(size_t bytes)
{
    return memalign(PAGE, bytes);
}

void *pvalloc(size_t bytes)
{
    if (bytes > SIZE_MAX - PAGE) bytes = SIZE_MAX - PAGE; /* refused below */
    return memalign(PAGE, (bytes + PAGE - 1) / PAGE * PAGE);
}

size_t malloc_usable_size(void *block)
{
    return block ? sim_block_bytes(block) : 0;
}

static char *copy(const char *text, size_t length)
{
    char *made = malloc(length + 1);
    if (!made) return NULL;
    memcpy(made, text, length);
    made[length] = '\0';
    return made;
}

char *strdup(const char *text)
{
    return copy(text, strlen(text));
}

char *strndup(const char *text, size_t length_max)
{
    return copy(text, strnlen(text, length_max));
}

char *__strdup(const char *text)
{
    return strdup(text);
}

char *__strndup(const char *text, size_t length_max)
{
    return strndup(text, length_max);
}
