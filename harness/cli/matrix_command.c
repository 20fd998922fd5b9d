/* `faultline matrix`: is this handler idempotent? A scenario file, or a worker by its name, for
 * which such a file is made. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/matrix_cell.h"
#include "harness/cli/matrix_file.h"
#include "harness/cli/matrix_outlet.h"
#include "harness/cli/matrix_subject.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"

enum {
    PATH_BYTES_MAX = 512,
    MESSAGE_BYTES_MAX = 64 * 1024,
    GIVEN_MAX = 64,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
};

enum {
    OPT_ARGS,
    OPT_MODULE,
    OPT_GIVEN,
    OPT_PROCESSES,
    OPT_JOB,
    OPT_MODES,
    OPT_UPGRADE,
    OPT_EITHER,
    OPT_PAIRS,
    OPT_EVERY_PAIR,
    OPT_JOBS,
    OPT_SET,
    OPT_SEED,
    OPT_WRITE,
    OPT_NO_VERIFY,
    OPT_REPORT,
    OPT_AGAINST,
    OPT_OUT,
    OPT_CLASSES,
};

static const struct cli_option options[] = {
    {OPT_ARGS, 0, "args", "JSON", "the arguments of a WORKER; [] by default"},
    {OPT_MODULE, 'm', "module", "MODULE", "the module that has it; the shipped workers by default"},
    {OPT_GIVEN, 0, "given", "LINE", "what is there before: \"db users id=7 mail=a@b\""},
    {OPT_PROCESSES, 0, "processes", "LINE", "who runs it; 2 by default: \"2 queues mailers\""},
    {OPT_JOB, 0, "job", "NAME", "the job of a SCENARIO to disturb; its first by default"},
    {OPT_MODES, 0, "modes", "LIST", "some of kill<,kill>,error<,lost,stall,term,malloc"},
    {OPT_UPGRADE, 0, "upgrade", "MODULE",
     "cut the job at each effect, and let this module go on from there"},
    {OPT_EITHER, 0, "either", NULL,
     "with --upgrade: what the new module alone would have done is as good as the old one's"},
    {OPT_PAIRS, 0, "pairs", NULL, "then every second fault behind every first one"},
    {OPT_EVERY_PAIR, 0, "every-pair", NULL,
     "with --pairs: play also the pairs that others answer for, and compare"},
    {OPT_JOBS, 'j', "jobs", "N", "run workers; one for each processor by default"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_SEED, 0, "seed", "N", "run this seed instead of the scenario's own"},
    {OPT_WRITE, 0, "write", "CELL", "write a cell's run, like 1.4:kill>, as a scenario of its own"},
    {OPT_NO_VERIFY, 0, "no-verify", NULL, "play each single fault once, not twice"},
    {OPT_REPORT, 0, "report", "FORMAT[=FILE]", "also as junit, tap, jsonl, github or markdown"},
    {OPT_AGAINST, 0, "against", "FILE",
     "an earlier matrix as jsonl: the Markdown shows which cells have changed"},
    {OPT_OUT, 0, "out", "FOLDER", "where scenarios are written; out by default"},
    {OPT_CLASSES, 0, "classes", NULL, "print what the cells and the classes mean"},
};

static const char details[] =
    "Plays the job undisturbed, then once for each of its effects and each mode with that one\n"
    "fault, heals, and compares the ends. A scenario's own faults and expectations are left out,\n"
    "but for `expect class`.\n"
    "With --upgrade its modes are kill<, kill>, new< and new>: a cut costs what it costs with the\n"
    "old module, too, and only what the new one makes worse counts.\n"
    "Exit status: 0 the class is the expected one or none was expected, 1 it is another, or an\n"
    "upgrade makes a cut worse, 2 usage,\n"
    "bad input, or an undisturbed run that does not end well, 3 two plays of a run differ, 5 a\n"
    "fault of the harness.\n";

struct matrix_command {
    struct cli_reader reader;
    FILE *out, *err, *standard_out; /* `out` is where a person reads */
    const char *program, *subject, *job, *write, *folder, *upgrade, *against;
    struct matrix_outlets outlets;
    struct matrix_base base;
    char upgrade_path[PATH_MAX];
    struct matrix_worker worker;
    const char *given[GIVEN_MAX];
    struct set_options settings;
    unsigned modes;
    bool pairs, every_pair, classes, has_seed, has_modes, either;
    int jobs, plays;
    uint64_t seed;
    /* of the scenario */
    char path[PATH_BYTES_MAX];
    struct matrix_subject scenario;
    struct matrix_result result;
    struct fl_arena arena;
    int64_t real_us;
};

