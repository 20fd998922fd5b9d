#include "harness/cli/explore_options.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "harness/cli/explore_small.h"
#include "harness/cli/small_worlds.h"

static_assert((int)PLAN_EXPLORE_DEPTH_MAX == (int)SIM_PRIORITIES_DEPTH_MAX, "the same bound");

enum { RUNS_MAX = 1000 * 1000 * 1000, SHARDS_MAX = 10 * 1000, SEED_DIGITS = 15 };

int explore_take_strategy(struct explore_options *options, const struct cli_reader *reader)
{
    options->small = strcmp(reader->value, "small") == 0;
    if (options->small) options->strategy = CAMPAIGN_DPOR;
    options->on = options->small || campaign_strategy_parse(reader->value, &options->strategy);
    if (options->on) return CLI_PASSED;
    return cli_wrong(reader, "expected random, pct, urw, dfs, dpor, guided or small, found \"%s\"",
                     reader->value);
}

int explore_take_runs(struct explore_options *options, const struct cli_reader *reader)
{
    int64_t number;
    if (!cli_number(reader, reader->value, 1, RUNS_MAX, &number)) return CLI_USAGE;
    options->runs = (uint64_t)number;
    return CLI_PASSED;
}

int explore_take_depth(struct explore_options *options, const struct cli_reader *reader)
{
    int64_t number;
    if (!cli_number(reader, reader->value, 1, SIM_PRIORITIES_DEPTH_MAX, &number)) return CLI_USAGE;
    options->depth = (uint32_t)number;
    return CLI_PASSED;
}

/* 60s, 10m, 8h */
int explore_take_budget(struct explore_options *options, const struct cli_reader *reader)
{
    static const struct {
        char letter;
        int64_t us;
    } units[] = {{'s', 1000000}, {'m', 60 * INT64_C(1000000)}, {'h', 3600 * INT64_C(1000000)}};
    size_t length = strlen(reader->value);
    long long number;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && length > 0; i++) {
        if (reader->value[length - 1] != units[i].letter) continue;
        if (!fl_span_int64((struct fl_span){reader->value, length - 1}, &number)) break;
        if (number < 1 || number > 1000 * 1000) break;
        options->budget_us = number * units[i].us;
        return CLI_PASSED;
    }
    return cli_wrong(reader, "expected a time, like 60s, 10m or 8h, after --budget, found \"%s\"",
                     reader->value);
}

/* 2/3: jobs and processes */
int explore_take_world(struct explore_options *options, const struct cli_reader *reader)
{
    const char *slash = strchr(reader->value, '/');
    struct fl_span low = {reader->value, slash ? (size_t)(slash - reader->value) : 0};
    long long jobs, processes;
    if (!slash || !fl_span_int64(low, &jobs) ||
        !fl_span_int64(fl_span_from(slash + 1), &processes) || jobs < 1 || jobs > SMALL_JOBS_MAX ||
        processes < 1 || processes > SMALL_PROCESSES_MAX)
        return cli_wrong(reader,
                         "expected jobs and processes, from 1/1 to 8/8, after --world, found "
                         "\"%s\"",
                         reader->value);
    options->jobs_max = (uint32_t)jobs;
    options->processes_max = (uint32_t)processes;
    return CLI_PASSED;
}

int explore_take_shard(struct explore_options *options, const struct cli_reader *reader)
{
    const char *slash = strchr(reader->value, '/');
    struct fl_span low = {reader->value, slash ? (size_t)(slash - reader->value) : 0};
    long long shard, shards;
    if (!slash || !fl_span_int64(low, &shard) || !fl_span_int64(fl_span_from(slash + 1), &shards) ||
        shard < 1 || shard > shards || shards > SHARDS_MAX)
        return cli_wrong(reader, "expected a part, like 2/8, after --shard, found \"%s\"",
                         reader->value);
    options->shard = (uint32_t)shard - 1;
    options->shards = (uint32_t)shards;
    return CLI_PASSED;
}

