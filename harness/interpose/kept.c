/* Calls for which libc keeps memory beyond the life of the process that made them: a list of open
 * streams, conversion tables, the text of an unknown error. What they allocate belongs to the
 * harness, or a kill would leave libc with pointers to freed memory. A stream that its process
 * never closed is leaked. */
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "harness/interpose/real.h"
#include "harness/memory/memory.h"
#include "harness/world/running.h"

enum { TEXT_BYTES = 64 };

FILE *fmemopen(void *bytes, size_t length, const char *mode)
{
    static void *slot;
    FILE *(*real)(void *, size_t, const char *) = sim_real(&slot, "fmemopen");
    struct sim_memory *caller = sim_memory_switch(NULL);
    FILE *stream = real(bytes, length, mode);
    sim_memory_switch(caller);
    return stream;
}

FILE *open_memstream(char **ret_bytes, size_t *ret_length)
{
    static void *slot;
    FILE *(*real)(char **, size_t *) = sim_real(&slot, "open_memstream");
    struct sim_memory *caller = sim_memory_switch(NULL);
    FILE *stream = real(ret_bytes, ret_length);
    sim_memory_switch(caller);
    return stream;
}

FILE *open_wmemstream(wchar_t **ret_text, size_t *ret_length)
{
    static void *slot;
    FILE *(*real)(wchar_t **, size_t *) = sim_real(&slot, "open_wmemstream");
    struct sim_memory *caller = sim_memory_switch(NULL);
    FILE *stream = real(ret_text, ret_length);
    sim_memory_switch(caller);
    return stream;
}

FILE *fopencookie(void *restrict cookie, const char *restrict mode, cookie_io_functions_t functions)
{
    static void *slot;
    FILE *(*real)(void *, const char *, cookie_io_functions_t) = sim_real(&slot, "fopencookie");
    struct sim_memory *caller = sim_memory_switch(NULL);
    FILE *stream = real(cookie, mode, functions);
    sim_memory_switch(caller);
    return stream;
}

FILE *fdopen(int fd, const char *mode)
{
    static void *slot;
    FILE *(*real)(int, const char *) = sim_real(&slot, "fdopen");
    struct sim_memory *caller = sim_memory_switch(NULL);
    FILE *stream = real(fd, mode);
    sim_memory_switch(caller);
    return stream;
}

iconv_t iconv_open(const char *to, const char *from)
{
    static void *slot;
    iconv_t (*real)(const char *, const char *) = sim_real(&slot, "iconv_open");
    struct sim_memory *caller = sim_memory_switch(NULL);
    iconv_t conversion = real(to, from);
    sim_memory_switch(caller);
    return conversion;
}

locale_t newlocale(int categories, const char *name, locale_t base)
{
    static void *slot;
    locale_t (*real)(int, const char *, locale_t) = sim_real(&slot, "newlocale");
    struct sim_memory *caller = sim_memory_switch(NULL);
    locale_t locale = real(categories, name, base);
    sim_memory_switch(caller);
    return locale;
}

/* An unknown error's text is allocated at every call and freed at the next, whoever makes it. */
char *strerror(int number)
{
    static char unknown[TEXT_BYTES];
    static void *slot;
    char *(*real)(int) = sim_real(&slot, "strerror");
    if (!sim_running_process() || strerrordesc_np(number)) return real(number);
    snprintf(unknown, sizeof(unknown), "Unknown error %d", number);
    return unknown;
}

char *strsignal(int number)
{
    static char unknown[TEXT_BYTES];
    static void *slot;
    char *(*real)(int) = sim_real(&slot, "strsignal");
    if (!sim_running_process() || sigdescr_np(number)) return real(number);
    snprintf(unknown, sizeof(unknown), "Unknown signal %d", number);
    return unknown;
}
