#include "harness/cli/options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "harness/scenario/nearest.h"

enum { HELP_COLUMN = 28 };

struct cli_reader cli_reader_init(const struct cli_command *command, int argc, char **argv,
                                  FILE *err)
{
    return (struct cli_reader){
        .command = command, .argc = argc, .next = 2, .argv = argv, .err = err};
}

int cli_wrong(const struct cli_reader *reader, const char *format, ...)
{
    va_list args;
    fprintf(reader->err, "faultline %s: ", reader->command->name);
    va_start(args, format);
    vfprintf(reader->err, format, args);
    va_end(args);
    fprintf(reader->err, " (faultline %s --help)\n", reader->command->name);
    return CLI_USAGE;
}

/* --- reading --- */
static enum cli_token unknown(struct cli_reader *reader, const char *given)
{
    char longest[NEAREST_BYTES_MAX + 3];
    size_t length = strcspn(given, "=");
    struct nearest nearest = nearest_to((struct fl_span){given, length});
    for (size_t i = 0; i < reader->command->option_count; i++)
        nearest_offer(&nearest, reader->command->options[i].name);
    longest[0] = '\0';
    if (nearest.best) snprintf(longest, sizeof longest, "--%s", nearest.best);
    if (longest[0])
        cli_wrong(reader, "expected an option, found \"--%s\"; did you mean \"%s\"?", given,
                  longest);
    else
        cli_wrong(reader, "expected an option, found \"--%s\"", given);
    return CLI_WRONG;
}

static enum cli_token take_value(struct cli_reader *reader, const struct cli_option *option,
                                 const char *attached)
{
    reader->id = option->id;
    reader->value = attached;
    if (!option->argument && attached) {
        cli_wrong(reader, "--%s takes no value, found \"%s\"", option->name, attached);
        return CLI_WRONG;
    }
    if (!option->argument || attached) return CLI_OPTION;
    if (reader->next == reader->argc) {
        cli_wrong(reader, "expected %s after --%s", option->argument, option->name);
        return CLI_WRONG;
    }
    reader->value = reader->argv[reader->next++];
    return CLI_OPTION;
}

static enum cli_token take_long(struct cli_reader *reader, const char *text)
{
    size_t length = strcspn(text, "=");
    const char *attached = text[length] ? text + length + 1 : NULL;
    if (strcmp(text, "help") == 0) return CLI_HELP;
    for (size_t i = 0; i < reader->command->option_count; i++) {
        const struct cli_option *option = &reader->command->options[i];
        if (strlen(option->name) == length && memcmp(option->name, text, length) == 0)
            return take_value(reader, option, attached);
    }
    return unknown(reader, text);
}

static enum cli_token take_letter(struct cli_reader *reader)
{
    char letter = *reader->letters++;
    const char *rest = *reader->letters ? reader->letters : NULL;
    if (letter == 'h') return CLI_HELP;
    for (size_t i = 0; i < reader->command->option_count; i++) {
        const struct cli_option *option = &reader->command->options[i];
        if (option->letter != letter) continue;
        reader->letters = option->argument ? NULL : rest;
        return take_value(reader, option, option->argument ? rest : NULL);
    }
    cli_wrong(reader, "expected an option, found \"-%c\"", letter);
    return CLI_WRONG;
}

enum cli_token cli_next(struct cli_reader *reader)
{
    if (reader->letters && *reader->letters) return take_letter(reader);
    if (reader->next >= reader->argc) return CLI_END;
    const char *text = reader->argv[reader->next++];
    bool dashed = text[0] == '-' && text[1] && !reader->only_arguments;
    if (dashed && strcmp(text, "--") == 0) {
        reader->only_arguments = 1;
        return cli_next(reader);
    }
    if (dashed && text[1] == '-') return take_long(reader, text + 2);
    if (dashed) {
        reader->letters = text + 1;
        return take_letter(reader);
    }
    reader->value = text;
    return CLI_ARGUMENT;
}

/* Of the option that was read last. */
static const char *option_name(const struct cli_reader *reader)
{
    const struct cli_option *option = reader->command->options;
    while (option->id != reader->id)
        option++;
    return option->name;
}

int cli_number(const struct cli_reader *reader, const char *text, int64_t low, int64_t high,
               int64_t *ret_number)
{
    long long number;
    if (fl_span_int64(fl_span_from(text), &number) && number >= low && number <= high) {
        *ret_number = number;
        return 1;
    }
    cli_wrong(reader, "expected a number from %" PRId64 " to %" PRId64 " after --%s, found \"%s\"",
              low, high, option_name(reader), text);
    return 0;
}

int cli_size(const struct cli_reader *reader, const char *text, size_t *ret_bytes)
{
    static const struct {
        const char *name;
        long long bytes;
    } units[] = {{"", 1},           {"b", 1},        {"k", 1000},     {"kb", 1024},
                 {"kib", 1024},     {"m", 1000000},  {"mb", 1 << 20}, {"mib", 1 << 20},
                 {"g", 1000000000}, {"gb", 1 << 30}, {"gib", 1 << 30}};
    size_t digits = strspn(text, "0123456789");
    long long number;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(units[i].name, text + digits) != 0) continue;
        if (!fl_span_int64((struct fl_span){text, digits}, &number)) break;
        if (number > INT64_MAX / units[i].bytes) break;
        *ret_bytes = (size_t)(number * units[i].bytes);
        return 1;
    }
    cli_wrong(reader, "expected a size, like 100mb, after --%s, found \"%s\"", option_name(reader),
              text);
    return 0;
}

/* --- help --- */
static void print_option(const struct cli_option *option, FILE *out)
{
    int width = option->letter ? fprintf(out, "  -%c, --%s", option->letter, option->name)
                               : fprintf(out, "      --%s", option->name);
    if (option->argument) width += fprintf(out, " %s", option->argument);
    fprintf(out, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", option->means);
}

void cli_print_help(const struct cli_command *command, FILE *out)
{
    static const struct cli_option help = {0, 'h', "help", NULL, "this page"};
    fprintf(out, "usage: faultline %s [OPTION]...%s%s\n\n%s.\n\n", command->name,
            *command->arguments ? " " : "", command->arguments, command->summary);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(&command->options[i], out);
    print_option(&help, out);
    if (command->details) fprintf(out, "\n%s", command->details);
}
