/* harness/module/call_path.h - return addresses as the names of functions, for a person. */
#ifndef HARNESS_MODULE_CALL_PATH_H
#define HARNESS_MODULE_CALL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/map.h"

enum { SIM_CALL_PATH_SHOWN = 6 };

/* What was looked up before: a run worker sees the same few addresses again and again. */
struct sim_call_names {   /* SIM_CALL_NAMES_INIT; the owner releases it */
    struct fl_map frames; /* by return address */
    struct fl_arena arena;
};
enum { SIM_CALL_NAMES_MAX = 64 * 1024, SIM_CALL_NAMES_BYTES_MAX = 64 * 1024 * 1024 };
#define SIM_CALL_NAMES_INIT                                                                        \
    ((struct sim_call_names){.frames = FL_MAP_INIT(SIM_CALL_NAMES_MAX),                            \
                             .arena = FL_ARENA_INIT(SIM_CALL_NAMES_BYTES_MAX)})
void sim_call_names_release(struct sim_call_names *names);

/* Appends "handler: note < plain_perform": whose memory it was (the handler's, the queue's, or a
 * library's name), then the innermost functions, at most SIM_CALL_PATH_SHOWN; neither the allocator
 * nor the harness around them, and one name for all frames of a library. `frames` innermost first.
 */
FL_CHECKED enum fl_error sim_call_path(struct sim_call_names *names, void *const *frames,
                                       size_t count, struct fl_buf *out);

/* Whether a function of this name is among them. One that the compiler has put into its caller is
 * in no call path. */
bool sim_call_passes(struct sim_call_names *names, void *const *frames, size_t count,
                     const char *function);

#endif
