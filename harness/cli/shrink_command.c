/* `faultline shrink`: the smallest scenario that fails as FILE does, made by hand. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/commands.h"
#include "harness/cli/minimal.h"
#include "harness/cli/replay_source.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"
#include "harness/shrink/trial.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, SWEEP_MAX = INT32_MAX / 2, SHRINK_JOBS_DEFAULT = 2 };
enum { PATH_BYTES_MAX = 512, RUNS_MAX = 10 * 1000 * 1000 };

enum { OPT_SEED, OPT_SWEEP, OPT_SET, OPT_JOBS, OPT_RUNS, OPT_BUDGET, OPT_OUT };

static const struct cli_option options[] = {
    {OPT_SEED, 0, "seed", "N", "the seed that fails; the scenario's first by default"},
    {OPT_SWEEP, 0, "sweep", "K", "the point of the sweep that fails, from 0"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_JOBS, 'j', "jobs", "N", "run workers; two by default"},
    {OPT_RUNS, 0, "runs", "N", "at most so many runs; 5000 by default"},
    {OPT_BUDGET, 0, "budget", "SECONDS", "at most so much real time; 5 by default"},
    {OPT_OUT, 0, "out", "FOLDER", "where the minimal file goes; out by default"},
};

static const char details[] =
    "Writes FOLDER/NAME.scenario, which fails in the same way: the same kind of verdict, the same\n"
    "claim, no other kinds of differences. Random faults and those of a sweep are written out as\n"
    "faults at the effects where they struck. The file is played twice before it is written.\n"
    "Printed is what happens without each of its lines.\n"
    "Of a replay, the choices that its run made become lines `choice`, as far as it needs them.\n"
    "Exit status: 0 the file was written, 1 the scenario does not fail or cannot be made smaller\n"
    "by its file and seed or choices alone, 2 usage or bad input, 5 a fault of the harness.\n";

struct shrink_command {
    struct cli_reader reader;
    struct fl_arena arena;
    struct set_options settings;
    struct minimal minimal;
    struct shrink_order order;
    const char *path, *out_folder;
    bool has_seed;
    FILE *out, *err;
};

/* --- the result --- */
static void print_lines(const struct shrunk *shrunk, FILE *out)
{
    struct fl_span rest = fl_buf_span(&shrunk->text);
    for (uint32_t i = 0; i < shrunk->line_count; i++) {
        const char *end = memchr(rest.bytes, '\n', rest.length);
        struct fl_span line = {rest.bytes, (size_t)(end - rest.bytes)};
        rest = (struct fl_span){end + 1, rest.length - line.length - 1};
        bool tried = i > 0 && i < SHRINK_LINES_MAX;
        fprintf(out, "%3" PRIu32 "  %-22s  %.*s\n", i + 1,
                tried ? shrink_need_text(shrunk->needs[i]) : "", FL_SPAN_ARGS(line));
    }
}

static int print(const struct shrink_command *command, const struct shrunk *shrunk)
{
    const char *path = command->order.path;
    if (shrunk->end == SHRINK_UNREADABLE || shrunk->end == SHRINK_NOT_ALIKE) {
        fprintf(command->err,
                "faultline shrink: %s: expected a failure that the file and its seed or choices "
                "alone bring "
                "about, found none\n",
                path);
        return CLI_FAILED;
    }
    fprintf(command->out, "     without the line\n");
    print_lines(shrunk, command->out);
    fprintf(command->out,
            "%" PRIu32 " lines became %" PRIu32 " in %" PRIu64 " runs, %" PRId64 ".%" PRId64
            " s%s\n",
            shrunk->lines_before, shrunk->line_count, shrunk->runs, shrunk->took_us / 1000000,
            shrunk->took_us / 100000 % 10,
            shrunk->end == SHRINK_MINIMAL ? "" : "; a bound was met: it might be smaller");
    fprintf(command->out, "minimal   %s (%" PRIu32 " lines)\n", command->order.to,
            shrunk->line_count);
    return CLI_PASSED;
}

/* FOLDER/NAME.scenario */
static int shrink_order(struct shrink_command *command)
{
    char to[PATH_BYTES_MAX];
    struct shrunk *shrunk = calloc(1, sizeof *shrunk);
    const char *slash = strrchr(command->path, '/'), *name = slash ? slash + 1 : command->path;
    const char *dot = strrchr(name, '.');
    int length = snprintf(to, sizeof to, "%s/%.*s.scenario", command->out_folder,
                          dot ? (int)(dot - name) : (int)strlen(name), name);
    if (!shrunk) return cli_wrong(&command->reader, "%s", fl_error_text(FL_ENOMEM));
    command->order.to = to;
    enum fl_error err = length < PATH_BYTES_MAX ? FL_OK : FL_EBOUND;
    if (!err && mkdir(command->out_folder, 0777) != 0 && errno != EEXIST) err = FL_EIO;
    if (!err) err = minimal_write(&command->minimal, &command->order, shrunk);
    int code = CLI_HARNESS_FAULT;
    if (err)
        fprintf(command->err, "faultline shrink: %s: %s\n", to, fl_error_text(err));
    else
        code = print(command, shrunk);
    if (!err) shrunk_release(shrunk);
    free(shrunk);
    return code;
}

