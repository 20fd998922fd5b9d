/* harness/cli/oom_run.h - lets each allocation of one process fail, once and for ever, until a run
 * sees none fail, and judges each run by the undisturbed one. */
#ifndef HARNESS_CLI_OOM_RUN_H
#define HARNESS_CLI_OOM_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/cli/matrix_subject.h"

enum { OOM_ONCE, OOM_FOREVER, OOM_WAYS };
enum {
    OOM_ALLOCATIONS_MAX = 100 * 1000,
    OOM_SITES_MAX = 4096,
    OOM_PROCESS_BYTES = 32,
};

/* One call path by which allocations were asked for. */
struct oom_site {
    struct fl_span path;     /* "handler: note < plain_perform" */
    uint32_t count;          /* allocations */
    uint32_t first;          /* the first of them, from 1 */
    unsigned seen[OOM_WAYS]; /* bits of enum matrix_cell */
};

struct oom_result {
    enum matrix_trouble trouble;
    struct fl_buf message; /* of the trouble */
    struct fl_arena arena;
    struct oom_site *sites; /* in the order of their first allocations */
    uint32_t site_count;
    uint32_t allocations;
    uint64_t runs;
    unsigned seen;
    struct matrix_stories stories;
};

/* `process` "": the one that works on the subject's job undisturbed; its name is written there.
 * Whatever goes wrong is told in the result, to be released in any case. */
void oom_run(const struct matrix_subject *subject, struct pool *pool,
             char process[OOM_PROCESS_BYTES], struct oom_result *ret_result);
void oom_result_release(struct oom_result *result);

#endif
