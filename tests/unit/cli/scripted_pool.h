/* tests/unit/cli/scripted_pool.h - a pool whose workers are a function: it says what each run
 * gives.
 */
#ifndef TESTS_SCRIPTED_POOL_H
#define TESTS_SCRIPTED_POOL_H

#include <stdbool.h>

#include "harness/cli/request.h"
#include "harness/pool/pool.h"

struct scripted_run {     /* zeroed: passed */
    struct run_item item; /* seed, sweep and hash are filled in; a hash above 0 here is added */
    bool crashes, hangs;
    const char *symbol;
};

struct script {
    /* What worker `worker` makes of one run of the request. */
    struct scripted_run (*play)(const struct run_request *request, int worker, uint64_t seed,
                                int32_t sweep);
    bool last_in_first_out; /* in which order requests are answered */
    const char *answer;     /* said to every request instead; NULL: what `play` gives */
};

/* For the pools that pool_new makes from now on. */
void scripted_pool_use(const struct script *script);
/* Runs that were played, and requests that were made, since then. */
uint64_t scripted_pool_runs(void);
uint64_t scripted_pool_requests(void);

#endif