static int shrink_file(struct shrink_command *command)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err = scenario_read(command->path, command->settings.items,
                                      command->settings.count, &plan, &message);
    int code = CLI_USAGE;
    if (err) fprintf(command->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    command->order.path = command->path;
    command->order.settings = command->settings.items;
    command->order.setting_count = command->settings.count;
    if (!err && !command->has_seed) command->order.seed = plan->seed_first;
    if (!err) code = shrink_order(command);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return code;
}

/* The run of a replay, with the choices that it recorded. */
static int shrink_replay(struct shrink_command *command)
{
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    struct replay replay;
    int code = replay_source_read(&command->reader, command->path, &text, &command->arena, &replay);
    if (code == CLI_PASSED) {
        command->order.path = replay.scenario;
        command->order.settings = replay.settings;
        command->order.setting_count = replay.setting_count;
        command->order.seed = replay.seed;
        command->order.sweep = replay.sweep;
        command->order.choices = replay.choices;
        code = shrink_order(command);
    }
    fl_buf_release(&text);
    return code;
}

/* --- the command line --- */
static int take_option(struct shrink_command *command)
{
    const struct cli_reader *reader = &command->reader;
    int64_t number;
    switch (reader->id) {
    case OPT_SEED:
        if (!cli_number(reader, reader->value, 0, INT64_MAX, &number)) return CLI_USAGE;
        command->has_seed = true;
        command->order.seed = (uint64_t)number;
        return CLI_PASSED;
    case OPT_SWEEP:
        if (!cli_number(reader, reader->value, 0, SWEEP_MAX, &number)) return CLI_USAGE;
        command->order.sweep = (int32_t)number;
        return CLI_PASSED;
    case OPT_SET:
        return set_options_take(&command->settings, reader, reader->value, &command->arena);
    case OPT_JOBS:
        if (!cli_number(reader, reader->value, 1, TRIALS_AT_ONCE_MAX, &number)) return CLI_USAGE;
        command->minimal.workers = (int)number;
        return CLI_PASSED;
    case OPT_RUNS:
        if (!cli_number(reader, reader->value, 1, RUNS_MAX, &number)) return CLI_USAGE;
        command->order.runs_max = (uint32_t)number;
        return CLI_PASSED;
    case OPT_BUDGET:
        if (!cli_number(reader, reader->value, 1, SHRINK_SECONDS_MAX, &number)) return CLI_USAGE;
        command->order.real_us_max = number * 1000000;
        return CLI_PASSED;
    default: command->out_folder = reader->value; return CLI_PASSED;
    }
}

static int read_arguments(struct shrink_command *command)
{
    int code = CLI_PASSED;
    while (code == CLI_PASSED) {
        switch (cli_next(&command->reader)) {
        case CLI_OPTION: code = take_option(command); break;
        case CLI_ARGUMENT:
            if (command->path)
                return cli_wrong(&command->reader, "expected one scenario, found also \"%s\"",
                                 command->reader.value);
            command->path = command->reader.value;
            break;
        case CLI_HELP: cli_print_help(&command_shrink, command->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!command->path) return cli_wrong(&command->reader, "expected a scenario file");
            return replay_source_is_scenario(command->path) ? shrink_file(command)
                                                            : shrink_replay(command);
        }
    }
    return code;
}

static int shrink_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct shrink_command *command = calloc(1, sizeof *command);
    if (!command) return CLI_HARNESS_FAULT;
    command->reader = cli_reader_init(&command_shrink, argc, argv, err);
    command->arena = FL_ARENA_INIT(0);
    command->minimal.workers = SHRINK_JOBS_DEFAULT;
    command->order = (struct shrink_order){
        .sweep = -1, .runs_max = SHRINK_RUNS_MAX, .real_us_max = SHRINK_REAL_US_MAX};
    command->out_folder = "out";
    command->out = out;
    command->err = err;
    int code = read_arguments(command);
    minimal_release(&command->minimal);
    fl_arena_release(&command->arena);
    free(command);
    return code;
}

const struct cli_command command_shrink = {
    .name = "shrink",
    .arguments = "FILE",
    .summary = "Makes of a failing scenario the smallest one that fails in the same way",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = shrink_main,
};
