/* A plan printed is a scenario that reads back as the same plan: of
 * tests/golden/every-line.scenario, which uses every word of the language, and of every scenario of
 * the suite. */
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
#include "harness/scenario/parse.h"
#include "harness/scenario/words.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static int enter_source_root(void **state)
{
    const char *root = getenv("SOURCE_ROOT");
    (void)state;
    return root ? chdir(root) : 0;
}

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

static struct fl_buf formatted(const char *path, struct fl_span text)
{
    struct fl_buf message = FL_BUF_INIT(TEXT_BYTES_MAX), out = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    if (scenario_parse(path, text, NULL, 0, &plan, &message)) fail_msg("%s", message.bytes);
    assert_int_equal(scenario_format(plan, &out), FL_OK);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return out;
}

static void every_line_prints_as_the_golden_file_says(void **state)
{
    struct fl_buf source = contents("tests/golden/every-line.scenario");
    struct fl_buf want = contents("tests/golden/every-line.formatted");
    struct fl_buf once = formatted("tests/golden/every-line.scenario", fl_buf_span(&source));
    (void)state;
    assert_string_equal(once.bytes, want.bytes);
    fl_buf_release(&source);
    fl_buf_release(&want);
    fl_buf_release(&once);
}

static void assert_words_stand_in(const struct words *words, const char *text)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->rows[i].text;
        if (!strstr(text, word))
            fail_msg("tests/golden/every-line.scenario never uses \"%s\"", word);
    }
}

static void the_golden_scenario_uses_every_word(void **state)
{
    struct fl_buf source = contents("tests/golden/every-line.scenario");
    (void)state;
    for (const struct words *const *section = words_sections; *section; section++)
        assert_words_stand_in(*section, source.bytes);
    assert_words_stand_in(&words_conditions, source.bytes);
    assert_words_stand_in(&words_compares, source.bytes);
    fl_buf_release(&source);
}

static void a_printed_scenario_reads_back_as_itself(void **state)
{
    glob_t paths;
    (void)state;
    assert_int_equal(glob("scenarios/*/*.scenario", 0, NULL, &paths), 0);
    assert_int_equal(glob("tests/golden/*.scenario", GLOB_APPEND, NULL, &paths), 0);
    assert_true(paths.gl_pathc > 10);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        const char *path = paths.gl_pathv[i];
        struct fl_buf source = contents(path);
        struct fl_buf once = formatted(path, fl_buf_span(&source));
        struct fl_buf twice = formatted(path, fl_buf_span(&once));
        assert_string_equal(once.bytes, twice.bytes);
        fl_buf_release(&source);
        fl_buf_release(&once);
        fl_buf_release(&twice);
    }
    globfree(&paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_prints_as_the_golden_file_says),
        cmocka_unit_test(the_golden_scenario_uses_every_word),
        cmocka_unit_test(a_printed_scenario_reads_back_as_itself),
    };
    return cmocka_run_group_tests(tests, enter_source_root, NULL);
}
