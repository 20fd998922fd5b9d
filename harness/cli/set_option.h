/* harness/cli/set_option.h - the settings that a command's `--set NAME=VALUE` have given. */
#ifndef HARNESS_CLI_SET_OPTION_H
#define HARNESS_CLI_SET_OPTION_H

#include "core/arena.h"
#include "harness/cli/options.h"
#include "harness/cli/request.h"

struct set_options { /* zeroed: none; the texts are in the arena that was given */
    struct scenario_setting items[REQUEST_SETTINGS_MAX];
    uint32_t count;
};

/* CLI_PASSED; or what is wrong with `text` has been printed. */
int set_options_take(struct set_options *options, const struct cli_reader *reader, const char *text,
                     struct fl_arena *arena);

#endif
