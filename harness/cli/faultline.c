#include <string.h>

#include "harness/cli/commands.h"
#include "harness/scenario/nearest.h"

static const struct cli_command *const commands[] = {
    &command_run,       &command_replay,   &command_shrink,  &command_when,      &command_matrix,
    &command_oom,       &command_lint,     &command_check,   &command_fmt,       &command_points,
    &command_bench,     &command_selftest, &command_push,    &command_serve,     &command_proxy,
    &command_ctl,       &command_queues,   &command_retries, &command_scheduled, &command_dead,
    &command_processes, &command_stats,    &command_top};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static void print_usage(FILE *out)
{
    fputs(
        "usage: faultline COMMAND [OPTION]...\n\n"
        "A test harness for job systems: a Sidekiq-compatible queue, played against fakes of all\n"
        "that it touches, with scripted faults, in virtual time.\n\n",
        out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  faultline COMMAND --help shows its options; faultline --version the version.\n",
          out);
}

static int unknown(const char *name, FILE *err)
{
    struct nearest nearest = nearest_to(fl_span_from(name));
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_offer(&nearest, commands[i]->name);
    nearest_offer(&nearest, "--help");
    nearest_offer(&nearest, "--version");
    fprintf(err, "faultline: expected a command, found \"%s\"", name);
    if (nearest.best) fprintf(err, "; did you mean \"%s\"?", nearest.best);
    fputs(" (faultline --help)\n", err);
    return CLI_USAGE;
}

static const char exit_codes[] =
    "## Exit status\n\n"
    "| status | meaning |\n|---|---|\n"
    "| 0 | all passed |\n"
    "| 1 | a property failed; of `push`: Redis could not be reached or refused the job; of the "
    "operator's commands: it could not be reached, or not all that was asked for was there |\n"
    "| 2 | usage, or bad input |\n"
    "| 3 | two plays of one run differ |\n"
    "| 4 | a job is stuck although all faults have healed |\n"
    "| 5 | a fault of the harness itself, or output that could not be written |\n"
    "| 6 | a handler crashed, hung, or called what it must not |\n"
    "\n"
    "Where several apply, the first of 5, 3, 2, 6, 4, 1 counts. The last line of `run` and "
    "`replay` is\n"
    "`N passed, N failed, N skipped`; statistics stand on the line before it.\n"
    "\n"
    "**Open verdicts.** When the answer to a push was lost and nothing later tells whether the job "
    "was stored, a run that passes has\n"
    "not shown that the job ends: it is *indeterminate*. Its scenario is told as `OPEN`, with the "
    "job and the run that shows it, and\n"
    "counts as skipped, neither passed nor failed; the line of statistics says how many of the "
    "skipped ones were such. Reports say\n"
    "so in their own words (`skipped` with a message in JUnit, `# SKIP` in TAP, a warning of "
    "GitHub's, the verdict `indeterminate` in\n"
    "JSON lines and Markdown). A scenario that means it says so, and has no doubt any more: "
    "`expect jobs indeterminate = 1`, or\n"
    "`expect jobs unpushed = 1`.\n";

/* docs/reference/cli.md */
static void print_reference(FILE *out)
{
    fputs("# The command line: reference\n\n"
          "<!-- Printed by `faultline help --markdown`. -->\n\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "## faultline %s\n\n```\n", commands[i]->name);
        cli_print_help(commands[i], out);
        fputs("```\n\n", out);
    }
    fputs(exit_codes, out);
}

static int help(int argc, char **argv, FILE *out, FILE *err)
{
    if (argc < 3) {
        print_usage(out);
        return CLI_PASSED;
    }
    if (strcmp(argv[2], "--markdown") == 0) {
        print_reference(out);
        return CLI_PASSED;
    }
    const struct cli_command *command = find_command(argv[2]);
    if (!command) return unknown(argv[2], err);
    cli_print_help(command, out);
    return CLI_PASSED;
}

int faultline_main(int argc, char **argv, FILE *out, FILE *err)
{
    if (argc < 2) {
        print_usage(err);
        return CLI_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return help(argc, argv, out, err);
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        fprintf(out, "faultline %s\n", FAULTLINE_VERSION);
        return CLI_PASSED;
    }
    const struct cli_command *command = find_command(name);
    return command ? command->run(argc, argv, out, err) : unknown(name, err);
}
