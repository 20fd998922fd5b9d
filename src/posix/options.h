/* src/posix/options.h - command lines from one table: parsed, explained and misspelt. */
#ifndef FL_POSIX_OPTIONS_H
#define FL_POSIX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum { FL_OPTIONS_MAX = 32, FL_OPTION_PROBLEM_BYTES = 512, FL_OPTION_HELP_BYTES = 8192 };

struct fl_option {
    const char *name;     /* "concurrency": --concurrency */
    char letter;          /* 'c': -c; 0: none */
    const char *argument; /* its name in the help; NULL: takes none */
    const char *help;     /* one line */
};

/* Called for each option in order; `value` is NULL when it takes none. False: it has written into
 * `problem`. */
typedef bool fl_option_take(void *context, const struct fl_option *option, const char *value,
                            char problem[FL_OPTION_PROBLEM_BYTES]);

/* Options and operands may be mixed; the operands are moved to the end of argv, from *ret_operand
 * on. FL_EINVAL: `ret_problem` says what is wrong, with the nearest option there is. */
FL_CHECKED enum fl_error fl_options_parse(const struct fl_option *options, size_t count, int argc,
                                          char **argv, fl_option_take *take, void *context,
                                          int *ret_operand,
                                          char ret_problem[FL_OPTION_PROBLEM_BYTES]);
/* A line for each option, in columns. */
void fl_options_help(const struct fl_option *options, size_t count,
                     char ret_text[FL_OPTION_HELP_BYTES]);
/* A decimal integer in [min, max]; false: `problem` says what was wanted. */
bool fl_option_int(const struct fl_option *option, const char *value, int min, int max,
                   int *ret_value, char problem[FL_OPTION_PROBLEM_BYTES]);

#endif
