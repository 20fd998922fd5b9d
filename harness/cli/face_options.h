/* harness/cli/face_options.h - the options that `faultline serve` and `faultline proxy` share. */
#ifndef HARNESS_CLI_FACE_OPTIONS_H
#define HARNESS_CLI_FACE_OPTIONS_H

#include "core/arena.h"
#include "fakes/redis/serve/face.h"
#include "harness/cli/options.h"
#include "harness/scenario/line.h"

enum face_option { /* below a command's own */
                   FACE_PORT = 1,
                   FACE_BIND,
                   FACE_UNIX,
                   FACE_CONTROL,
                   FACE_SCRIPT,
                   FACE_SEED,
                   FACE_RECORD,
                   FACE_MAXCLIENTS,
                   FACE_QUIET,
                   FACE_OPTIONS_END,
};

/* The rows of a command's table of options. */
#define FACE_OPTION_ROWS                                                                           \
    {FACE_PORT, 'p', "port", "N", "listen on this TCP port; 0, the default, takes a free one"},    \
        {FACE_BIND, 0, "bind", "ADDRESS", "instead of 127.0.0.1"},                                 \
        {FACE_UNIX, 0, "unix", "PATH", "listen on this socket; with --port on both"},              \
        {FACE_CONTROL, 0, "control", "PATH|PORT", "take commands there: faultline ctl"},           \
        {FACE_SCRIPT, 0, "script", "FILE", "faults to begin with, one a line"},                    \
        {FACE_SEED, 0, "seed", "N", "of whatever is left to chance; 1 by default"},                \
        {FACE_RECORD, 0, "record", "FILE", "write every command to it as a line of JSON"},         \
        {FACE_MAXCLIENTS, 0, "maxclients", "N", "refuse more connections; 10000 by default"},      \
    {                                                                                              \
        FACE_QUIET, 'q', "quiet", NULL, "do not print where it listens"                            \
    }

struct face_options {
    struct fake_face_options face; /* points into what follows: the struct may not move */
    size_t clients_max;
    bool has_port, quiet;
    struct fl_buf script;
    /* what splits a line of rules into words */
    struct line line;
    struct fl_arena arena;
    struct fl_buf scratch;
};

void face_options_init(struct face_options *options);
void face_options_release(struct face_options *options);
/* Takes what cli_next has read. A code other than CLI_PASSED has been explained. */
int face_options_take(struct face_options *options, const struct cli_reader *reader);
/* All options are read. */
void face_options_end(struct face_options *options, int stop_fd);
/* Prints "faultline COMMAND: WHERE" unless it is to be quiet. */
FL_CHECKED enum fl_error face_options_announce(const struct face_options *options,
                                               const struct cli_reader *reader, const char *where,
                                               FILE *out);

#endif
