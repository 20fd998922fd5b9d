/* `faultline bench`: what a run costs in simulation, and what a worker does on a real Redis. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "harness/bench/live/load.h"
#include "harness/cli/bench_capacity.h"
#include "harness/cli/bench_instructions.h"
#include "harness/cli/bench_real.h"
#include "harness/cli/bench_report.h"
#include "harness/cli/bench_sim.h"
#include "harness/cli/commands.h"
#include "harness/cli/course.h"
#include "harness/cli/discover.h"
#include "harness/cli/set_option.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/parse.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, SUBJECT_BYTES = 128 };
enum {
    ROUNDS_USUAL = 7,
    ROUNDS_LEAST = 3, /* fewer have no spread worth the name */
    THREADS_USUAL = 10,
    THREADS_MAX = 1000,
    THROUGHPUT_JOBS_USUAL = 50 * 1000,
    IMPORT_ROWS_USUAL = 200 * 1000,
    LATENCY_JOBS_USUAL = 2000,
    RATE_USUAL = 1000
};

enum {
    OPT_ROUNDS,
    OPT_TIME,
    OPT_SET,
    OPT_INSTRUCTIONS,
    OPT_JOBS,
    OPT_THREADS,
    OPT_RATE,
    OPT_REDIS,
    OPT_REAL,
    OPT_HISTORY,
    OPT_COMPARE
};

static const struct cli_option options[] = {
    {OPT_ROUNDS, 0, "rounds", "N", "measure so often; 7 by default"},
    {OPT_TIME, 0, "time", "500ms", "sim: of processor time, for each round"},
    {OPT_SET, 0, "set", "NAME=VALUE", "of a scenario: replace a default of a line `set`"},
    {OPT_INSTRUCTIONS, 0, "instructions", NULL, "sim: count a run's under Valgrind as well"},
    {OPT_JOBS, 0, "jobs", "N", "in each round; 50000, of latency 2000; import: rows, 200000"},
    {OPT_THREADS, 'c', "concurrency", "N", "job threads of the worker; 10"},
    {OPT_RATE, 0, "rate", "N", "latency: jobs pushed a second; 1000"},
    {OPT_REDIS, 0, "redis", "URL", "instead of a redis-server started for it"},
    {OPT_REAL, 0, "real", NULL, "capacity: play its arrivals on a real Redis, too"},
    {OPT_HISTORY, 0, "history", "FILE", "compare with its lines, then add this one"},
    {OPT_COMPARE, 0, "compare", "FILE", "compare with its lines only"},
};

static const char details[] =
    "sim         runs and effects a second of processor time, one run worker, each run once\n"
    "capacity    how long jobs wait and take in virtual time, a seed a round\n"
    "throughput  no-op jobs a second of faultline-worker, and of the bare commands\n"
    "import      rows a second of a CSV file into SQLite, by faultline-worker, and bare inserts\n"
    "latency     from push to done at a given rate, and of a bare BLMOVE\n"
    "plot        prints a history as an SVG file, a panel for each figure\n"
    "\n"
    "Figures are medians of the rounds. The bare limit of the Redis is measured in turn with the\n"
    "worker. A change is one when it exceeds the noise: three times the spread of the rounds, or\n"
    "of the earlier medians; at least 2 %, and 10 % until three are known. Exit status 1: worse\n"
    "than before, or a scenario that did not pass; 2 usage or bad input, 5 the machine failed.\n";

enum kind {
    KIND_SIM,
    KIND_CAPACITY,
    KIND_THROUGHPUT,
    KIND_IMPORT,
    KIND_LATENCY,
    KIND_PLOT,
    KIND_COUNT
};
static const char *const kinds[KIND_COUNT] = {"sim",    "capacity", "throughput",
                                              "import", "latency",  "plot"};

struct bench_command {
    struct cli_reader reader;
    enum kind kind; /* KIND_COUNT: not said yet */
    struct discovered files;
    struct set_options settings;
    int64_t round_us;
    bool instructions, real;
    const char *plotted; /* a history */
    struct load_order load;
    struct bench_report report;
};

