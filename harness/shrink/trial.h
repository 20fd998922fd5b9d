/* harness/shrink/trial.h - plays texts of scenarios on run workers, several at a time, and tells
 * how each fails. */
#ifndef HARNESS_SHRINK_TRIAL_H
#define HARNESS_SHRINK_TRIAL_H

#include "harness/cli/request.h"
#include "harness/pool/pool.h"
#include "harness/shrink/fingerprint.h"

enum { TRIAL_TEXT_BYTES_MAX = 16 * 1024 * 1024, TRIALS_AT_ONCE_MAX = 64 };

struct trial {
    struct fl_span text; /* of the scenario; borrowed */
    uint64_t seed;
    int32_t sweep;               /* -1: none */
    enum request_choices source; /* zeroed: the seed's */
    struct fl_span choices;
    bool record;
    unsigned wants;
    uint64_t effects_max; /* 0: no bound */
    /* what came of it */
    bool played; /* false: the text cannot be read or played; then nothing else is set */
    struct run_answer answer; /* empty after a death */
    struct fingerprint fingerprint;
};

/* All of them, as if each text stood at `path`; any order, any worker. Released with trial_release
 * whatever is returned. */
FL_CHECKED enum fl_error trials_play(struct pool *pool, const char *path, struct trial *trials,
                                     uint32_t count);
void trial_release(struct trial *trial);

/* The run that was played; NULL: none, or its worker died. */
const struct run_item *trial_item(const struct trial *trial);

#endif
