#include "harness/cli/set_option.h"

#include <string.h>

int set_options_take(struct set_options *options, const struct cli_reader *reader, const char *text,
                     struct fl_arena *arena)
{
    if (!strchr(text, '=') || text[0] == '=')
        return cli_wrong(reader, "expected NAME=VALUE, found \"%s\"", text);
    if (options->count == REQUEST_SETTINGS_MAX)
        return cli_wrong(reader, "expected at most %d settings", REQUEST_SETTINGS_MAX);
    char *copy = fl_arena_copy(arena, fl_span_from(text));
    if (!copy) return cli_wrong(reader, "%s", fl_error_text(FL_ENOMEM));
    char *equals = strchr(copy, '=');
    *equals = '\0';
    options->items[options->count++] = (struct scenario_setting){copy, equals + 1};
    return CLI_PASSED;
}
