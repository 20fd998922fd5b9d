#include "harness/cli/report_option.h"

int report_option_take(struct report_outlets *outlets, const struct cli_reader *reader,
                       const char *text)
{
    const char *expected;
    if (report_outlets_add(outlets, text, &expected)) return CLI_PASSED;
    return cli_wrong(reader, "expected %s after --report, found \"%s\"", expected, text);
}

FILE *report_option_open(struct report_outlets *outlets, const char *program, uint64_t total,
                         FILE *out, FILE *err)
{
    report_outlets_add_github(outlets);
    FILE *terminal = report_outlets_fill_stdout(outlets) ? err : out;
    report_outlets_open(outlets, out, terminal, err, program, total);
    return terminal;
}