/* --- arguments --- */
static int take_number(struct bench_command *bench, int64_t least, int64_t most,
                       uint32_t *ret_number)
{
    int64_t number;
    if (!cli_number(&bench->reader, bench->reader.value, least, most, &number)) return CLI_USAGE;
    *ret_number = (uint32_t)number;
    return CLI_PASSED;
}

static int take_redis(struct bench_command *bench)
{
    struct fl_redis_url url;
    const char *wrong;
    if (fl_redis_url_parse(bench->reader.value, &url, &wrong) != FL_OK)
        return cli_wrong(&bench->reader, "--redis: %s", wrong);
    bench->load.redis_url = bench->reader.value;
    return CLI_PASSED;
}

static int take_option(struct bench_command *bench)
{
    const struct cli_reader *reader = &bench->reader;
    uint32_t threads;
    int code;
    switch (reader->id) {
    case OPT_ROUNDS:
        return take_number(bench, ROUNDS_LEAST, SAMPLE_VALUES_MAX, &bench->load.rounds);
    case OPT_TIME:
        if (fl_duration_parse(fl_span_from(reader->value), &bench->round_us) == FL_OK &&
            bench->round_us > 0)
            return CLI_PASSED;
        return cli_wrong(reader, "expected a duration, like 500ms, found \"%s\"", reader->value);
    case OPT_SET:
        return set_options_take(&bench->settings, reader, reader->value, &bench->files.arena);
    case OPT_INSTRUCTIONS: bench->instructions = true; return CLI_PASSED;
    case OPT_JOBS: return take_number(bench, 1, LOAD_JOBS_MAX, &bench->load.jobs);
    case OPT_THREADS:
        code = take_number(bench, 1, THREADS_MAX, &threads);
        if (code == CLI_PASSED) bench->load.threads = (int)threads;
        return code;
    case OPT_RATE: return take_number(bench, 1, LOAD_RATE_MAX, &bench->load.rate);
    case OPT_REDIS: return take_redis(bench);
    case OPT_REAL: bench->real = true; return CLI_PASSED;
    case OPT_HISTORY: bench->report.history = reader->value; return CLI_PASSED;
    default: bench->report.compare = reader->value; return CLI_PASSED;
    }
}

static int take_kind(struct bench_command *bench, const char *text)
{
    struct nearest nearest = nearest_to(fl_span_from(text));
    for (int i = 0; i < KIND_COUNT; i++) {
        nearest_offer(&nearest, kinds[i]);
        if (strcmp(text, kinds[i]) == 0) bench->kind = (enum kind)i;
    }
    if (bench->kind != KIND_COUNT) return CLI_PASSED;
    if (!nearest.best)
        return cli_wrong(
            &bench->reader,
            "expected sim, capacity, throughput, import, latency or plot, found \"%s\"", text);
    return cli_wrong(
        &bench->reader,
        "expected sim, capacity, throughput, import, latency or plot, found \"%s\"; did you "
        "mean \"%s\"?",
        text, nearest.best);
}

static bool plays_a_scenario(const struct bench_command *bench)
{
    return bench->kind == KIND_SIM || bench->kind == KIND_CAPACITY;
}

static int take_argument(struct bench_command *bench, const char *text)
{
    if (bench->kind == KIND_COUNT) return take_kind(bench, text);
    if (bench->kind == KIND_PLOT && !bench->plotted) {
        bench->plotted = text;
        return CLI_PASSED;
    }
    if (!plays_a_scenario(bench) || bench->files.count)
        return cli_wrong(&bench->reader, "expected no more arguments, found \"%s\"", text);
    if (discover(&bench->files, text) != FL_OK || bench->files.count != 1)
        return cli_wrong(&bench->reader, "expected one scenario file, found \"%s\"", text);
    return CLI_PASSED;
}

