/* harness/selftest/crew.h - some processes that take items in turn, each at its own pace.
 *
 * Members are forked, not threads: what a member does with the memory of this process is its own,
 * and the program's malloc knows one thread only. */
#ifndef HARNESS_SELFTEST_CREW_H
#define HARNESS_SELFTEST_CREW_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum { CREW_MEMBERS_MAX = 64, CREW_ITEMS_MAX = 4096, CREW_RESULT_BYTES = 3 * 1024 };

struct crew {
    void *context;
    /* In a member; the result is zeroed before. */
    void (*work)(void *context, int member, uint32_t item, void *ret_result);
    /* In this process, in the order in which items are finished. */
    void (*take)(void *context, uint32_t item, const void *result);
    size_t result_bytes; /* at most CREW_RESULT_BYTES; copied as bytes: no pointers */
};

/* FL_EIO: a member could not be started, or died with its item. */
FL_CHECKED enum fl_error crew_run(const struct crew *crew, int members, uint32_t items);

#endif