/* --- options --- */

static int take_given(struct matrix_command *matrix, const char *text)
{
    if (matrix->worker.given_count == GIVEN_MAX)
        return cli_wrong(&matrix->reader, "expected at most %d times --given", GIVEN_MAX);
    matrix->given[matrix->worker.given_count++] = text;
    return CLI_PASSED;
}

static int take_modes(struct matrix_command *matrix, const char *text)
{
    char names[128];
    matrix->modes = matrix_modes_parse(text);
    matrix->has_modes = true;
    if (matrix->modes) return CLI_PASSED;
    matrix_modes_list(names, sizeof names);
    return cli_wrong(&matrix->reader, "expected some of %s, found \"%s\"", names, text);
}

/* A path is meant from where the command is typed; a name is looked for as in a line `module`. */
static int take_upgrade(struct matrix_command *matrix, const char *path)
{
    matrix->upgrade = realpath(path, matrix->upgrade_path) ? matrix->upgrade_path : path;
    return CLI_PASSED;
}

/* Which modes there are depends on whether there is a new module. */
static int check_modes(struct matrix_command *matrix)
{
    bool renews = matrix->modes & ~(unsigned)MATRIX_ALL_MODES;
    if (matrix->upgrade && !matrix->has_modes) matrix->modes = MATRIX_UPGRADE_MODES;
    if (renews && !matrix->upgrade)
        return cli_wrong(&matrix->reader, "new< and new> want --upgrade MODULE");
    if (matrix->either && !matrix->upgrade)
        return cli_wrong(&matrix->reader, "--either wants --upgrade MODULE");
    return CLI_PASSED;
}

static int take_number(struct matrix_command *matrix)
{
    const struct cli_reader *reader = &matrix->reader;
    int64_t number, most = reader->id == OPT_JOBS ? POOL_WORKERS_MAX : INT64_MAX;
    if (!cli_number(reader, reader->value, reader->id == OPT_JOBS, most, &number)) return CLI_USAGE;
    if (reader->id == OPT_JOBS) {
        matrix->jobs = (int)number;
    } else {
        matrix->seed = (uint64_t)number;
        matrix->has_seed = true;
    }
    return CLI_PASSED;
}

static int take_option(struct matrix_command *matrix)
{
    const char *value = matrix->reader.value;
    switch (matrix->reader.id) {
    case OPT_ARGS: matrix->worker.args = value; return CLI_PASSED;
    case OPT_MODULE: matrix->worker.module = value; return CLI_PASSED;
    case OPT_GIVEN: return take_given(matrix, value);
    case OPT_PROCESSES: matrix->worker.processes = value; return CLI_PASSED;
    case OPT_JOB: matrix->job = value; return CLI_PASSED;
    case OPT_MODES: return take_modes(matrix, value);
    case OPT_UPGRADE: return take_upgrade(matrix, value);
    case OPT_EITHER: matrix->either = true; return CLI_PASSED;
    case OPT_PAIRS: matrix->pairs = true; return CLI_PASSED;
    case OPT_EVERY_PAIR: matrix->every_pair = true; return CLI_PASSED;
    case OPT_SET:
        return set_options_take(&matrix->settings, &matrix->reader, value, &matrix->arena);
    case OPT_WRITE: matrix->write = value; return CLI_PASSED;
    case OPT_NO_VERIFY: matrix->plays = 1; return CLI_PASSED;
    case OPT_REPORT: return matrix_outlets_take(&matrix->outlets, &matrix->reader, value);
    case OPT_AGAINST: matrix->against = value; return CLI_PASSED;
    case OPT_OUT: matrix->folder = value; return CLI_PASSED;
    case OPT_CLASSES: matrix->classes = true; return CLI_PASSED;
    case OPT_JOBS:
    case OPT_SEED: return take_number(matrix);
    }
    return CLI_USAGE;
}

