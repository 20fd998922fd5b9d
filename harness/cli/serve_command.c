/* `faultline serve`: the fake Redis for any client, over TCP and unix sockets. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/time_text.h"
#include "fakes/redis/serve/serve.h"
#include "harness/cli/commands.h"
#include "harness/scenario/plan.h"
#include "posix/signals.h"

enum { WHERE_BYTES_MAX = 4096, CLIENTS_MAX = 1000 * 1000 };

enum {
    OPT_PORT,
    OPT_BIND,
    OPT_UNIX,
    OPT_CLOCK,
    OPT_SEED,
    OPT_VERSION,
    OPT_MAXMEMORY,
    OPT_MAXCLIENTS,
    OPT_QUIET,
};

static const struct cli_option options[] = {
    {OPT_PORT, 'p', "port", "N", "listen on this TCP port; 0, the default, takes a free one"},
    {OPT_BIND, 0, "bind", "ADDRESS", "instead of 127.0.0.1"},
    {OPT_UNIX, 0, "unix", "PATH", "listen on this socket too"},
    {OPT_CLOCK, 0, "clock", "WHICH", "real, or virtual, or virtual@2026-03-29T00:30Z"},
    {OPT_SEED, 0, "seed", "N", "of everything that Redis draws by chance; 1 by default"},
    {OPT_VERSION, 0, "redis-version", "V", "6.2, 7.0 (by default), 7.2 or 7.4"},
    {OPT_MAXMEMORY, 0, "maxmemory", "SIZE", "answer OOM above it: 100MB"},
    {OPT_MAXCLIENTS, 0, "maxclients", "N", "refuse more connections; 10000 by default"},
    {OPT_QUIET, 'q', "quiet", NULL, "do not print where it listens"},
};

static const char details[] =
    "The first line of output says where it listens: with port 0 that is where to find it.\n"
    "A virtual clock stands still until the control channel moves it.\n"
    "Exit status: 0 stopped by SIGTERM, SIGINT or `stop`, 2 usage or bad input, 5 the machine "
    "failed.\n";

struct serve_command {
    struct cli_reader reader;
    struct fake_serve_options serve;
    bool has_port, quiet;
    FILE *out;
};

/* --- options --- */
static int take_clock(struct serve_command *command, const char *text)
{
    static const char instant[] = "virtual@";
    command->serve.virtual_clock = strncmp(text, "virtual", strlen("virtual")) == 0;
    command->serve.virtual_us = PLAN_START_DEFAULT_US;
    if (strcmp(text, "real") == 0 || strcmp(text, "virtual") == 0) return CLI_PASSED;
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
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        size_t minor = strlen("7.0");
        if (strncmp(versions[i], text, minor) != 0) continue;
        if (text[minor] != '\0' && strcmp(versions[i], text) != 0) continue;
        command->serve.engine.version = versions[i];
        return CLI_PASSED;
    }
    return cli_wrong(&command->reader, "expected 6.2, 7.0, 7.2 or 7.4, found \"%s\"", text);
}

static int take_number(struct serve_command *command)
{
    const struct cli_reader *reader = &command->reader;
    int64_t number, most = reader->id == OPT_PORT         ? UINT16_MAX
                           : reader->id == OPT_MAXCLIENTS ? CLIENTS_MAX
                                                          : INT64_MAX;
    if (!cli_number(reader, reader->value, reader->id == OPT_MAXCLIENTS, most, &number))
        return CLI_USAGE;
    if (reader->id == OPT_PORT) {
        command->serve.port = (int)number;
        command->has_port = true;
    } else if (reader->id == OPT_SEED) {
        command->serve.engine.seed = (uint64_t)number;
    } else {
        command->serve.clients_max = (size_t)number;
    }
    return CLI_PASSED;
}

static int take_option(struct serve_command *command)
{
    const struct cli_reader *reader = &command->reader;
    switch (reader->id) {
    case OPT_BIND: command->serve.host = reader->value; return CLI_PASSED;
    case OPT_UNIX: command->serve.unix_path = reader->value; return CLI_PASSED;
    case OPT_CLOCK: return take_clock(command, reader->value);
    case OPT_VERSION: return take_version(command, reader->value);
    case OPT_QUIET: command->quiet = true; return CLI_PASSED;
    case OPT_MAXMEMORY:
        return cli_size(reader, reader->value, &command->serve.engine.memory_max_bytes) ? CLI_PASSED
                                                                                        : CLI_USAGE;
    default: return take_number(command);
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

/* --- serving --- */
static enum fl_error announce(const struct serve_command *command, const struct fake_serve *serve)
{
    struct fl_buf where = FL_BUF_INIT(WHERE_BYTES_MAX);
    enum fl_error err = fake_serve_describe(serve, &where);
    if (!err && !command->quiet) {
        fprintf(command->out, "faultline serve: %s\n", where.bytes);
        if (fflush(command->out)) err = FL_EIO;
    }
    fl_buf_release(&where);
    return err;
}

static int run(struct serve_command *command)
{
    char problem[FAKE_SERVE_PROBLEM_BYTES];
    struct fake_serve *serve;
    enum fl_error err = fake_serve_new(&command->serve, &serve, problem);
    if (err) {
        fprintf(command->reader.err, "faultline serve: %s\n", problem);
        return err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    err = announce(command, serve);
    if (!err) err = fake_serve_run(serve);
    fake_serve_free(serve);
    if (!err) return CLI_PASSED;
    fprintf(command->reader.err, "faultline serve: %s\n", fl_error_text(err));
    return CLI_HARNESS_FAULT;
}

static int serve_main(int argc, char **argv, FILE *out, FILE *err)
{
    static const int ends[] = {SIGTERM, SIGINT};
    struct fl_signals signals;
    bool go_on;
    struct serve_command command = {.out = out, .serve = {.engine = {.seed = 1}}};
    command.reader = cli_reader_init(&command_serve, argc, argv, err);
    int code = read_arguments(&command, &go_on);
    if (!go_on) return code;
    if (command.serve.unix_path && !command.has_port) command.serve.port = -1;
    if (fl_signals_init(&signals, ends, sizeof ends / sizeof ends[0]) != FL_OK) {
        fprintf(err, "faultline serve: signals: %s\n", fl_error_text(FL_EIO));
        return CLI_HARNESS_FAULT;
    }
    command.serve.stop_fd = signals.signal_fd;
    code = run(&command);
    fl_signals_release(&signals);
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
