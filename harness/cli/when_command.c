/* `faultline when`: the effect at which a failure became inevitable. */
#include <inttypes.h>
#include <stdlib.h>

#include "harness/cli/commands.h"
#include "harness/cli/minimal.h"
#include "harness/cli/replay_source.h"
#include "harness/shrink/when.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, WHEN_DRAWS_DEFAULT = 20, WHEN_JOBS_DEFAULT = 2 };

enum { OPT_SEED, OPT_SWEEP, OPT_DRAWS, OPT_JOBS };

static const struct cli_option options[] = {
    {OPT_SEED, 0, "seed", "N", "the seed that fails; the file's own by default"},
    {OPT_SWEEP, 0, "sweep", "K", "the point of the sweep that fails, from 0"},
    {OPT_DRAWS, 0, "draws", "N", "how often the rest of a run is drawn anew; 20 by default"},
    {OPT_JOBS, 'j', "jobs", "N", "run workers; two by default"},
};

static const char details[] =
    "FILE is a scenario or a replay. A run is its choices: who runs next, how long a call takes,\n"
    "whether a random fault strikes. Of the failing run the first choices are kept, the rest is\n"
    "drawn anew, and by bisection the first choice is found from which on all draws fail in the\n"
    "same way. That is evidence, not proof: more draws may find a way out.\n"
    "Exit status: 0 it was found, 1 the run does not fail, or ends its run worker, 2 usage or bad\n"
    "input, 5 a fault of the harness.\n";

struct when_command {
    struct cli_reader reader;
    const char *path;
    int64_t seed, sweep, draws, jobs; /* seed, sweep: -1: the file's */
    FILE *out, *err;
};

/* --- the table --- */
static void print(const struct when *when, int64_t draws, FILE *out)
{
    fprintf(out, "  choices kept   fail of %-4" PRId64 " up to\n", draws);
    for (uint32_t i = 0; i < when->row_count; i++) {
        const struct when_row *row = &when->rows[i];
        fprintf(out, "%c %12" PRIu32 "   %7" PRIu32 "      %s\n", i == when->inevitable ? '>' : ' ',
                row->kept, row->failed, row->effect[0] ? row->effect : "(the start)");
    }
    const struct when_row *found = &when->rows[when->inevitable];
    if (found->kept == 0)
        fprintf(out, "inevitable from the start: whatever is left to chance, it fails\n");
    else
        fprintf(out, "inevitable from choice %" PRIu32 " of %" PRIu32 ", at %s\n", found->kept,
                when->choices, found->effect[0] ? found->effect : "the start");
    fprintf(out, "%" PRIu64 " runs\n", when->runs);
}

static int find(struct when_command *command, const struct replay *replay)
{
    struct pool *pool = NULL;
    struct when *when = calloc(1, sizeof *when);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    int code = CLI_HARNESS_FAULT;
    enum fl_error err = when ? FL_OK : FL_ENOMEM;
    if (!err) err = pool_new((int)command->jobs, MINIMAL_HANG_US, &pool);
    if (!err) err = when_find(pool, replay, (uint32_t)command->draws, when, &message);
    if (err && message.length) {
        fprintf(command->err, "%s\n", message.bytes);
        code = CLI_USAGE;
    } else if (err) {
        fprintf(command->err, "faultline when: %s\n", fl_error_text(err));
    } else if (!when->fails) {
        fprintf(command->err,
                "faultline when: %s: expected a run that fails and ends, found none\n",
                command->path);
        code = CLI_FAILED;
    } else {
        print(when, command->draws, command->out);
        code = CLI_PASSED;
    }
    if (pool) pool_free(pool);
    fl_buf_release(&message);
    free(when);
    return code;
}

static int when_file(struct when_command *command)
{
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    struct fl_arena arena = FL_ARENA_INIT(2 * (size_t)REPLAY_BYTES_MAX);
    struct replay replay;
    int code = replay_source_read(&command->reader, command->path, &text, &arena, &replay);
    if (code == CLI_PASSED) {
        if (command->seed >= 0) {
            replay.seed = (uint64_t)command->seed;
            replay.choices = (struct fl_span){0};
        }
        if (command->sweep >= 0) replay.sweep = (int32_t)command->sweep;
        code = find(command, &replay);
    }
    fl_arena_release(&arena);
    fl_buf_release(&text);
    return code;
}

/* --- the command line --- */
static int take_option(struct when_command *command)
{
    const struct cli_reader *reader = &command->reader;
    static const struct {
        int64_t low, high;
    } ranges[] = {[OPT_SEED] = {0, INT64_MAX - WHEN_DRAWS_MAX},
                  [OPT_SWEEP] = {0, INT32_MAX / 2},
                  [OPT_DRAWS] = {1, WHEN_DRAWS_MAX},
                  [OPT_JOBS] = {1, POOL_WORKERS_MAX}};
    int64_t *const targets[] = {[OPT_SEED] = &command->seed,
                                [OPT_SWEEP] = &command->sweep,
                                [OPT_DRAWS] = &command->draws,
                                [OPT_JOBS] = &command->jobs};
    return cli_number(reader, reader->value, ranges[reader->id].low, ranges[reader->id].high,
                      targets[reader->id])
               ? CLI_PASSED
               : CLI_USAGE;
}

static int when_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct when_command command = {.reader = cli_reader_init(&command_when, argc, argv, err),
                                   .seed = -1,
                                   .sweep = -1,
                                   .draws = WHEN_DRAWS_DEFAULT,
                                   .jobs = WHEN_JOBS_DEFAULT,
                                   .out = out,
                                   .err = err};
    for (;;) {
        switch (cli_next(&command.reader)) {
        case CLI_OPTION:
            if (take_option(&command) != CLI_PASSED) return CLI_USAGE;
            break;
        case CLI_ARGUMENT:
            if (command.path)
                return cli_wrong(&command.reader, "expected one file, found also \"%s\"",
                                 command.reader.value);
            command.path = command.reader.value;
            break;
        case CLI_HELP: cli_print_help(&command_when, out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!command.path) return cli_wrong(&command.reader, "expected a scenario or a replay");
            return when_file(&command);
        }
    }
}

const struct cli_command command_when = {
    .name = "when",
    .arguments = "FILE",
    .summary = "Finds the effect at which a failure became inevitable",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = when_main,
};