static int check_arguments(struct bench_command *bench)
{
    if (bench->kind == KIND_COUNT)
        return cli_wrong(&bench->reader,
                         "expected sim, capacity, throughput, import, latency or plot");
    if (plays_a_scenario(bench) && !bench->files.count)
        return cli_wrong(&bench->reader, "expected a scenario file");
    if (bench->kind == KIND_PLOT && !bench->plotted)
        return cli_wrong(&bench->reader, "expected a file that --history has written");
    if (!bench->load.jobs)
        bench->load.jobs = bench->kind == KIND_LATENCY  ? LATENCY_JOBS_USUAL
                           : bench->kind == KIND_IMPORT ? IMPORT_ROWS_USUAL
                                                        : THROUGHPUT_JOBS_USUAL;
    return CLI_PASSED;
}

static int read_arguments(struct bench_command *bench, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&bench->reader)) {
        case CLI_OPTION: code = take_option(bench); break;
        case CLI_ARGUMENT: code = take_argument(bench, bench->reader.value); break;
        case CLI_HELP: cli_print_help(&command_bench, bench->report.out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            code = check_arguments(bench);
            *ret_go_on = code == CLI_PASSED;
            return code;
        }
    }
    return code;
}

/* --- sim --- */
static int order_sim(struct bench_command *bench, struct bench_sim_order *order)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    *order = (struct bench_sim_order){.path = bench->files.files[0].path,
                                      .settings = bench->settings.items,
                                      .setting_count = bench->settings.count,
                                      .rounds = bench->load.rounds,
                                      .round_us = bench->round_us};
    enum fl_error err =
        scenario_read(order->path, order->settings, order->setting_count, &plan, &message);
    if (err)
        fprintf(bench->report.err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    if (!err) order->seed_first = plan->seed_first;
    for (uint32_t i = 0; !err && i < plan->fault_count; i++)
        if (plan->faults[i].sweep) order->sweeps = true;
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err ? CLI_USAGE : CLI_PASSED;
}

static int told_problem(const struct bench_command *bench, enum fl_error err, const char *problem)
{
    bool said = problem && *problem;
    fprintf(bench->report.err, "faultline bench: %s\n", said ? problem : fl_error_text(err));
    return err == FL_EINVAL ? CLI_FAILED : CLI_HARNESS_FAULT;
}

static int count_instructions(struct bench_command *bench, const struct bench_sim_order *order)
{
    char problem[BENCH_PROBLEM_BYTES];
    struct bench_metric metric = {"sim", bench->files.files[0].id, "instructions",
                                  "",    SAMPLE_LESS_IS_BETTER,    {.count = 1},
                                  false};
    enum fl_error err = bench_instructions(order, &metric.sample.values[0], problem);
    if (err) return told_problem(bench, err, problem);
    bench_report_add(&bench->report, &metric);
    return CLI_PASSED;
}

static int run_sim(struct bench_command *bench)
{
    struct bench_sim_order order;
    struct bench_sim_result result;
    struct fl_buf problem = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    int code = order_sim(bench, &order);
    if (code != CLI_PASSED) return code;
    if (bench->instructions && order.sweeps)
        return cli_wrong(&bench->reader, "--instructions wants a scenario that does not sweep");
    enum fl_error err = bench_sim(&order, &result, &problem);
    if (err) {
        code = told_problem(bench, err, problem.bytes);
    } else {
        const char *subject = bench->files.files[0].id;
        fprintf(bench->report.out, "sim %s: %" PRIu64 " effects a run, %u rounds\n", subject,
                result.effects_a_run, order.rounds);
        bench_report_add(&bench->report,
                         &(struct bench_metric){"sim", subject, "runs", "/s", SAMPLE_MORE_IS_BETTER,
                                                result.runs, false});
        bench_report_add(&bench->report,
                         &(struct bench_metric){"sim", subject, "effects", "/s",
                                                SAMPLE_MORE_IS_BETTER, result.effects, false});
        if (bench->instructions) code = count_instructions(bench, &order);
        if (code == CLI_PASSED) code = bench_report_print(&bench->report);
    }
    fl_buf_release(&problem);
    return code;
}

