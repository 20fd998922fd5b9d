/* `faultline run`: finds and reads all scenarios before it plays the first, so that bad input is
 * told at once and nothing is half done. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/discover.h"
#include "harness/cli/explore_options.h"
#include "harness/cli/matrix_subject.h"
#include "harness/cli/report_option.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"
#include "harness/cli/variations.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/parse.h"
#include "harness/shrink/shrink.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, SWEEP_MAX = INT32_MAX / 2 };

enum {
    OPT_SEED,
    OPT_SEEDS,
    OPT_SEEDS_FROM,
    OPT_SHARD,
    OPT_EXPLORE,
    OPT_RUNS,
    OPT_BUDGET,
    OPT_DEPTH,
    OPT_WORLD,
    OPT_SWARM,
    OPT_KEEP_GOING,
    OPT_CORPUS,
    OPT_SWEEP,
    OPT_SET,
    OPT_JOBS,
    OPT_LIST,
    OPT_WORD,
    OPT_NO_VERIFY,
    OPT_NO_SHRINK,
    OPT_SHRINK_BUDGET,
    OPT_TRACE,
    OPT_PICTURE,
    OPT_COLOR,
    OPT_OUT,
    OPT_REPORT,
    OPT_QUIET,
    OPT_VERBOSE
};

static const struct cli_option options[] = {
    {OPT_SEED, 0, "seed", "N", "run this seed instead of the scenario's own"},
    {OPT_SEEDS, 0, "seeds", "A..B", "run these seeds"},
    {OPT_SEEDS_FROM, 0, "seeds-from", "COMMIT", "begin with a seed made of a commit's hash"},
    {OPT_SHARD, 0, "shard", "I/N", "run only part I of N: of a campaign's runs, or the scenarios"},
    {OPT_EXPLORE, 0, "explore", "HOW", "a campaign: random, pct, urw, dfs, dpor, guided, small"},
    {OPT_RUNS, 0, "runs", "N", "of a campaign at most; without --budget 1000, of dpor 100000"},
    {OPT_BUDGET, 0, "budget", "TIME", "of a campaign, in real time: 60s, 10m, 8h"},
    {OPT_DEPTH, 0, "depth", "D", "of pct: ordering constraints, 3; of dfs: switches, all"},
    {OPT_WORLD, 0, "world", "N/M", "of small: at most N jobs and M processes; 2/2"},
    {OPT_SWARM, 0, "swarm", NULL, "of random, urw, guided: draw options for each run, too"},
    {OPT_KEEP_GOING, 0, "keep-going", NULL, "play the campaign on after its first failure"},
    {OPT_CORPUS, 0, "corpus", "FOLDER", "of failures: played first, and new ones added"},
    {OPT_SWEEP, 0, "sweep", "K", "run only this point of the sweep, from 0"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_WORD, 'k', "keyword", "WORD", "only scenarios whose name contains WORD"},
    {OPT_JOBS, 'j', "jobs", "N", "run workers; one for each processor by default"},
    {OPT_LIST, 0, "list", NULL, "show which scenarios would run, and what they claim"},
    {OPT_NO_VERIFY, 0, "no-verify", NULL, "play each run once, not twice"},
    {OPT_NO_SHRINK, 0, "no-shrink", NULL, "write no minimal scenarios of failures"},
    {OPT_SHRINK_BUDGET, 0, "shrink-budget", "SECONDS", "at most so long for one of those; 5"},
    {OPT_TRACE, 0, "trace", NULL, "print the trace of a single run"},
    {OPT_PICTURE, 0, "picture", NULL, "draw each failure as FOLDER/NAME.html"},
    {OPT_COLOR, 0, "color", "WHEN", "auto, always or never"},
    {OPT_OUT, 0, "out", "FOLDER", "where replay files and pictures go; out by default"},
    {OPT_REPORT, 0, "report", "FORMAT[=FILE]", "also as junit, tap, jsonl, github or markdown"},
    {OPT_QUIET, 'q', "quiet", NULL, "print failures and the sums only"},
    {OPT_VERBOSE, 'v', "verbose", NULL, "print what each scenario claims, and its cost"},
};

static const char details[] =
    "Every run is played by two run workers, whose traces must be the same.\n"
    "A scenario with a line `explore` is played as a campaign, as that line says.\n"
    "Exit status: 0 all passed, 1 a property failed, 2 usage or bad input, 3 two plays of a run\n"
    "differ, 4 a job is stuck, 5 a fault of the harness, 6 a handler crashed or hung.\n"
    "A report without a file has the standard output for itself, and the usual one goes to the\n"
    "standard error. With GITHUB_ACTIONS=true failures are annotated, as by --report github,\n"
    "and Markdown is appended to $GITHUB_STEP_SUMMARY. What cannot be written ends in status 5.\n"
    "A campaign plays each run once, and the first that fails once more, twice, as it would any.\n"
    "random: seeds. pct: tasks have random priorities, which change at D - 1 random places, and\n"
    "calls take no time. urw: orders of tasks that are all about as likely. dfs: every order of "
    "the tasks, those with the fewest switches first;\n"
    "\"complete\" means all of them, with switches at effects only and calls that take no time.\n"
    "dpor: of the orders that differ in nothing but steps of different processes that touch no\n"
    "common key, database or receiver, one; the tasks of one process take turns in one order.\n"
    "small: every world of a few of the jobs and processes, without faults, each by dpor.\n"
    "guided: runs in which a command followed another as never before, with and without a fault\n"
    "that had struck, are varied. With --runs alone a campaign is the same every time; with\n"
    "--budget it is as long as the machine is fast.\n";

struct run_command {
    struct cli_reader reader;
    struct session_options session;
    struct set_options settings;
    struct discovered files;
    struct variations variations;
    struct explore_options explore;    /* of the command line */
    struct explore_options *campaigns; /* of each play */
    bool any_campaign;
    const char *word;
    bool list, has_seeds, has_sweep;
    bool seeds_move; /* as many as the scenario has, but from seed_first on */
    uint64_t seed_first, seed_last;
    int32_t sweep;
    struct report_outlets outlets;
    FILE *out, *err;
};

