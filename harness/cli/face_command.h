/* harness/cli/face_command.h - what `faultline serve` and `faultline proxy` do alike: read their
 * options, and end by SIGTERM and SIGINT. */
#ifndef HARNESS_CLI_FACE_COMMAND_H
#define HARNESS_CLI_FACE_COMMAND_H

#include "harness/cli/face_options.h"

/* Stands first in the struct of a command, which fills in the functions. Each returns a code, and
 * has explained one that is not CLI_PASSED. */
struct face_command {
    int (*take)(struct face_command *self);  /* the option that was read, its own or a shared one */
    int (*check)(struct face_command *self); /* all options are read; NULL: nothing to check */
    int (*run)(struct face_command *self);
    struct cli_reader reader;
    struct face_options options;
    FILE *out;
};

/* The whole command. */
int face_command_main(struct face_command *face, const struct cli_command *command, int argc,
                      char **argv, FILE *out, FILE *err);
/* Explains `problem`; returns the code for `err`. */
int face_command_fail(const struct face_command *face, enum fl_error err, const char *problem);

#endif