struct figure {
    const char *name;
    const struct sample *sample;
    bool limit;
};

/* Of times: the less, the better. */
static void add_figures(struct bench_command *bench, const char *kind, const char *subject,
                        const struct figure *figures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bench_report_add(&bench->report,
                         &(struct bench_metric){kind, subject, figures[i].name, "us",
                                                SAMPLE_LESS_IS_BETTER, *figures[i].sample,
                                                figures[i].limit});
}

/* --- capacity --- */
static double ratio(const struct sample *real, const struct sample *simulated)
{
    double median = sample_median(simulated);
    return median > 0 ? sample_median(real) / median : 0;
}

/* The same arrivals in real time: how far the model is from a machine. */
static int hold_against_reality(struct bench_command *bench, const struct bench_sim_order *order,
                                const char *subject, const struct bench_capacity_result *simulated)
{
    struct arrivals_result real;
    char problem[LIVE_PROBLEM_BYTES];
    enum fl_error err = bench_real(order, bench->load.redis_url, &real, problem);
    if (err) return told_problem(bench, err, problem);
    fprintf(bench->report.out,
            "  real by simulated: wait %.2f, 99 of 100 %.2f; done %.2f, 99 of 100 %.2f\n",
            ratio(&real.wait_median, &simulated->wait_median),
            ratio(&real.wait_p99, &simulated->wait_p99),
            ratio(&real.total_median, &simulated->total_median),
            ratio(&real.total_p99, &simulated->total_p99));
    add_figures(bench, "capacity", subject,
                (struct figure[]){{"real wait", &real.wait_median, true},
                                  {"real wait 99", &real.wait_p99, true},
                                  {"real done", &real.total_median, true},
                                  {"real done 99", &real.total_p99, true}},
                4);
    return CLI_PASSED;
}

static int run_capacity(struct bench_command *bench)
{
    struct bench_sim_order order;
    struct bench_capacity_result result;
    struct fl_buf problem = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    const char *subject = bench->files.files[0].id;
    int code = order_sim(bench, &order);
    if (code != CLI_PASSED) return code;
    enum fl_error err = bench_capacity(&order, &result, &problem);
    if (err) code = told_problem(bench, err, problem.bytes);
    fl_buf_release(&problem);
    if (err) return code;
    fprintf(bench->report.out, "capacity %s: %u jobs in %u seeds, %u others\n", subject,
            result.jobs, order.rounds, result.others);
    add_figures(bench, "capacity", subject,
                (struct figure[]){{"wait", &result.wait_median, false},
                                  {"wait 99 of 100", &result.wait_p99, false},
                                  {"done", &result.total_median, false},
                                  {"done 99 of 100", &result.total_p99, false},
                                  {"service", &result.service_median, false},
                                  {"service 99 of 100", &result.service_p99, false},
                                  {"retried after", &result.retry_median, false},
                                  {"retried after 99", &result.retry_p99, false}},
                result.again ? 8 : 6);
    if (bench->real) code = hold_against_reality(bench, &order, subject, &result);
    return code == CLI_PASSED ? bench_report_print(&bench->report) : code;
}

/* --- a real Redis --- */
static int run_throughput(struct bench_command *bench)
{
    struct throughput_result result;
    char problem[LIVE_PROBLEM_BYTES], subject[SUBJECT_BYTES];
    enum fl_error err = load_throughput(&bench->load, &result, problem);
    if (err) return told_problem(bench, err, problem);
    snprintf(subject, sizeof subject, "%d threads, %u jobs", bench->load.threads, bench->load.jobs);
    double bare = sample_median(&result.bare);
    fprintf(bench->report.out, "throughput: %s, %u rounds; %.0f %% of the bare limit\n", subject,
            bench->load.rounds, bare > 0 ? 100 * sample_median(&result.worker) / bare : 0);
    bench_report_add(&bench->report,
                     &(struct bench_metric){"throughput", subject, "jobs", "/s",
                                            SAMPLE_MORE_IS_BETTER, result.worker, false});
    bench_report_add(&bench->report,
                     &(struct bench_metric){"throughput", subject, "bare", "/s",
                                            SAMPLE_MORE_IS_BETTER, result.bare, true});
    return bench_report_print(&bench->report);
}

