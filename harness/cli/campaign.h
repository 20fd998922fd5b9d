/* harness/cli/campaign.h - many runs of one scenario by a strategy, and what they amount to.
 *
 * Runs go out in rounds of a fixed size, and what a strategy learns from a round does not depend on
 * the number of run workers: with a bound on runs alone, a campaign is the same every time. */
#ifndef HARNESS_CLI_CAMPAIGN_H
#define HARNESS_CLI_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/buf.h"
#include "harness/cli/coordinator.h"
#include "harness/explore/dpor.h"
#include "harness/explore/tree.h"
#include "harness/pool/pool.h"

enum campaign_strategy {
    CAMPAIGN_RANDOM, /* run i has seed + i */
    CAMPAIGN_PCT,    /* the same, and tasks have priorities: choice/priorities.h */
    CAMPAIGN_URW,    /* the same, and every order is as likely as any other: choice/turns.h */
    CAMPAIGN_DFS,    /* every order of the tasks: explore/tree.h */
    CAMPAIGN_DPOR,   /* every order that makes a difference: explore/dpor.h */
    CAMPAIGN_GUIDED, /* variations of runs in which something new was seen: explore/guided.h */
    CAMPAIGN_STRATEGIES,
};

enum {
    CAMPAIGN_ROUND = 32,
    CAMPAIGN_RUNS = 1000,            /* when neither runs nor a budget are given */
    CAMPAIGN_DPOR_RUNS = 100 * 1000, /* the same, of dpor */
    CAMPAIGN_DEPTH = 3,              /* of pct */
};

enum campaign_ending { CAMPAIGN_STOPS, CAMPAIGN_GOES_ON }; /* at the first failure */

struct campaign_order { /* all borrowed */
    struct pool *pool;
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    enum campaign_strategy strategy;
    uint32_t depth; /* pct: ordering constraints; dfs: switches; 0: CAMPAIGN_DEPTH, or all */
    uint64_t seed;
    uint64_t runs;          /* at most; 0: until the budget is spent */
    int64_t budget_us;      /* of real time; 0: none */
    uint32_t shard, shards; /* of all runs those whose number is `shard` modulo `shards` */
    enum campaign_ending ending;
    bool swarm;         /* options are drawn for each run: run/swarm.h; not of pct, dfs and dpor */
    const char *corpus; /* a folder whose failures are played first, and new ones stored; NULL */
};

struct campaign_result {
    uint64_t runs, failed, states, traces; /* states and traces: different ones */
    uint64_t indeterminate;                /* runs of which nobody can know how they ended */
    uint64_t pairs;                        /* guided: that were seen */
    uint64_t known, known_failed, stored;  /* failures of the corpus, that still fail, new ones */
    uint64_t first_run;                    /* from 1; 0: none failed */
    bool has_first;
    struct coordinator_scenario first; /* the run that failed first, or the first of all */
    struct fl_buf first_choices;       /* owned; `first` borrows it */
    enum tree_extent extent;           /* of dfs */
    int32_t switches;
    bool complete; /* of dpor */
    struct dpor_sums sums;
    bool out_of_time;
    int64_t real_us;
    struct never never;    /* what no run had of what must happen sometimes */
    bool bad_input;        /* the problem is: a file of the corpus cannot be read */
    struct fl_buf problem; /* of the harness, or of the scenario; empty: none */
};

/* The word's strategy; false: it is none. */
bool campaign_strategy_parse(const char *word, enum campaign_strategy *ret_strategy);
/* What the run workers do wrong is told in the result, to be released in any case. */
void campaign_run(const struct campaign_order *order, struct campaign_result *ret_result);
void campaign_result_release(struct campaign_result *result);
uint32_t campaign_pct_depth(const struct campaign_order *order); /* ordering constraints */
/* A line for a person, or two. */
void campaign_tell(const char *id, const struct campaign_order *order,
                   const struct campaign_result *result, FILE *out);

#endif