int explore_take_commit(const struct cli_reader *reader, uint64_t *ret_seed)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = strlen(reader->value);
    uint64_t seed = 0;
    if ((length != 40 && length != 64) || strspn(reader->value, digits) != length)
        return cli_wrong(
            reader,
            "expected all of a commit's hash, as `git rev-parse HEAD` prints it, after "
            "--seeds-from, found \"%s\"",
            reader->value);
    for (int i = 0; i < SEED_DIGITS; i++)
        seed = seed * 16 + (uint64_t)(strchr(digits, reader->value[i]) - digits);
    *ret_seed = seed;
    return CLI_PASSED;
}

int explore_check(const struct explore_options *options, const struct cli_reader *reader)
{
    bool given = options->runs || options->budget_us || options->depth || options->corpus ||
                 options->swarm || options->ending == CAMPAIGN_GOES_ON;
    if (given && !options->on)
        return cli_wrong(reader, "--runs, --budget, --depth, --swarm, --corpus and --keep-going "
                                 "want --explore");
    if (options->swarm && options->strategy != CAMPAIGN_RANDOM &&
        options->strategy != CAMPAIGN_URW && options->strategy != CAMPAIGN_GUIDED)
        return cli_wrong(reader, "--swarm is of random, urw and guided: the others know one world");
    if (options->on && options->shards > 1 && options->strategy != CAMPAIGN_RANDOM &&
        options->strategy != CAMPAIGN_PCT && options->strategy != CAMPAIGN_URW)
        return cli_wrong(reader, "--shard divides random, pct and urw only: what the others play "
                                 "next depends on what they have played");
    if (options->on && options->depth && options->strategy != CAMPAIGN_PCT &&
        options->strategy != CAMPAIGN_DFS)
        return cli_wrong(reader, "--depth is of pct and dfs");
    if (options->jobs_max && !options->small) return cli_wrong(reader, "--world is of small");
    if (options->small && (options->corpus || options->ending == CAMPAIGN_GOES_ON))
        return cli_wrong(reader, "small knows no --corpus and no --keep-going");
    return CLI_PASSED;
}

struct explore_options explore_options_of(const struct plan_explore *explore)
{
    static const enum campaign_strategy strategies[] = {
        [PLAN_EXPLORE_NOTHING] = CAMPAIGN_RANDOM, [PLAN_EXPLORE_RANDOM] = CAMPAIGN_RANDOM,
        [PLAN_EXPLORE_PCT] = CAMPAIGN_PCT,        [PLAN_EXPLORE_URW] = CAMPAIGN_URW,
        [PLAN_EXPLORE_DFS] = CAMPAIGN_DFS,        [PLAN_EXPLORE_DPOR] = CAMPAIGN_DPOR,
        [PLAN_EXPLORE_GUIDED] = CAMPAIGN_GUIDED,  [PLAN_EXPLORE_SMALL] = CAMPAIGN_DPOR,
    };
    return (struct explore_options){
        .on = explore->strategy != PLAN_EXPLORE_NOTHING,
        .strategy = strategies[explore->strategy],
        .depth = explore->depth,
        .runs = explore->runs,
        .budget_us = explore->budget_us,
        .swarm = explore->swarm,
        .small = explore->strategy == PLAN_EXPLORE_SMALL,
    };
}

/* --- campaigns --- */

static struct campaign_order order_of(const struct explore_options *options,
                                      const struct session_play *play, struct pool *pool)
{
    struct campaign_order order = {
        .pool = pool,
        .path = play->scenario.path,
        .settings = play->scenario.settings,
        .setting_count = play->scenario.setting_count,
        .strategy = options->strategy,
        .depth = options->depth,
        .seed = play->scenario.seed_first,
        .runs = options->runs,
        .budget_us = options->budget_us,
        .shard = options->shard,
        .shards = options->shards,
        .ending = options->ending,
        .swarm = options->swarm,
        .corpus = options->corpus,
    };
    uint64_t runs = order.strategy == CAMPAIGN_DPOR ? CAMPAIGN_DPOR_RUNS : CAMPAIGN_RUNS;
    if (!order.runs && !order.budget_us) order.runs = runs;
    return order;
}

