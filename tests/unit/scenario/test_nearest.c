#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/words.h"

static struct distance_case {
    const char *name, *a, *b;
    uint32_t want;
} distances[] = {
    {"distance: equal words", "kill", "kill", 0},
    {"distance: one letter more", "kil", "kill", 1},
    {"distance: one letter other", "bill", "kill", 1},
    {"distance: neighbours swapped count once", "ikll", "kill", 1},
    {"distance: a swap at the end", "expetc", "expect", 1},
    {"distance: an empty word", "", "kill", 4},
    {"distance: nothing in common", "abc", "xyz", 3},
};

static void distance_row(void **state)
{
    const struct distance_case *row = *state;
    struct fl_span a = fl_span_from(row->a), b = fl_span_from(row->b);
    assert_int_equal(nearest_distance(a, b), row->want);
    assert_int_equal(nearest_distance(b, a), row->want);
}

static struct suggestion_case {
    const char *name, *text, *want; /* NULL: none */
} suggestions[] = {
    {"suggestion: a swapped statement", "fualt", "fault"},
    {"suggestion: one letter short", "enqueu", "enqueue"},
    {"suggestion: the beginning of a word", "sce", "scenario"},
    {"suggestion: nothing is close", "zebra", NULL},
    {"suggestion: an empty word suggests nothing", "", NULL},
};

static void suggestion_row(void **state)
{
    const struct suggestion_case *row = *state;
    const char *near = words_nearest(&words_statements, fl_span_from(row->text));
    if (row->want)
        assert_string_equal(near, row->want);
    else
        assert_null(near);
}

static void a_word_that_is_too_long_is_never_near(void **state)
{
    static const char text[] =
        "01234567890123456789012345678901234567890123456789012345678901234567890123456789";
    (void)state;
    assert_int_equal(nearest_distance(fl_span_from(text), FL_SPAN("kill")), UINT32_MAX);
    assert_null(words_nearest(&words_statements, fl_span_from(text)));
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(distances) + FL_COUNT(suggestions) + 1];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(distances); i++)
        tests[count++] =
            (struct CMUnitTest){distances[i].name, distance_row, NULL, NULL, &distances[i]};
    for (size_t i = 0; i < FL_COUNT(suggestions); i++)
        tests[count++] =
            (struct CMUnitTest){suggestions[i].name, suggestion_row, NULL, NULL, &suggestions[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_word_that_is_too_long_is_never_near);
    return _cmocka_run_group_tests("nearest", tests, count, NULL, NULL);
}
