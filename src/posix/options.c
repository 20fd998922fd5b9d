/* src/posix/options.c - getopt_long does the parsing; its own messages are switched off, since they
 * know no suggestions. */
#include "posix/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/edit_distance.h"
#include "core/span.h"

enum { NAME_BYTES_MAX = FL_EDIT_WORD_BYTES, COLUMN = 28, LONG_BASE = 256 };

/* --- suggestions --- */

static const char *nearest(const struct fl_option *options, size_t count, const char *name)
{
    const char *found = NULL;
    size_t least = FL_EDIT_NEAR + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = fl_edit_distance(name, options[i].name);
        if (d < least) {
            least = d;
            found = options[i].name;
        }
    }
    return found;
}

/* --- parsing --- */

struct tables {
    struct option longs[FL_OPTIONS_MAX + 1];
    char shorts[3 * FL_OPTIONS_MAX + 2]; /* begins with ':', to tell a missing argument */
};

static void make_tables(const struct fl_option *options, size_t count, struct tables *ret_tables)
{
    *ret_tables = (struct tables){.shorts = ":"};
    char *at = ret_tables->shorts + 1;
    for (size_t i = 0; i < count; i++) {
        ret_tables->longs[i] = (struct option){
            .name = options[i].name,
            .has_arg = options[i].argument ? required_argument : no_argument,
            .val = LONG_BASE + (int)i,
        };
        if (!options[i].letter) continue;
        *at++ = options[i].letter;
        if (options[i].argument) *at++ = ':';
    }
}

static const struct fl_option *option_for(const struct fl_option *options, size_t count, int code)
{
    if (code >= LONG_BASE) return &options[code - LONG_BASE];
    for (size_t i = 0; i < count; i++)
        if (options[i].letter == code) return &options[i];
    return NULL;
}

/* What getopt_long stumbled over. */
static void explain(const struct fl_option *options, size_t count, int code, char **argv,
                    char problem[FL_OPTION_PROBLEM_BYTES])
{
    const struct fl_option *option = optopt ? option_for(options, count, optopt) : NULL;
    if (code == ':' && option) {
        snprintf(problem, FL_OPTION_PROBLEM_BYTES, "--%s wants an argument: %s", option->name,
                 option->argument);
    } else if (option) {
        snprintf(problem, FL_OPTION_PROBLEM_BYTES, "--%s takes no argument", option->name);
    } else if (optopt) {
        snprintf(problem, FL_OPTION_PROBLEM_BYTES, "there is no option -%c", optopt);
    } else {
        char name[NAME_BYTES_MAX + 1];
        const char *wrong = argv[optind - 1];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(wrong + 2, "="), wrong + 2);
        const char *near = nearest(options, count, name);
        snprintf(problem, FL_OPTION_PROBLEM_BYTES, "there is no option --%s%s%s%s", name,
                 near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
    }
}

enum fl_error fl_options_parse(const struct fl_option *options, size_t count, int argc, char **argv,
                               fl_option_take *take, void *context, int *ret_operand,
                               char ret_problem[FL_OPTION_PROBLEM_BYTES])
{
    struct tables tables;
    fl_assert(count <= FL_OPTIONS_MAX);
    make_tables(options, count, &tables);
    opterr = 0;
    optind = 0; /* glibc: start anew */
    for (;;) {
        int code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL);
        if (code == -1) break;
        if (code == '?' || code == ':') {
            explain(options, count, code, argv, ret_problem);
            return FL_EINVAL;
        }
        if (!take(context, option_for(options, count, code), optarg, ret_problem)) return FL_EINVAL;
    }
    *ret_operand = optind;
    return FL_OK;
}

/* --- help and values --- */

void fl_options_help(const struct fl_option *options, size_t count,
                     char ret_text[FL_OPTION_HELP_BYTES])
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < count && used < FL_OPTION_HELP_BYTES; i++) {
        const struct fl_option *option = &options[i];
        char flags[2 * NAME_BYTES_MAX], letter[8] = "    ";
        if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
        snprintf(flags, sizeof flags, "%s--%s%s%s", letter, option->name,
                 option->argument ? " " : "", option->argument ? option->argument : "");
        int length = snprintf(ret_text + used, FL_OPTION_HELP_BYTES - used, "  %-*s %s\n", COLUMN,
                              flags, option->help);
        used += length > 0 ? (size_t)length : 0;
    }
}

bool fl_option_int(const struct fl_option *option, const char *value, int min, int max,
                   int *ret_value, char problem[FL_OPTION_PROBLEM_BYTES])
{
    long long number = 0;
    if (fl_span_int64(fl_span_from(value), &number) && number >= min && number <= max) {
        *ret_value = (int)number;
        return true;
    }
    snprintf(problem, FL_OPTION_PROBLEM_BYTES, "--%s wants a number from %d to %d, not '%.80s'",
             option->name, min, max, value);
    return false;
}