/* --- options --- */
static int take_seeds(struct run_command *run, const char *text)
{
    const char *dots = strstr(text, "..");
    long long first, last;
    struct fl_span low = {text, dots ? (size_t)(dots - text) : 0};
    if (!dots || !fl_span_int64(low, &first) || !fl_span_int64(fl_span_from(dots + 2), &last) ||
        first < 0 || last < first)
        return cli_wrong(&run->reader, "expected two seeds, like 1..100, found \"%s\"", text);
    run->has_seeds = true;
    run->seed_first = (uint64_t)first;
    run->seed_last = (uint64_t)last;
    return CLI_PASSED;
}

static int take_exploration(struct run_command *run)
{
    const struct cli_reader *reader = &run->reader;
    switch (reader->id) {
    case OPT_SEEDS_FROM:
        run->seeds_move = true;
        return explore_take_commit(reader, &run->seed_first);
    case OPT_SHARD: return explore_take_shard(&run->explore, reader);
    case OPT_EXPLORE: return explore_take_strategy(&run->explore, reader);
    case OPT_RUNS: return explore_take_runs(&run->explore, reader);
    case OPT_BUDGET: return explore_take_budget(&run->explore, reader);
    case OPT_CORPUS: run->explore.corpus = reader->value; return CLI_PASSED;
    case OPT_DEPTH: return explore_take_depth(&run->explore, reader);
    case OPT_WORLD: return explore_take_world(&run->explore, reader);
    case OPT_SWARM: run->explore.swarm = true; return CLI_PASSED;
    default: run->explore.ending = CAMPAIGN_GOES_ON; return CLI_PASSED;
    }
}

static int take_option(struct run_command *run)
{
    const struct cli_reader *reader = &run->reader;
    int64_t number;
    switch (reader->id) {
    case OPT_SEED:
        if (!cli_number(reader, reader->value, 0, INT64_MAX, &number)) return CLI_USAGE;
        run->has_seeds = true;
        run->seed_first = run->seed_last = (uint64_t)number;
        return CLI_PASSED;
    case OPT_SEEDS: return take_seeds(run, reader->value);
    case OPT_SWEEP:
        if (!cli_number(reader, reader->value, 0, SWEEP_MAX, &number)) return CLI_USAGE;
        run->has_sweep = true;
        run->sweep = (int32_t)number;
        return CLI_PASSED;
    case OPT_SET: return set_options_take(&run->settings, reader, reader->value, &run->files.arena);
    case OPT_JOBS:
        if (!cli_number(reader, reader->value, 1, POOL_WORKERS_MAX, &number)) return CLI_USAGE;
        run->session.jobs = (int)number;
        return CLI_PASSED;
    case OPT_LIST: run->list = true; return CLI_PASSED;
    case OPT_WORD: run->word = reader->value; return CLI_PASSED;
    case OPT_NO_SHRINK: run->session.no_shrink = true; return CLI_PASSED;
    case OPT_SHRINK_BUDGET:
        if (!cli_number(reader, reader->value, 1, SHRINK_SECONDS_MAX, &number)) return CLI_USAGE;
        run->session.shrink_real_us_max = number * 1000000;
        return CLI_PASSED;
    case OPT_NO_VERIFY: run->session.plays = COORDINATOR_ONCE; return CLI_PASSED;
    case OPT_TRACE: run->session.print_trace = true; return CLI_PASSED;
    case OPT_PICTURE: run->session.picture = true; return CLI_PASSED;
    case OPT_REPORT: return report_option_take(&run->outlets, &run->reader, reader->value);
    case OPT_QUIET: run->session.detail = REPORT_QUIET; return CLI_PASSED;
    case OPT_VERBOSE: run->session.detail = REPORT_VERBOSE; return CLI_PASSED;
    case OPT_COLOR:
        return report_colour_parse(reader->value, &run->session.colour)
                   ? CLI_PASSED
                   : cli_wrong(reader, "expected auto, always or never, found \"%s\"",
                               reader->value);
    case OPT_OUT: run->session.out_folder = reader->value; return CLI_PASSED;
    default: return take_exploration(run);
    }
}

