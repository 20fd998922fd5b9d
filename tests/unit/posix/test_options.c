#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/options.h"

static const struct fl_option table[] = {
    {"concurrency", 'c', "N", "threads"},
    {"queue", 'q', "NAME", "a queue"},
    {"verbose", 'v', NULL, "more lines"},
};

struct taken {
    char text[256]; /* "concurrency=3 verbose " */
};

static bool take(void *context, const struct fl_option *option, const char *value,
                 char problem[FL_OPTION_PROBLEM_BYTES])
{
    struct taken *taken = context;
    int number = 0;
    if (option->letter == 'c' && !fl_option_int(option, value, 1, 256, &number, problem))
        return false;
    size_t used = strlen(taken->text);
    snprintf(taken->text + used, sizeof taken->text - used, "%s%s%s ", option->name,
             value ? "=" : "", value ? value : "");
    return true;
}

struct row {
    const char *name, *line; /* words apart by one blank */
    const char *taken;       /* NULL: a problem is wanted */
    const char *problem;
};

static const struct row rows[] = {
    {"letters and names", "-c 3 --queue=a -q b -v", "concurrency=3 queue=a queue=b verbose ", NULL},
    {"an unambiguous beginning", "--conc 3", "concurrency=3 ", NULL},
    {"a misspelt name is answered with the nearest", "--concurency 3", NULL,
     "there is no option --concurency; did you mean --concurrency?"},
    {"a name that is near to none", "--frobnicate=1", NULL, "there is no option --frobnicate"},
    {"an unknown letter", "-x", NULL, "there is no option -x"},
    {"a missing argument", "--queue", NULL, "--queue wants an argument: NAME"},
    {"a letter's missing argument", "-q", NULL, "--queue wants an argument: NAME"},
    {"an argument too many", "--verbose=yes", NULL, "--verbose takes no argument"},
    {"no number", "-c many", NULL, "--concurrency wants a number from 1 to 256, not 'many'"},
    {"a number out of range", "-c 0", NULL, "--concurrency wants a number from 1 to 256, not '0'"},
};

enum { WORDS_MAX = 8 };

/* A command line to be cut into words; `words` begins with the program's name. */
struct words {
    char line[256], *argv[WORDS_MAX + 1];
    int argc;
};

static void cut(const char *line, struct words *ret_words)
{
    ret_words->argc = 0;
    snprintf(ret_words->line, sizeof ret_words->line, "program %s", line);
    for (char *word = strtok(ret_words->line, " "); word; word = strtok(NULL, " "))
        ret_words->argv[ret_words->argc++] = word;
    ret_words->argv[ret_words->argc] = NULL;
}

static void parses_or_explains(void **state)
{
    const struct row *row = *state;
    char problem[FL_OPTION_PROBLEM_BYTES] = "";
    struct words words;
    struct taken taken = {""};
    int operand = 0;
    cut(row->line, &words);
    enum fl_error err = fl_options_parse(table, FL_COUNT(table), words.argc, words.argv, take,
                                         &taken, &operand, problem);
    assert_string_equal(problem, row->problem ? row->problem : "");
    assert_int_equal(err, row->problem ? FL_EINVAL : FL_OK);
    if (row->taken) assert_string_equal(taken.text, row->taken);
}

static void operands_are_moved_behind_the_options(void **state)
{
    (void)state;
    char problem[FL_OPTION_PROBLEM_BYTES];
    struct words words;
    struct taken taken = {""};
    int operand = 0;
    cut("create -v file.csv", &words);
    assert_int_equal(fl_options_parse(table, FL_COUNT(table), words.argc, words.argv, take, &taken,
                                      &operand, problem),
                     FL_OK);
    assert_int_equal(operand, 2);
    assert_string_equal(words.argv[2], "create");
    assert_string_equal(words.argv[3], "file.csv");
}

static void help_has_a_line_for_each_option(void **state)
{
    (void)state;
    char text[FL_OPTION_HELP_BYTES];
    fl_options_help(table, FL_COUNT(table), text);
    assert_string_equal(text, "  -c, --concurrency N          threads\n"
                              "  -q, --queue NAME             a queue\n"
                              "  -v, --verbose                more lines\n");
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows) + 2];
    size_t count = 0;
    for (; count < FL_COUNT(rows); count++)
        tests[count] = (struct CMUnitTest){rows[count].name, parses_or_explains, NULL, NULL,
                                           (void *)(uintptr_t)&rows[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(operands_are_moved_behind_the_options);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(help_has_a_line_for_each_option);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
