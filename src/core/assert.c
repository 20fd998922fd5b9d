#include "core/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void fl_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}

_Noreturn void fl_panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
