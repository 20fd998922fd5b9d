/* harness/cli/corpus.h - a folder of failures that campaigns have found: replay files, one for each
 * scenario and fingerprint. */
#ifndef HARNESS_CLI_CORPUS_H
#define HARNESS_CLI_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "harness/cli/replay_file.h"
#include "harness/run/run.h"

enum { CORPUS_ENTRIES_MAX = 4096, CORPUS_BYTES_MAX = 512 * 1024 * 1024 };

struct corpus { /* of one scenario; zeroed is empty */
    struct fl_arena arena;
    struct replay *replays;
    uint32_t count;
};

/* The replays of a scenario with these settings, in the order of their files' names; a folder that
 * does not exist has none. FL_EPARSE, FL_EIO: *problem says which file and why; FL_EBOUND,
 * FL_ENOMEM. The corpus is to be released in any case. */
FL_CHECKED enum fl_error corpus_load(const char *folder, const struct replay *scenario,
                                     struct corpus *ret_corpus, struct fl_buf *problem);
void corpus_release(struct corpus *corpus);

/* Writes the failure unless its like is there: *ret_new. Makes the folder. FL_EIO: it cannot be
 * written; FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error corpus_store(const char *folder, const struct replay *failure,
                                      enum run_verdict verdict, struct fl_span text, bool *ret_new);

#endif
