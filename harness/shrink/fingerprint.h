/* harness/shrink/fingerprint.h - what makes two failures the same one.
 *
 * The kind of verdict, what was expected, and the kinds of differences that were found. Numbers are
 * told apart only as none, one and many, and not at all in names and in brackets, because a smaller
 * scenario has fewer of everything. */
#ifndef HARNESS_SHRINK_FINGERPRINT_H
#define HARNESS_SHRINK_FINGERPRINT_H

#include <stdbool.h>

#include "core/buf.h"
#include "harness/run/run.h"

enum { FINGERPRINT_BYTES_MAX = 256 * 1024, FINGERPRINT_LINES_MAX = 1024 };

struct fingerprint { /* FINGERPRINT_INIT */
    enum run_verdict verdict;
    struct fl_buf expected, found; /* lines; those of `found` sorted, each once */
};
#define FINGERPRINT_INIT                                                                           \
    ((struct fingerprint){.expected = FL_BUF_INIT(FINGERPRINT_BYTES_MAX),                          \
                          .found = FL_BUF_INIT(FINGERPRINT_BYTES_MAX)})

/* Of a run's text, or the evidence of its worker's death (RUN_CRASHED); replaces what was there.
 * What stands behind the first FINGERPRINT_LINES_MAX lines does not count. */
FL_CHECKED enum fl_error fingerprint_take(struct fingerprint *fingerprint, enum run_verdict verdict,
                                          struct fl_span text);
void fingerprint_release(struct fingerprint *fingerprint);

/* Whether `found` is the failure `wanted`: it differs in nothing that the wanted one does not. */
bool fingerprint_matches(const struct fingerprint *wanted, const struct fingerprint *found);

#endif
