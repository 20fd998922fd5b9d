#include "harness/cli/face_command.h"

#include <signal.h>

#include "posix/signals.h"

static int read_arguments(struct face_command *face, bool *ret_go_on)
{
    struct cli_reader *reader = &face->reader;
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(reader)) {
        case CLI_OPTION: code = face->take(face); break;
        case CLI_ARGUMENT:
            return cli_wrong(reader, "expected options only, found \"%s\"", reader->value);
        case CLI_HELP: cli_print_help(reader->command, face->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (face->check) code = face->check(face);
            *ret_go_on = code == CLI_PASSED;
            return code;
        }
    }
    return code;
}

static int run_with_signals(struct face_command *face)
{
    static const int ends[] = {SIGTERM, SIGINT};
    struct fl_signals signals;
    if (fl_signals_init(&signals, ends, sizeof ends / sizeof ends[0]) != FL_OK)
        return face_command_fail(face, FL_EIO, "no signals");
    face_options_end(&face->options, signals.signal_fd);
    int code = face->run(face);
    fl_signals_release(&signals);
    return code;
}

int face_command_main(struct face_command *face, const struct cli_command *command, int argc,
                      char **argv, FILE *out, FILE *err)
{
    bool go_on;
    face->out = out;
    face_options_init(&face->options);
    face->reader = cli_reader_init(command, argc, argv, err);
    int code = read_arguments(face, &go_on);
    if (go_on) code = run_with_signals(face);
    face_options_release(&face->options);
    return code;
}

int face_command_fail(const struct face_command *face, enum fl_error err, const char *problem)
{
    fprintf(face->reader.err, "faultline %s: %s\n", face->reader.command->name, problem);
    return err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
}