static int read_arguments(struct matrix_command *matrix, bool *ret_go_on)
{
    *ret_go_on = false;
    for (;;) {
        int code = CLI_PASSED;
        switch (cli_next(&matrix->reader)) {
        case CLI_OPTION: code = take_option(matrix); break;
        case CLI_ARGUMENT:
            if (matrix->subject)
                return cli_wrong(&matrix->reader,
                                 "expected one scenario or worker, found also \"%s\"",
                                 matrix->reader.value);
            matrix->subject = matrix->reader.value;
            break;
        case CLI_HELP: cli_print_help(matrix->reader.command, matrix->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            *ret_go_on = matrix->subject || matrix->classes;
            if (*ret_go_on) return check_modes(matrix);
            return cli_wrong(&matrix->reader, "expected a scenario or the name of a worker");
        }
        if (code != CLI_PASSED) return code;
    }
}

/* --- the scenario --- */

static bool is_file(const char *subject)
{
    size_t length = strlen(subject);
    static const char end[] = ".scenario";
    bool named = length > strlen(end) && strcmp(subject + length - strlen(end), end) == 0;
    return named || strchr(subject, '/') || access(subject, R_OK) == 0;
}

/* A worker alone becomes out/NAME.scenario. */
static int make_scenario(struct matrix_command *matrix)
{
    struct fl_buf text = FL_BUF_INIT(FILE_BYTES_MAX);
    matrix->worker.name = matrix->subject;
    matrix->worker.given = matrix->given;
    if (!matrix->worker.args) matrix->worker.args = "[]";
    snprintf(matrix->path, sizeof matrix->path, "%s/%s.scenario", matrix->folder, matrix->subject);
    enum fl_error err = matrix_file_of_worker(&matrix->worker, &text);
    bool written = !err && matrix_file_write(matrix->folder, matrix->path, fl_buf_span(&text));
    fl_buf_release(&text);
    return written ? CLI_PASSED
                   : cli_wrong(&matrix->reader, "%s cannot be written: %s", matrix->path,
                               err ? fl_error_text(err) : strerror(errno));
}

static int read_scenario(struct matrix_command *matrix)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct matrix_subject *subject = &matrix->scenario;
    struct plan *plan = NULL;
    subject->path = matrix->path;
    subject->settings = matrix->settings.items;
    subject->setting_count = matrix->settings.count;
    enum fl_error err =
        scenario_read(matrix->path, subject->settings, subject->setting_count, &plan, &message);
    if (err)
        fprintf(matrix->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    else
        matrix_subject_of(plan, subject);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    if (err) return CLI_USAGE;
    if (matrix->job) snprintf(subject->job, sizeof subject->job, "%s", matrix->job);
    if (matrix->has_seed) subject->seed = matrix->seed;
    return subject->job[0]
               ? CLI_PASSED
               : cli_wrong(&matrix->reader, "expected a scenario with a line `enqueue`");
}

/* --- the report --- */

/* What the grid amounts to: of a handler its class, of an upgrade what it makes worse. */
static void print_verdict(const struct matrix_command *matrix, enum plan_class class)
{
    const struct matrix_result *result = &matrix->result;
    if (matrix->upgrade)
        fprintf(matrix->out,
                "\n upgrade: %" PRIu32 " cuts, %" PRIu32
                " of them end worse than with the old module",
                result->cuts, result->worse);
    else
        fprintf(matrix->out, "\n class: %s", matrix_class_text(class));
}

/* A class is that of a fresh process: what a handler remembers may make it another's. */
static void print_statics(const struct matrix_command *matrix, struct fl_span lines)
{
    while (lines.length) {
        const char *end = memchr(lines.bytes, '\n', lines.length);
        size_t length = end ? (size_t)(end - lines.bytes) + 1 : lines.length;
        fprintf(matrix->out, " keeps state in %.*s", (int)length, lines.bytes);
        lines = (struct fl_span){lines.bytes + length, lines.length - length};
    }
}

static void print_bound(const struct matrix_command *matrix, enum plan_class class)
{
    const struct matrix_result *result = &matrix->result;
    char runs[REPORT_NUMBER_BYTES];
    print_verdict(matrix, class);
    fprintf(matrix->out,
            "      %d modes x %" PRIu32 " effects, %s, %" PRIu32 " process%s: %s runs in %.1f s\n",
            __builtin_popcount(matrix->modes), result->point_count,
            matrix->pairs ? "all pairs" : "single faults", matrix->scenario.processes,
            matrix->scenario.processes == 1 ? "" : "es", report_count_text(result->runs, runs),
            (double)matrix->real_us / 1e6);
    if (result->unreached)
        fprintf(matrix->out, " %" PRIu32 " cells found no effect to strike\n", result->unreached);
    print_statics(matrix, result->undisturbed.items[0].facts->statics);
    if (!matrix->pairs) return;
    fprintf(matrix->out,
            " pairs: %" PRIu64 ", %" PRIu64 " of them differ; %" PRIu64 " were played, for %" PRIu64
            " others answered that led to the same\n",
            result->pair_runs + result->pair_taken, result->pair_bad, result->pair_runs,
            result->pair_taken);
}

static int exit_of(enum matrix_trouble trouble)
{
    switch (trouble) {
    case MATRIX_NO_TROUBLE: return CLI_PASSED;
    case MATRIX_BAD_INPUT: return CLI_USAGE;
    case MATRIX_DIFFERS: return CLI_NONDETERMINISM;
    case MATRIX_NO_HARNESS: return CLI_HARNESS_FAULT;
    }
    return CLI_HARNESS_FAULT;
}

/* Whether the class is the claimed one, if one is; of an upgrade another question is asked. */
static int judge(const struct matrix_command *matrix, enum plan_class class)
{
    const struct matrix_subject *subject = &matrix->scenario;
    if (matrix->upgrade) return matrix->result.worse ? CLI_FAILED : CLI_PASSED;
    bool serves = !subject->has_class || matrix_class_serves(class, subject->class);
    if (!serves)
        fprintf(matrix->out, " %s:%" PRIu32 ": expected class %s\n", subject->path,
                subject->class_line, matrix_class_text(subject->class));
    return serves ? CLI_PASSED : CLI_FAILED;
}

static bool write_reports(struct matrix_command *matrix, const struct matrix_grid *grid,
                          enum plan_class class, bool passed)
{
    const struct matrix_report report = {
        .path = matrix->path,
        .job = matrix->scenario.job,
        .grid = grid,
        .stories = &matrix->result.stories,
        .upgrade = matrix->upgrade,
        .class = class,
        .has_claim = matrix->scenario.has_class && !matrix->upgrade,
        .claim = matrix->scenario.class,
        .passed = passed,
        .runs = matrix->result.runs,
        .base = matrix->against ? &matrix->base : NULL,
    };
    return matrix_outlets_write(&matrix->outlets, &report, matrix->program, matrix->standard_out,
                                matrix->err);
}

static int report(struct matrix_command *matrix)
{
    const struct matrix_result *result = &matrix->result;
    if (result->trouble) {
        fprintf(matrix->err, "faultline matrix: %s\n",
                result->message.length ? result->message.bytes : "no answer");
        return exit_of(result->trouble);
    }
    const struct matrix_grid grid = {.facts = result->undisturbed.items[0].facts,
                                     .points = result->points,
                                     .point_count = result->point_count,
                                     .modes = matrix->modes,
                                     .cells = result->cells};
    enum plan_class class = matrix_class_of(result->seen);
    matrix_print_grid(&grid, matrix->out);
    matrix_stories_print(&result->stories, matrix->out);
    print_bound(matrix, class);
    int code = judge(matrix, class);
    return write_reports(matrix, &grid, class, code == CLI_PASSED) ? code : CLI_HARNESS_FAULT;
}

/* --- the whole --- */

static int write_cell(const struct matrix_command *matrix)
{
    const struct matrix_cell_order order = {
        .subject = &matrix->scenario,
        .result = &matrix->result,
        .upgrade = matrix->upgrade,
        .cell = matrix->write,
        .folder = matrix->folder,
    };
    return matrix_cell_write(&order, &matrix->reader, matrix->out);
}

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int explore(struct matrix_command *matrix)
{
    struct pool *pool;
    int64_t begun_us = real_us();
    enum fl_error err =
        pool_new(session_workers(matrix->jobs, matrix->plays), SESSION_HANG_US, &pool);
    if (err) {
        fprintf(matrix->err, "faultline: the run workers: %s\n", fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    struct matrix_order order = matrix_subject_order(&matrix->scenario, pool);
    order.modes = matrix->modes;
    order.depth = matrix->pairs ? MATRIX_PAIRS : MATRIX_SINGLES;
    order.every_pair = matrix->every_pair;
    order.plays = matrix->plays;
    order.upgrade = matrix->upgrade;
    order.either = matrix->either;
    matrix_run(&order, &matrix->result);
    pool_free(pool);
    matrix->real_us = real_us() - begun_us;
    int code = report(matrix);
    if (!matrix->result.trouble && matrix->write) {
        int written = write_cell(matrix);
        if (written != CLI_PASSED) code = written;
    }
    fprintf(matrix->out, "%d passed, %d failed, 0 skipped\n", code == CLI_PASSED,
            code != CLI_PASSED);
    matrix_result_release(&matrix->result);
    return code;
}

static int read_base(struct matrix_command *matrix)
{
    struct fl_buf problem = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    int code = CLI_PASSED;
    if (matrix_base_read(matrix->against, &matrix->base, &problem))
        code = cli_wrong(&matrix->reader, "--against %s",
                         problem.length ? problem.bytes : matrix->against);
    fl_buf_release(&problem);
    return code;
}

static int play(struct matrix_command *matrix)
{
    int code = CLI_PASSED;
    if (matrix->classes) {
        matrix_print_classes(matrix->out);
        return CLI_PASSED;
    }
    if (is_file(matrix->subject))
        snprintf(matrix->path, sizeof matrix->path, "%s", matrix->subject);
    else
        code = make_scenario(matrix);
    if (code == CLI_PASSED) code = read_scenario(matrix);
    if (code == CLI_PASSED && matrix->against) code = read_base(matrix);
    return code == CLI_PASSED ? explore(matrix) : code;
}

static int matrix_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct matrix_command *matrix = calloc(1, sizeof *matrix);
    if (!matrix) return CLI_HARNESS_FAULT;
    matrix->reader = cli_reader_init(&command_matrix, argc, argv, err);
    matrix->program = argv[0];
    matrix->out = matrix->standard_out = out;
    matrix->err = err;
    matrix->folder = "out";
    matrix->modes = MATRIX_ALL_MODES;
    matrix->plays = 2;
    matrix->arena = FL_ARENA_INIT(FILE_BYTES_MAX);
    int code = read_arguments(matrix, &go_on);
    if (matrix_outlets_fill_stdout(&matrix->outlets)) matrix->out = err;
    if (go_on && code == CLI_PASSED) code = play(matrix);
    matrix_base_release(&matrix->base);
    fl_arena_release(&matrix->arena);
    free(matrix);
    return code;
}

const struct cli_command command_matrix = {
    .name = "matrix",
    .arguments = "SCENARIO|WORKER",
    .summary = "Disturbs a job at each of its effects, and says what its handler is",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = matrix_main,
};