static int take_path(struct run_command *run, const char *path)
{
    enum fl_error err = discover(&run->files, path);
    if (!err) return CLI_PASSED;
    const char *problem = run->files.problem ? run->files.problem : path;
    return cli_wrong(&run->reader, "expected a scenario file or a folder of them, found \"%s\": %s",
                     problem, fl_error_text(err));
}

/* Returns an exit code; *ret_go_on is false when that is the end of it. */
static int read_arguments(struct run_command *run, bool *ret_go_on)
{
    int code = CLI_PASSED, paths = 0;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&run->reader)) {
        case CLI_OPTION: code = take_option(run); break;
        case CLI_ARGUMENT:
            code = take_path(run, run->reader.value);
            paths++;
            break;
        case CLI_HELP: cli_print_help(&command_run, run->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (paths == 0) return cli_wrong(&run->reader, "expected a scenario file or folder");
            code = explore_check(&run->explore, &run->reader);
            *ret_go_on = code == CLI_PASSED;
            return code;
        }
    }
    return code;
}

/* --- scenarios --- */
static int nothing_selected(struct run_command *run, const struct nearest *nearest)
{
    if (!run->word) return cli_wrong(&run->reader, "expected a *.scenario file, found none");
    if (!nearest->best)
        return cli_wrong(&run->reader, "no scenario's name contains \"%s\"", run->word);
    return cli_wrong(&run->reader, "no scenario's name contains \"%s\"; did you mean \"%s\"?",
                     run->word, nearest->best);
}

/* -k, and what it could have meant: any part of a name between / and --. */
static int select_files(struct run_command *run)
{
    struct nearest nearest = nearest_to(fl_span_from(run->word));
    if (run->word) {
        for (uint32_t i = 0; i < run->files.count; i++) {
            const char *slash = strrchr(run->files.files[i].id, '/');
            nearest_offer(&nearest, slash ? slash + 1 : run->files.files[i].id);
        }
        discover_filter(&run->files, run->word);
    }
    return run->files.count > 0 ? CLI_PASSED : nothing_selected(run, &nearest);
}

static bool has_sweep(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].sweep) return true;
    return false;
}

static bool has_pairs(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].second) return true;
    return false;
}

static void fill_play(const struct run_command *run, const struct plan *plan,
                      struct session_play *play)
{
    struct coordinator_scenario *scenario = &play->scenario;
    play->title = plan->title;
    scenario->seed_first = run->has_seeds ? run->seed_first : plan->seed_first;
    scenario->seed_last = run->has_seeds ? run->seed_last : plan->seed_last;
    if (run->seeds_move) {
        scenario->seed_first = run->seed_first;
        scenario->seed_last = run->seed_first + (plan->seed_last - plan->seed_first);
    }
    scenario->sweeps = has_sweep(plan);
    scenario->pairs = has_pairs(plan);
    play->claims_class = !run->has_sweep && matrix_claims_class(plan);
    scenario->sweep = run->has_sweep ? run->sweep : -1;
    scenario->partial = run->has_seeds && run->seed_first == run->seed_last;
    scenario->single = run->has_sweep || run->session.print_trace;
}

/* Those of the command line are for all; a single run that was asked for is no campaign. */
static struct explore_options explore_of(const struct run_command *run, const struct plan *plan,
                                         const struct session_play *play)
{
    const struct explore_options none = {0};
    if (run->explore.on) return run->explore;
    if (play->scenario.single || play->scenario.partial) return none;
    return explore_options_of(&plan->explore);
}

/* What outlives the plan: its title, or why there is none. */
static bool keep_text(struct run_command *run, const char **text)
{
    *text = fl_arena_copy(&run->files.arena, fl_span_from(*text));
    return *text != NULL;
}

