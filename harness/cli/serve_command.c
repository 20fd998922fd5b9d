/* `faultline serve`: the fake Redis for any client, over TCP and unix sockets. */
#include <signal.h>
#include <string.h>

#include "core/time_text.h"
#include "fakes/redis/serve/serve.h"
#include "harness/cli/commands.h"
#include "harness/cli/face_options.h"
#include "harness/scenario/plan.h"
#include "posix/signals.h"

enum { WHERE_BYTES_MAX = 4096, WRITES_KEPT_MAX = 1000 * 1000 };

enum {
    OPT_CLOCK = FACE_OPTIONS_END,
    OPT_VERSION,
    OPT_MAXMEMORY,
    OPT_PASSWORD,
    OPT_WRITES_KEPT,
    OPT_SAVE,
    OPT_TRACK,
    OPT_DEBUG,
};

static const struct cli_option options[] = {
    FACE_OPTION_ROWS,
    {OPT_CLOCK, 0, "clock", "WHICH", "real, or virtual, or virtual@2026-03-29T00:30Z"},
    {OPT_VERSION, 0, "redis-version", "V", "6.2, 7.0 (by default), 7.2 or 7.4"},
    {OPT_MAXMEMORY, 0, "maxmemory", "SIZE", "answer OOM above it: 100mb"},
    {OPT_PASSWORD, 0, "requirepass", "PASSWORD", "ask clients for it"},
    {OPT_SAVE, 0, "save", "FILE", "begin with its keys if it exists, write them to it at the end"},
    {OPT_TRACK, 0, "track", NULL, "keep who has changed each key last, for `writer`"},
    {OPT_WRITES_KEPT, 0, "writes-kept", "N", "so many can be lost by `restart`; 0 by default"},
    {OPT_DEBUG, 0, "allow-debug", NULL, "DEBUG works, and DEBUG SLEEP moves the clock"},
};

static const char details[] =
    "The first line of output says where it listens: with port 0 that is where to find it.\n"
    "A virtual clock stands still until the control channel moves it.\n"
    "Exit status: 0 stopped by SIGTERM, SIGINT or `stop`, 2 usage or bad input, 5 the machine\n"
    "failed.\n";

struct serve_command {
    struct cli_reader reader;
    struct face_options face;
    struct fake_serve_options serve;
    FILE *out;
};

/* --- options -------------------------------------------------------------------------------------
 */
static int take_clock(struct serve_command *command, const char *text)
{
    static const char instant[] = "virtual@";
    command->serve.virtual_clock = strncmp(text, "virtual", strlen("virtual")) == 0;
    command->serve.virtual_us = PLAN_START_DEFAULT_US;
    command->serve.follows_saved = true;
    if (strcmp(text, "real") == 0 || strcmp(text, "virtual") == 0) return CLI_PASSED;
    command->serve.follows_saved = false;
    if (strncmp(text, instant, strlen(instant)) == 0 &&
        fl_instant_parse(fl_span_from(text + strlen(instant)), &command->serve.virtual_us) == FL_OK)
        return CLI_PASSED;
    return cli_wrong(&command->reader,
                     "expected real, virtual or virtual@TIME, like virtual@2026-03-29T00:30Z, "
                     "found \"%s\"",
                     text);
}

static int take_version(struct serve_command *command, const char *text)
{
    static const char *const versions[] = {"6.2.14", "7.0.15", "7.2.7", "7.4.2"};
    const size_t minor = strlen("7.0");
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        if (strncmp(versions[i], text, minor) != 0) continue;
        if (text[minor] != '\0' && strcmp(versions[i], text) != 0) continue;
        command->serve.engine.version = versions[i];
        return CLI_PASSED;
    }
    return cli_wrong(&command->reader, "expected 6.2, 7.0, 7.2 or 7.4, found \"%s\"", text);
}

