/* `faultline proxy`: faults on the wire before a real Redis. */
#include <signal.h>
#include <string.h>

#include "fakes/redis/serve/proxy.h"
#include "harness/cli/commands.h"
#include "harness/cli/face_options.h"
#include "posix/signals.h"

enum { WHERE_BYTES_MAX = 4096 };
enum { OPT_UPSTREAM = FACE_OPTIONS_END };

static const struct cli_option options[] = {
    {OPT_UPSTREAM, 0, "upstream", "HOST:PORT|PATH", "the real Redis"},
    FACE_OPTION_ROWS,
};

static const char details[] =
    "The first line of output says where it listens. Faults are added by --script or by the\n"
    "control channel: `faultline ctl PATH fault lose-ack command lpush`.\n"
    "Exit status: 0 stopped by SIGTERM, SIGINT or `stop`, 2 usage or bad input, 5 the machine\n"
    "failed.\n";

struct proxy_command {
    struct cli_reader reader;
    struct face_options face;
    const char *upstream;
    FILE *out;
};

static int take_option(struct proxy_command *command)
{
    const struct cli_reader *reader = &command->reader;
    if (reader->id != OPT_UPSTREAM) return face_options_take(&command->face, reader);
    command->upstream = reader->value;
    return CLI_PASSED;
}

static int read_arguments(struct proxy_command *command, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&command->reader)) {
        case CLI_OPTION: code = take_option(command); break;
        case CLI_ARGUMENT:
            return cli_wrong(&command->reader, "expected options only, found \"%s\"",
                             command->reader.value);
        case CLI_HELP: cli_print_help(&command_proxy, command->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!command->upstream)
                return cli_wrong(&command->reader, "expected --upstream HOST:PORT");
            *ret_go_on = true;
            return CLI_PASSED;
        }
    }
    return code;
}

static enum fl_error pass_until_stopped(struct proxy_command *command, struct fake_proxy *proxy)
{
    struct fl_buf where = FL_BUF_INIT(WHERE_BYTES_MAX);
    enum fl_error err = fake_proxy_describe(proxy, &where);
    if (!err)
        err = face_options_announce(&command->face, &command->reader, where.bytes, command->out);
    fl_buf_release(&where);
    return err ? err : fake_proxy_run(proxy);
}

static int run(struct proxy_command *command)
{
    char problem[FAKE_FACE_PROBLEM_BYTES];
    struct fake_proxy *proxy;
    const struct fake_proxy_options proxy_options = {.face = command->face.face,
                                                     .upstream = command->upstream,
                                                     .clients_max = command->face.clients_max};
    enum fl_error err = fake_proxy_new(&proxy_options, &proxy, problem);
    if (err) {
        fprintf(command->reader.err, "faultline proxy: %s\n", problem);
        return err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    err = pass_until_stopped(command, proxy);
    fake_proxy_free(proxy);
    if (!err) return CLI_PASSED;
    fprintf(command->reader.err, "faultline proxy: %s\n", fl_error_text(err));
    return CLI_HARNESS_FAULT;
}

static int run_with_signals(struct proxy_command *command)
{
    static const int ends[] = {SIGTERM, SIGINT};
    struct fl_signals signals;
    if (fl_signals_init(&signals, ends, sizeof ends / sizeof ends[0]) != FL_OK) {
        fprintf(command->reader.err, "faultline proxy: signals: %s\n", fl_error_text(FL_EIO));
        return CLI_HARNESS_FAULT;
    }
    face_options_end(&command->face, signals.signal_fd);
    int code = run(command);
    fl_signals_release(&signals);
    return code;
}

static int proxy_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct proxy_command command = {.out = out};
    face_options_init(&command.face);
    command.reader = cli_reader_init(&command_proxy, argc, argv, err);
    int code = read_arguments(&command, &go_on);
    if (go_on) code = run_with_signals(&command);
    face_options_release(&command.face);
    return code;
}

const struct cli_command command_proxy = {
    .name = "proxy",
    .arguments = "",
    .summary = "Passes a real Redis on to its clients, with faults on the wire",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = proxy_main,
};
