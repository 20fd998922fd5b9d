/* harness/selftest/child.h - runs a command and waits for it. */
#ifndef HARNESS_SELFTEST_CHILD_H
#define HARNESS_SELFTEST_CHILD_H

#include "core/buf.h"
#include "core/error.h"

enum { CHILD_WORDS_MAX = 512, CHILD_OUTPUT_BYTES_MAX = 16 * 1024 * 1024 };

/* A command's words, built one by one; borrowed until it has run. */
struct child {
    const char *words[CHILD_WORDS_MAX + 1];
    size_t count;
};
void child_word(struct child *child, const char *word);

/* In `folder`, with an empty input. What it prints on both outputs goes into `output`, as far as
 * that has room. *ret_status: its exit status, 128 + N for signal N. */
FL_CHECKED enum fl_error child_run(const struct child *child, const char *folder,
                                   struct fl_buf *output, int *ret_status);

#endif