enum explored { EXPLORED_WHOLLY, EXPLORED_IN_PART };

/* The first of all orders are no sample of them: what they never show may well be in the rest. */
static enum explored explored(const struct explore_options *options,
                              const struct campaign_result *result)
{
    bool partial = options->shards > 1;
    partial |= options->strategy == CAMPAIGN_DFS && result->extent != TREE_COMPLETE;
    partial |= options->strategy == CAMPAIGN_DPOR && !result->complete;
    return partial ? EXPLORED_IN_PART : EXPLORED_WHOLLY;
}

/* The play becomes the run to show; and all runs together show what never happens. */
static void show(struct session_play *play, const struct campaign_result *result,
                 enum explored whole)
{
    play->scenario.single = true;
    if (!result->has_first) return; /* as it is, to tell what is wrong with it */
    play->scenario = result->first;
    if (result->failed || result->known_failed || whole == EXPLORED_IN_PART) return;
    play->scenario.elsewhere = result->runs - 1;
    play->scenario.never = fl_buf_span(&result->never.claims);
}

static int explore_play(const struct explore_options *options, struct session_play *play,
                        struct pool *pool, FILE *out, struct campaign_result *result)
{
    const struct campaign_order order = order_of(options, play, pool);
    campaign_run(&order, result);
    campaign_tell(play->id, &order, result, out);
    show(play, result, explored(options, result));
    if (!result->problem.length) return CLI_PASSED;
    return result->bad_input ? CLI_USAGE : CLI_HARNESS_FAULT;
}

/* The play becomes the world that failed. */
static int explore_worlds(const struct explore_options *options,
                          const struct session_options *session, struct session_play *play,
                          struct pool *pool, FILE *out, FILE *err, struct explored_small *small)
{
    struct explore_options wanted = *options;
    if (!wanted.jobs_max) wanted.jobs_max = EXPLORE_JOBS;
    if (!wanted.processes_max) wanted.processes_max = EXPLORE_PROCESSES;
    int code = explore_small(&wanted, session, play, pool, out, err, small);
    play->scenario.single = true;
    if (small->failed && small->result.has_first) play->scenario = small->result.first;
    return code;
}

int explore_run(const struct explore_options *options, const struct session_options *session,
                struct session_play *plays, uint32_t count, FILE *out, FILE *err)
{
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct pool *pool = NULL;
    int code = CLI_HARNESS_FAULT;
    int trouble = CLI_PASSED;
    struct explored_small *all = fl_arena_alloc_array(&arena, count + 1, sizeof *all);
    enum fl_error failed =
        all ? pool_new(session_workers(session->jobs, 1), SESSION_HANG_US, &pool) : FL_ENOMEM;
    if (failed) fprintf(err, "faultline: the run workers: %s\n", fl_error_text(failed));
    for (uint32_t i = 0; i < count && !failed; i++) {
        if (!options[i].on) continue;
        all[i].has_result = !options[i].small;
        int met = options[i].small
                      ? explore_worlds(&options[i], session, &plays[i], pool, out, err, &all[i])
                      : explore_play(&options[i], &plays[i], pool, out, &all[i].result);
        if (met != CLI_PASSED && trouble != CLI_HARNESS_FAULT) trouble = met;
    }
    pool_free(pool);
    if (!failed) code = session_run(session, plays, count, out, err);
    for (uint32_t i = 0; i < count && !failed; i++)
        if (all[i].has_result) campaign_result_release(&all[i].result);
    fl_arena_release(&arena);
    return trouble ? trouble : code;
}