static int run_import(struct bench_command *bench)
{
    struct import_result result;
    char problem[LIVE_PROBLEM_BYTES], subject[SUBJECT_BYTES];
    enum fl_error err = load_import(&bench->load, &result, problem);
    if (err) return told_problem(bench, err, problem);
    snprintf(subject, sizeof subject, "%u rows", bench->load.jobs);
    double bare = sample_median(&result.bare);
    fprintf(bench->report.out, "import: %s, %u rounds; %.0f %% of bare inserts\n", subject,
            bench->load.rounds, bare > 0 ? 100 * sample_median(&result.worker) / bare : 0);
    bench_report_add(&bench->report,
                     &(struct bench_metric){"import", subject, "rows", "/s", SAMPLE_MORE_IS_BETTER,
                                            result.worker, false});
    bench_report_add(&bench->report,
                     &(struct bench_metric){"import", subject, "memory", "KiB",
                                            SAMPLE_LESS_IS_BETTER, result.memory_kib, false});
    bench_report_add(&bench->report,
                     &(struct bench_metric){"import", subject, "bare", "/s", SAMPLE_MORE_IS_BETTER,
                                            result.bare, true});
    return bench_report_print(&bench->report);
}

static int run_latency(struct bench_command *bench)
{
    struct latency_result result;
    char problem[LIVE_PROBLEM_BYTES], subject[SUBJECT_BYTES];
    enum fl_error err = load_latency(&bench->load, &result, problem);
    if (err) return told_problem(bench, err, problem);
    snprintf(subject, sizeof subject, "%d threads, %u jobs at %u/s", bench->load.threads,
             bench->load.jobs, bench->load.rate);
    fprintf(bench->report.out, "latency: %s, %u rounds; at most %.0f us\n", subject,
            bench->load.rounds, result.most_us);
    add_figures(bench, "latency", subject,
                (struct figure[]){{"median", &result.median, false},
                                  {"99 of 100", &result.p99, false},
                                  {"bare median", &result.bare_median, true},
                                  {"bare 99 of 100", &result.bare_p99, true}},
                4);
    return bench_report_print(&bench->report);
}

static int run_kind(struct bench_command *bench)
{
    switch (bench->kind) {
    case KIND_SIM: return run_sim(bench);
    case KIND_CAPACITY: return run_capacity(bench);
    case KIND_THROUGHPUT: return run_throughput(bench);
    case KIND_IMPORT: return run_import(bench);
    case KIND_LATENCY: return run_latency(bench);
    case KIND_PLOT: return bench_report_plot(&bench->report, bench->plotted);
    case KIND_COUNT: break;
    }
    return CLI_HARNESS_FAULT;
}

static int bench_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct bench_command *bench = calloc(1, sizeof *bench);
    if (!bench) return CLI_HARNESS_FAULT;
    bench->reader = cli_reader_init(&command_bench, argc, argv, err);
    bench->kind = KIND_COUNT;
    bench->round_us = 500 * 1000;
    bench->load =
        (struct load_order){.threads = THREADS_USUAL, .rate = RATE_USUAL, .rounds = ROUNDS_USUAL};
    bench->report.out = out;
    bench->report.err = err;
    int code = read_arguments(bench, &go_on);
    if (go_on) code = run_kind(bench);
    discover_release(&bench->files);
    free(bench);
    return code;
}

const struct cli_command command_bench = {
    .name = "bench",
    .arguments = "sim SCENARIO | capacity SCENARIO | throughput | import | latency | plot HISTORY",
    .summary = "Measures runs in simulation, or a worker on a real Redis",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = bench_main,
};
