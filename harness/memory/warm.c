#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/memory/memory.h"

enum { BUFFER_BYTES = 4096 };

static void give_buffer(FILE *stream, char *buffer, int mode)
{
    if (__fbufsize(stream) == 0) setvbuf(stream, buffer, mode, BUFFER_BYTES);
}

void sim_memory_warm_libc(void)
{
    /* Process-wide as what they are for. */
    static bool warmed;
    static char in_buffer[BUFFER_BYTES], out_buffer[BUFFER_BYTES];
    if (warmed) return;
    warmed = true;
    struct sim_memory *caller = sim_memory_switch(NULL);
    /* Without TZ each localtime reads the machine's own zone again, and allocates its name. */
    (void)setenv("TZ", "UTC", 0);
    tzset();
    give_buffer(stdin, in_buffer, _IOFBF);
    give_buffer(stdout, out_buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    sim_memory_switch(caller);
}
