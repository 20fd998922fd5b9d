/* harness/cli/options.h - commands and their options as tables: parsed, suggested and printed as
 * --help from the same rows. */
#ifndef HARNESS_CLI_OPTIONS_H
#define HARNESS_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/buf.h"

/* The exit codes of faultline. */
enum cli_exit {
    CLI_PASSED = 0,
    CLI_FAILED = 1,          /* a property failed */
    CLI_USAGE = 2,           /* usage or bad input */
    CLI_NONDETERMINISM = 3,  /* two runs of the same choices differ */
    CLI_STUCK = 4,           /* healed, and yet not drained */
    CLI_HARNESS_FAULT = 5,   /* our own failure */
    CLI_HANDLER_CRASHED = 6, /* a handler crashed or hung */
};

struct cli_option {
    int id;               /* of the command's own enum */
    char letter;          /* 0: none */
    const char *name;     /* without the dashes */
    const char *argument; /* what --help calls it; NULL: a flag */
    const char *means;
};

struct cli_command {
    const char *name;
    const char *arguments; /* "FILE|DIR..." */
    const char *summary;
    const struct cli_option *options; /* --help is understood without a row */
    size_t option_count;
    const char *details; /* paragraphs below the options; NULL: none */
    int (*run)(int argc, char **argv, FILE *out, FILE *err); /* argv[1] is the command's name */
};

enum cli_token { CLI_OPTION, CLI_ARGUMENT, CLI_END, CLI_HELP, CLI_WRONG };

struct cli_reader {
    const struct cli_command *command;
    int argc, next;
    char **argv;
    const char *letters; /* the rest of bundled short options */
    int only_arguments;  /* `--` was seen */
    FILE *err;
    /* of the token read last */
    int id;
    const char *value; /* an option's argument, or the argument itself */
};

struct cli_reader cli_reader_init(const struct cli_command *command, int argc, char **argv,
                                  FILE *err);
/* CLI_WRONG has printed what is wrong, with the nearest option. */
enum cli_token cli_next(struct cli_reader *reader);
void cli_print_help(const struct cli_command *command, FILE *out);

/* The value of the option read last as a whole decimal number within a range; anything else is
 * printed and false. */
int cli_number(const struct cli_reader *reader, const char *text, int64_t low, int64_t high,
               int64_t *ret_number);
/* Bytes, as redis.conf writes them: 100mb, 1gb, 4096; or 64MiB as scenarios do. */
int cli_size(const struct cli_reader *reader, const char *text, size_t *ret_bytes);
/* Prints "faultline COMMAND: ..." and returns CLI_USAGE. */
int cli_wrong(const struct cli_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
