/* harness/cli/probe.h - what a scenario does: played once without its faults and once with them. */
#ifndef HARNESS_CLI_PROBE_H
#define HARNESS_CLI_PROBE_H

#include "harness/cli/request.h"
#include "harness/pool/pool.h"

enum probe_run { PROBE_UNDISTURBED, PROBE_DISTURBED, PROBE_RUNS };

/* A sweep is left out of the disturbed run. */
struct probe_order {
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed;
};

struct probe { /* of one scenario */
    struct run_answer answers[PROBE_RUNS];
    struct fl_buf deaths[PROBE_RUNS]; /* how its run worker died; empty: it answered */
};

/* On FL_OK the caller releases the probe. Else what the pool says, or FL_ENOMEM. */
FL_CHECKED enum fl_error probe_play(struct pool *pool, const struct probe_order *order,
                                    struct probe *ret_probe);
void probe_release(struct probe *probe);

/* Of a run that was played; NULL: it was not, and *ret_why says so for a person. */
const struct run_item *probe_item(const struct probe *probe, enum probe_run run,
                                  const char **ret_why);

#endif
