/* harness/cli/commands.h - the commands of faultline. */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include <stdio.h>

#include "harness/cli/options.h"

extern const struct cli_command command_run;
extern const struct cli_command command_replay;
extern const struct cli_command command_shrink;
extern const struct cli_command command_when;
extern const struct cli_command command_check;
extern const struct cli_command command_matrix;
extern const struct cli_command command_oom;
extern const struct cli_command command_lint;
extern const struct cli_command command_fmt;
extern const struct cli_command command_points;
extern const struct cli_command command_push;
extern const struct cli_command command_bench;
extern const struct cli_command command_selftest;
extern const struct cli_command command_serve;
extern const struct cli_command command_proxy;
extern const struct cli_command command_ctl;
/* What operators ask a real Redis for: harness/operate. */
extern const struct cli_command command_queues;
extern const struct cli_command command_retries;
extern const struct cli_command command_scheduled;
extern const struct cli_command command_dead;
extern const struct cli_command command_processes;
extern const struct cli_command command_stats;
extern const struct cli_command command_top;

/* Dispatches argv[1]; also --help, --version and `help COMMAND`. Returns the exit code. */
int faultline_main(int argc, char **argv, FILE *out, FILE *err);

#endif
