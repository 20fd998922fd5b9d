/* harness/cli/replay_moment.h - a run up to one of its effects: what is where by then, and who has
 * put it there. */
#ifndef HARNESS_CLI_REPLAY_MOMENT_H
#define HARNESS_CLI_REPLAY_MOMENT_H

#include <stdio.h>

#include "harness/cli/replay_file.h"

struct replay_moment {
    const char *to;     /* an effect, as moment_find reads it; NULL: the end */
    bool in_gdb;        /* instead of being told, stop there in a debugger */
    const char *writer; /* a key, a table or a job whose last writer is told; NULL: the state is */
};

/* Plays once, and prints. Returns the exit code. */
int replay_moment_show(const struct replay *replay, const struct replay_moment *moment, FILE *out,
                       FILE *err);

#endif
