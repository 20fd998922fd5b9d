/* harness/selftest/muster.h - all that is to be tried: bugs with their patches, good handlers, and
 * what must be green before. */
#ifndef HARNESS_SELFTEST_MUSTER_H
#define HARNESS_SELFTEST_MUSTER_H

#include "core/arena.h"
#include "harness/selftest/green.h"
#include "harness/selftest/mutant.h"

enum {
    MUSTER_BUGS_MAX = 1024,
    MUSTER_HANDLERS_MAX = 256,
    MUSTER_ARENA_BYTES_MAX = 64 * 1024 * 1024
};

struct muster {
    struct fl_arena arena;
    struct {
        const char *patch; /* absolute */
        struct mutant mutant;
    } bugs[MUSTER_BUGS_MAX];
    uint32_t bug_count;
    const char *handlers[MUSTER_HANDLERS_MAX]; /* as struct green calls them */
    uint32_t handler_count;
    struct greens greens;
};

/* In place of what was there. */
void muster_init(struct muster *muster);
void muster_release(struct muster *muster);
/* FL_EINVAL: `problem` says what is wrong with which file; FL_ENOMEM. */
FL_CHECKED enum fl_error muster_add_patch(struct muster *muster, const char *path,
                                          struct fl_buf *problem);
/* All bugs of tests/planted and all handlers of tests/good, by name. `source` is absolute. */
FL_CHECKED enum fl_error muster_add_all(struct muster *muster, const char *source,
                                        struct fl_buf *problem);

#endif
