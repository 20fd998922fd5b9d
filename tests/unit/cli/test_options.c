#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/cli/options.h"

enum { ARGS_MAX = 8 };

static const struct cli_option rows[] = {
    {1, 'j', "jobs", "N", "how many"},
    {2, 'v', "verbose", NULL, "say more"},
    {3, 0, "set", "NAME=VALUE", "a setting"},
};
static const struct cli_command command = {
    .name = "try", .arguments = "FILE", .summary = "Tries", .options = rows, .option_count = 3};

static struct reading_case {
    const char *name, *args[ARGS_MAX], *want, *error;
} cases[] = {
    {"a value behind or within the word", {"--jobs", "2", "--jobs=3"}, "1=2 1=3", ""},
    {"letters", {"-j2", "-j", "3", "-vj4"}, "1=2 1=3 2 1=4", ""},
    {"a value may hold an equals sign", {"--set=a=b"}, "3=a=b", ""},
    {"arguments stand anywhere", {"x", "-v", "y"}, "x 2 y", ""},
    {"everything is an argument behind --", {"--", "--jobs"}, "--jobs", ""},
    {"a dash alone is an argument", {"-"}, "-", ""},
    {"help", {"--help"}, "help", ""},
    {"help by letter", {"-h"}, "help", ""},
    {"an unknown option has a suggestion",
     {"--jbos"},
     "wrong",
     "faultline try: expected an option, found \"--jbos\"; did you mean \"--jobs\"? (faultline try "
     "--help)\n"},
    {"an unknown letter",
     {"-x"},
     "wrong",
     "faultline try: expected an option, found \"-x\" (faultline try --help)\n"},
    {"a value is missing",
     {"--jobs"},
     "wrong",
     "faultline try: expected N after --jobs (faultline try --help)\n"},
    {"a flag takes no value",
     {"--verbose=yes"},
     "wrong",
     "faultline try: --verbose takes no value, found \"yes\" (faultline try --help)\n"},
};

static void describe(struct cli_reader *reader, struct fl_buf *told)
{
    for (;;) {
        enum cli_token token = cli_next(reader);
        if (token == CLI_END) return;
        if (told->length) assert_int_equal(fl_buf_append_char(told, ' '), FL_OK);
        enum fl_error err = FL_OK;
        if (token == CLI_HELP || token == CLI_WRONG) {
            err = fl_buf_append_text(told, token == CLI_HELP ? "help" : "wrong");
            assert_int_equal(err, FL_OK);
            return;
        }
        if (token == CLI_ARGUMENT) err = fl_buf_append_text(told, reader->value);
        if (token == CLI_OPTION) err = fl_buf_printf(told, "%d", reader->id);
        if (!err && token == CLI_OPTION && reader->value)
            err = fl_buf_printf(told, "=%s", reader->value);
        assert_int_equal(err, FL_OK);
    }
}

static void reading_row(void **state)
{
    const struct reading_case *row = *state;
    char *argv[ARGS_MAX + 3] = {strdup("faultline"), strdup("try")}, *error = NULL;
    size_t error_length = 0;
    int argc = 2;
    for (; argc < ARGS_MAX + 2 && row->args[argc - 2]; argc++)
        argv[argc] = strdup(row->args[argc - 2]);
    FILE *err = open_memstream(&error, &error_length);
    struct cli_reader reader = cli_reader_init(&command, argc, argv, err);
    struct fl_buf told = FL_BUF_INIT(1024);
    describe(&reader, &told);
    fclose(err);
    assert_string_equal(told.bytes, row->want);
    assert_string_equal(error, row->error);
    fl_buf_release(&told);
    free(error);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
}

static struct size_case {
    const char *name, *text;
    int ok;
    size_t want;
} sizes[] = {
    {"size: bytes", "4096", 1, 4096},
    {"size: thousands", "2k", 1, 2000},
    {"size: as redis.conf has it, in any case", "100MB", 1, 100 << 20},
    {"size: as scenarios have it", "64MiB", 1, 64 << 20},
    {"size: of no unit that is known", "1tb", 0, 7},
    {"size: no number", "mb", 0, 7},
    {"size: less than none", "-1", 0, 7},
    {"size: more than there is", "9000000000000000000gb", 0, 7},
};

static void size_row(void **state)
{
    const struct size_case *row = *state;
    char *error = NULL;
    size_t error_length = 0, size = 7;
    FILE *err = open_memstream(&error, &error_length);
    char program[] = "faultline", name[] = "try", set[] = "--set", text[64];
    snprintf(text, sizeof text, "%s", row->text);
    char *words[] = {program, name, set, text};
    struct cli_reader reader = cli_reader_init(&command, 4, words, err);
    assert_int_equal(cli_next(&reader), CLI_OPTION);
    assert_int_equal(cli_size(&reader, row->text, &size), row->ok);
    fclose(err);
    assert_int_equal(size, row->want);
    assert_int_equal(error_length == 0, row->ok);
    free(error);
}

static void help_shows_every_option(void **state)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    (void)state;
    cli_print_help(&command, out);
    fclose(out);
    assert_string_equal(text, "usage: faultline try [OPTION]... FILE\n\nTries.\n\n"
                              "  -j, --jobs N              how many\n"
                              "  -v, --verbose             say more\n"
                              "      --set NAME=VALUE      a setting\n"
                              "  -h, --help                this page\n");
    free(text);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(cases) + FL_COUNT(sizes) + 1];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[count++] = (struct CMUnitTest){cases[i].name, reading_row, NULL, NULL, &cases[i]};
    for (size_t i = 0; i < FL_COUNT(sizes); i++)
        tests[count++] = (struct CMUnitTest){sizes[i].name, size_row, NULL, NULL, &sizes[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(help_shows_every_option);
    return _cmocka_run_group_tests("options", tests, count, NULL, NULL);
}
