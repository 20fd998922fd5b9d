/* What a layout changes, and that it changes no more: of single lines, and of every scenario of the
 * suite. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/scenario/format.h"
#include "harness/scenario/layout.h"
#include "harness/scenario/parse.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static struct fl_buf laid_out(struct fl_span text)
{
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(scenario_layout(text, &out), FL_OK);
    assert_int_equal(fl_buf_append_text(&out, ""), FL_OK);
    return out;
}

static struct layout_case {
    const char *name, *before, *after;
} cases[] = {
    {"layout: blanks between words are one", "expect\t j   done  \n", "expect   j done\n"},
    {"layout: a long statement has one blank behind it", "enqueue-bulk  j W []\n",
     "enqueue-bulk j W []\n"},
    {"layout: a line begins at its first word", "   seed 3\n", "seed     3\n"},
    {"layout: the last line ends", "seed     3", "seed     3\n"},
    {"layout: the mark of UTF-8 and carriage returns go", "\xEF\xBB\xBFseed 3\r\n", "seed     3\n"},
    {"layout: one empty line stays, more do not", "\n\nseed 3\n\n \n\nidle exact\n\n",
     "seed     3\n\nidle     exact\n"},
    {"layout: an empty file stays empty", "\n \n", ""},
    {"layout: a comment begins in the first column", "   #  why  not? \n", "#  why  not?\n"},
    {"layout: two blanks before a comment", "seed 3 #x\n", "seed     3  #x\n"},
    {"layout: prose keeps its blanks", "why\t a  \"b  # c \n", "why      a  \"b  # c\n"},
    {"layout: quotes and escapes stay", "expect  \"a  b\"   error~\"x\\\"  y\" done\n",
     "expect   \"a  b\" error~\"x\\\"  y\" done\n"},
    {"layout: settings and ranges stay", "set x  3\nenqueue j-{1..3}  ${x}$x [{1..3}]\n",
     "set      x 3\nenqueue  j-{1..3} ${x}$x [{1..3}]\n"},
    {"layout: a line without a form stays", "  expect   \"j  done \n", "expect   \"j  done\n"},
    {"layout: a setting of another variant stays a name", "variant b\nvary x  3\nseed  $x  $y\n",
     "variant  b\nvary     x 3\nseed  $x  $y\n"},
    {"layout: arguments stay, which are pushed as they are", "enqueue  j  W  [ 1,2 ]  in 5s\n",
     "enqueue  j W [ 1,2 ] in 5s\n"},
};

static void layout_row(void **state)
{
    const struct layout_case *row = *state;
    struct fl_buf once = laid_out(fl_span_from(row->before));
    struct fl_buf twice = laid_out(fl_buf_span(&once));
    assert_string_equal(once.bytes, row->after);
    assert_string_equal(twice.bytes, row->after);
    fl_buf_release(&once);
    fl_buf_release(&twice);
}

/* --- files --- */
static struct fl_buf contents(const char *path)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    char chunk[4096];
    size_t count;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0)
        assert_int_equal(fl_buf_append(&text, chunk, count), FL_OK);
    fclose(file);
    return text;
}

static struct fl_buf plan_of(const char *path, struct fl_span text)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX), out = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    if (scenario_parse(path, text, NULL, 0, &plan, &message)) fail_msg("%s", message.bytes);
    assert_int_equal(scenario_format(plan, &out), FL_OK);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return out;
}

/* As if a careless person had written it: more blanks, more empty lines. */
static struct fl_buf spread(struct fl_span text)
{
    struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
    bool quoted = false, first = true;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '"' && text.bytes[i - 1] != '\\') quoted = !quoted;
        enum fl_error err = fl_buf_append_char(&out, c);
        if (!err && c == ' ' && !quoted && first) err = fl_buf_append_text(&out, " \t");
        if (!err && c == '\n') err = fl_buf_append_text(&out, "\n ");
        assert_int_equal(err, FL_OK);
        first = c == '\n' || (first && c != ' ');
        if (c == '\n') quoted = false;
    }
    return out;
}

static void assert_stays_the_same_plan(const char *path)
{
    struct fl_buf source = contents(path), careless = spread(fl_buf_span(&source));
    struct fl_buf once = laid_out(fl_buf_span(&careless));
    struct fl_buf twice = laid_out(fl_buf_span(&once));
    struct fl_buf want = plan_of(path, fl_buf_span(&source));
    struct fl_buf got = plan_of(path, fl_buf_span(&once));
    assert_string_equal(got.bytes, want.bytes);
    assert_string_equal(twice.bytes, once.bytes);
    fl_buf_release(&source);
    fl_buf_release(&careless);
    fl_buf_release(&once);
    fl_buf_release(&twice);
    fl_buf_release(&want);
    fl_buf_release(&got);
}

static void every_scenario_stays_the_same_plan(void **state)
{
    glob_t paths;
    (void)state;
    const char *root = getenv("SOURCE_ROOT");
    if (root) assert_int_equal(chdir(root), 0);
    assert_int_equal(glob("scenarios/*/*.scenario", 0, NULL, &paths), 0);
    assert_int_equal(glob("tests/golden/*.scenario", GLOB_APPEND, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        assert_stays_the_same_plan(paths.gl_pathv[i]);
    globfree(&paths);
}

/* The suite is laid out: whoever adds a scenario runs `faultline fmt`. */
static void every_scenario_of_the_suite_is_laid_out(void **state)
{
    glob_t paths;
    (void)state;
    assert_int_equal(glob("scenarios/*/*.scenario", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        struct fl_buf source = contents(paths.gl_pathv[i]);
        struct fl_buf out = laid_out(fl_buf_span(&source));
        if (!fl_span_equal(fl_buf_span(&source), fl_buf_span(&out)))
            fail_msg("%s is not laid out: faultline fmt scenarios", paths.gl_pathv[i]);
        fl_buf_release(&source);
        fl_buf_release(&out);
    }
    globfree(&paths);
}

int main(void)
{
    enum { ROWS = sizeof cases / sizeof cases[0] };
    struct CMUnitTest tests[ROWS + 2] = {
        cmocka_unit_test(every_scenario_stays_the_same_plan),
        cmocka_unit_test(every_scenario_of_the_suite_is_laid_out),
    };
    for (size_t i = 0; i < ROWS; i++)
        tests[2 + i] = (struct CMUnitTest){cases[i].name, layout_row, NULL, NULL, &cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
