/* harness/cli/explore_options.h - how `run --explore` was asked for, and the campaigns it plays. */
#ifndef HARNESS_CLI_EXPLORE_OPTIONS_H
#define HARNESS_CLI_EXPLORE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/cli/campaign.h"
#include "harness/cli/options.h"
#include "harness/cli/session.h"

enum { EXPLORE_JOBS = 2, EXPLORE_PROCESSES = 2 };

struct explore_options { /* zeroed: no exploration */
    bool on;
    enum campaign_strategy strategy;
    enum campaign_ending ending;
    uint32_t depth, shard, shards; /* shards 0: it is not divided */
    uint64_t runs;
    int64_t budget_us;
    bool swarm;
    bool small;                       /* all small worlds, each by dpor: explore_small.h */
    uint32_t jobs_max, processes_max; /* of a small world; 0: EXPLORE_JOBS, EXPLORE_PROCESSES */
    const char *corpus;               /* a folder; NULL: none */
};

/* Each takes an option's value: CLI_PASSED, or what is wrong has been printed. */
int explore_take_strategy(struct explore_options *options, const struct cli_reader *reader);
int explore_take_runs(struct explore_options *options, const struct cli_reader *reader);
int explore_take_depth(struct explore_options *options, const struct cli_reader *reader);
int explore_take_budget(struct explore_options *options, const struct cli_reader *reader);
int explore_take_world(struct explore_options *options, const struct cli_reader *reader);
int explore_take_shard(struct explore_options *options, const struct cli_reader *reader);
/* A seed from the hash of a git commit, in full: 40 hex digits, or 64. */
int explore_take_commit(const struct cli_reader *reader, uint64_t *ret_seed);
/* What goes together. */
int explore_check(const struct explore_options *options, const struct cli_reader *reader);

/* As a line `explore` has asked for it; off where there is none. */
struct explore_options explore_options_of(const struct plan_explore *explore);

/* `options`: of each play its own, and without a campaign where they are off. A campaign for each
 * play, told one after the other; then the first failing run of each, or its first run, is played
 * as any other, twice, and reported. Returns the exit code. */
int explore_run(const struct explore_options *options, const struct session_options *session,
                struct session_play *plays, uint32_t count, FILE *out, FILE *err);

#endif
