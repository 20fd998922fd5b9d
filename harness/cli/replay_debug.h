/* harness/cli/replay_debug.h - a run under gdb, stopped right before one of its effects. */
#ifndef HARNESS_CLI_REPLAY_DEBUG_H
#define HARNESS_CLI_REPLAY_DEBUG_H

#include <stdio.h>

#include "harness/cli/replay_file.h"

/* The hidden argument with which gdb starts this program; the next one is a file with a request. */
#define REPLAY_DEBUGGED "--debugged"

struct replay_debug {
    const char *program, *file; /* as they were typed */
    const char *folder;         /* where the request and gdb's script go */
    const char *to;             /* imp-1#2.7; NULL: the first effect */
};

/* Becomes gdb; returns an exit code when it cannot, which it has told. */
int replay_debug(const struct replay *replay, const struct replay_debug *debug, FILE *err);

#endif