static int take_writes_kept(struct serve_command *command)
{
    int64_t number;
    if (!cli_number(&command->reader, command->reader.value, 0, WRITES_KEPT_MAX, &number))
        return CLI_USAGE;
    command->serve.engine.writes_kept = (uint64_t)number;
    return CLI_PASSED;
}

static int take_option(struct serve_command *command)
{
    const struct cli_reader *reader = &command->reader;
    switch (reader->id) {
    case OPT_CLOCK: return take_clock(command, reader->value);
    case OPT_VERSION: return take_version(command, reader->value);
    case OPT_PASSWORD: command->serve.password = reader->value; return CLI_PASSED;
    case OPT_SAVE: command->serve.save_path = reader->value; return CLI_PASSED;
    case OPT_TRACK: command->serve.engine.track_keys = true; return CLI_PASSED;
    case OPT_WRITES_KEPT: return take_writes_kept(command);
    case OPT_DEBUG: command->serve.engine.allows_debug = true; return CLI_PASSED;
    case OPT_MAXMEMORY:
        return cli_size(reader, reader->value, &command->serve.engine.memory_max_bytes) ? CLI_PASSED
                                                                                        : CLI_USAGE;
    default: return face_options_take(&command->face, reader);
    }
}

static int read_arguments(struct serve_command *command, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&command->reader)) {
        case CLI_OPTION: code = take_option(command); break;
        case CLI_ARGUMENT:
            return cli_wrong(&command->reader, "expected options only, found \"%s\"",
                             command->reader.value);
        case CLI_HELP: cli_print_help(&command_serve, command->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END: *ret_go_on = true; return CLI_PASSED;
        }
    }
    return code;
}

/* --- serving -------------------------------------------------------------------------------------
 */
static enum fl_error serve_until_stopped(struct serve_command *command, struct fake_serve *serve,
                                         char problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fl_buf where = FL_BUF_INIT(WHERE_BYTES_MAX);
    enum fl_error err = fake_serve_describe(serve, &where);
    if (!err)
        err = face_options_announce(&command->face, &command->reader, where.bytes, command->out);
    fl_buf_release(&where);
    if (!err) return fake_serve_run(serve, problem);
    snprintf(problem, FAKE_FACE_PROBLEM_BYTES, "%s", fl_error_text(err));
    return err;
}

static int run(struct serve_command *command)
{
    char problem[FAKE_FACE_PROBLEM_BYTES];
    struct fake_serve *serve;
    command->serve.face = command->face.face;
    command->serve.clients_max = command->face.clients_max;
    enum fl_error err = fake_serve_new(&command->serve, &serve, problem);
    if (err) {
        fprintf(command->reader.err, "faultline serve: %s\n", problem);
        return err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    err = serve_until_stopped(command, serve, problem);
    fake_serve_free(serve);
    if (!err) return CLI_PASSED;
    fprintf(command->reader.err, "faultline serve: %s\n", problem);
    return CLI_HARNESS_FAULT;
}

static int run_with_signals(struct serve_command *command)
{
    static const int ends[] = {SIGTERM, SIGINT};
    struct fl_signals signals;
    if (fl_signals_init(&signals, ends, sizeof ends / sizeof ends[0]) != FL_OK) {
        fprintf(command->reader.err, "faultline serve: signals: %s\n", fl_error_text(FL_EIO));
        return CLI_HARNESS_FAULT;
    }
    face_options_end(&command->face, signals.signal_fd);
    int code = run(command);
    fl_signals_release(&signals);
    return code;
}

static int serve_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct serve_command command = {.out = out};
    face_options_init(&command.face);
    command.reader = cli_reader_init(&command_serve, argc, argv, err);
    int code = read_arguments(&command, &go_on);
    if (go_on) code = run_with_signals(&command);
    face_options_release(&command.face);
    return code;
}

const struct cli_command command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "Serves the fake Redis to any client, over TCP or a unix socket",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = serve_main,
};
