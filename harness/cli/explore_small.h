/* harness/cli/explore_small.h - all small worlds of a scenario, each explored to its end. */
#ifndef HARNESS_CLI_EXPLORE_SMALL_H
#define HARNESS_CLI_EXPLORE_SMALL_H

#include "harness/cli/explore_options.h"

/* What all of them amount to; the play becomes the first failure, if there is one, of a world that
 * then stands as a scenario in the folder for output. */
struct explored_small {
    struct campaign_result result; /* of the world that failed, or of the last one */
    char path[512];                /* of its scenario */
    bool has_result, failed;
};

/* Tells, and returns CLI_PASSED, or what is wrong has been printed. The caller releases the result
 * with campaign_result_release, if there is one. */
int explore_small(const struct explore_options *options, const struct session_options *session,
                  const struct session_play *play, struct pool *pool, FILE *out, FILE *err,
                  struct explored_small *ret_explored);

#endif