/* The plans themselves are read again by the run workers; here they only prove to be readable. */
static uint32_t read_plays(struct run_command *run, struct session_play *plays)
{
    uint32_t unreadable = 0;
    for (uint32_t i = 0; i < run->variations.count; i++) {
        const struct variation *file = &run->variations.items[i];
        struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
        struct plan *plan = NULL;
        enum fl_error err =
            scenario_read(file->path, file->settings, file->setting_count, &plan, &message);
        plays[i] = (struct session_play){.id = file->id,
                                         .scenario = {.path = file->path,
                                                      .settings = file->settings,
                                                      .setting_count = file->setting_count}};
        if (err) {
            plays[i].problem = message.length ? message.bytes : fl_error_text(err);
            fprintf(run->err, "%s\n", plays[i].problem);
            unreadable++;
        } else {
            fill_play(run, plan, &plays[i]);
            run->campaigns[i] = explore_of(run, plan, &plays[i]);
            run->any_campaign |= run->campaigns[i].on;
            if (run->list) fprintf(run->out, "%-56s  %s\n", file->id, plan->title);
        }
        if (!keep_text(run, err ? &plays[i].problem : &plays[i].title) && err)
            plays[i].problem = fl_error_text(FL_ENOMEM);
        scenario_plan_free(plan);
        fl_buf_release(&message);
    }
    return unreadable;
}

/* Returns where a person reads. */
static FILE *open_reports(struct run_command *run, uint32_t count)
{
    FILE *terminal =
        report_option_open(&run->outlets, run->session.program, count, run->out, run->err);
    run->session.outlets = &run->outlets;
    return terminal;
}

/* Each file as often as it has variants. */
static enum fl_error vary(struct run_command *run)
{
    enum fl_error err = FL_OK;
    run->variations.arena = &run->files.arena;
    for (uint32_t i = 0; i < run->files.count && !err; i++)
        err = variations_add(&run->variations, &run->files.files[i], run->settings.items,
                             run->settings.count);
    return err;
}

/* Without a campaign it is the scenarios that are divided. */
static void keep_shard(struct run_command *run)
{
    uint32_t kept = 0;
    if (run->explore.shards == 0 || run->explore.on) return;
    for (uint32_t i = run->explore.shard; i < run->variations.count; i += run->explore.shards)
        run->variations.items[kept++] = run->variations.items[i];
    run->variations.count = kept;
}

/* A campaign is about schedules and chances; a sweep's points are enumerated without one. */
static int explore(struct run_command *run, struct session_play *plays, uint32_t count, FILE *out)
{
    for (uint32_t i = 0; i < count; i++)
        if (run->campaigns[i].on && plays[i].scenario.sweeps)
            return cli_wrong(&run->reader,
                             "a campaign wants scenarios without a line `sweep`, "
                             "found \"%s\"",
                             plays[i].scenario.path);
    return explore_run(run->campaigns, &run->session, plays, count, out, run->err);
}

static int play(struct run_command *run)
{
    enum fl_error err = vary(run);
    if (err) return cli_wrong(&run->reader, "the variants: %s", fl_error_text(err));
    keep_shard(run);
    uint32_t count = run->variations.count;
    if (count == 0) { /* another part has them */
        fputs("0 passed, 0 failed, 0 skipped\n", run->out);
        return CLI_PASSED;
    }
    if ((run->session.print_trace || run->has_sweep) && count != 1)
        return cli_wrong(&run->reader, "--trace and --sweep want a single scenario, found %u",
                         count);
    struct session_play *plays = fl_arena_alloc_array(&run->files.arena, count + 1, sizeof *plays);
    run->campaigns = fl_arena_alloc_array(&run->files.arena, count + 1, sizeof *run->campaigns);
    if (!plays || !run->campaigns) return cli_wrong(&run->reader, "%s", fl_error_text(FL_ENOMEM));
    uint32_t unreadable = read_plays(run, plays);
    if (run->list && !unreadable) return CLI_PASSED;
    if (run->has_sweep && !unreadable && !plays[0].scenario.sweeps)
        return cli_wrong(&run->reader, "--sweep wants a scenario with a line `sweep`, found \"%s\"",
                         plays[0].scenario.path);
    FILE *out = open_reports(run, count);
    if (unreadable) return session_refuse(&run->session, plays, count, out);
    if (run->any_campaign) return explore(run, plays, count, out);
    return session_run(&run->session, plays, count, out, run->err);
}

static int run_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct run_command *run = calloc(1, sizeof *run);
    if (!run) return CLI_HARNESS_FAULT;
    run->reader = cli_reader_init(&command_run, argc, argv, err);
    run->session = (struct session_options){
        .program = argv[0], .plays = COORDINATOR_TWICE, .out_folder = "out"};
    run->out = out;
    run->err = err;
    int code = read_arguments(run, &go_on);
    if (go_on) code = select_files(run);
    if (go_on && code == CLI_PASSED) code = play(run);
    discover_release(&run->files);
    free(run);
    return code;
}

const struct cli_command command_run = {
    .name = "run",
    .arguments = "FILE|DIR...",
    .summary = "Plays scenarios and tells whether what they claim holds",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = run_main,
};
