#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/bench/sample.h"

#define SAMPLE(...)                                                                                \
    {                                                                                              \
        .values = {__VA_ARGS__}, .count = sizeof((double[]){__VA_ARGS__}) / sizeof(double)         \
    }

static struct figure_case {
    const char *name;
    struct sample sample;
    double median, least, most, spread;
} figures[] = {
    {"figures: one value", SAMPLE(5), 5, 5, 5, 0},
    {"figures: an odd number", SAMPLE(3, 1, 2), 2, 1, 3, 0.7413},
    {"figures: an even number", SAMPLE(4, 1, 2, 3), 2.5, 1, 4, 0.59304},
    {"figures: an outlier moves little", SAMPLE(100, 101, 99, 100, 1), 100, 1, 101, 0.014826},
    {"figures: none", {.count = 0}, 0, 0, 0, 0},
};

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void figure_row(void **state)
{
    const struct figure_case *row = *state;
    assert_true(near(sample_median(&row->sample), row->median));
    assert_true(near(sample_least(&row->sample), row->least));
    assert_true(near(sample_most(&row->sample), row->most));
    assert_true(near(sample_spread(&row->sample), row->spread));
}

static struct compare_case {
    const char *name;
    struct sample earlier[3];
    uint32_t count;
    struct sample now;
    enum sample_aim aim;
    enum sample_change want;
} compares[] = {
    {"compare: equal", {SAMPLE(100)}, 1, SAMPLE(100), SAMPLE_MORE_IS_BETTER, SAMPLE_SAME},
    {"compare: less than two per cent is never a change",
     {SAMPLE(100)},
     1,
     SAMPLE(98.1),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_SAME},
    {"compare: less", {SAMPLE(100)}, 1, SAMPLE(97), SAMPLE_MORE_IS_BETTER, SAMPLE_WORSE},
    {"compare: more", {SAMPLE(100)}, 1, SAMPLE(103), SAMPLE_MORE_IS_BETTER, SAMPLE_BETTER},
    {"compare: more where less is better",
     {SAMPLE(100)},
     1,
     SAMPLE(103),
     SAMPLE_LESS_IS_BETTER,
     SAMPLE_WORSE},
    {"compare: one day is not another",
     {SAMPLE(100, 100)},
     1,
     SAMPLE(91, 91),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_SAME},
    {"compare: but not that different",
     {SAMPLE(100, 100)},
     1,
     SAMPLE(89, 89),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_WORSE},
    {"compare: three days prove more",
     {SAMPLE(100, 100), SAMPLE(100, 100), SAMPLE(100, 100)},
     3,
     SAMPLE(97, 97),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_WORSE},
    {"compare: rounds that differ among themselves prove little",
     {SAMPLE(100, 100)},
     1,
     SAMPLE(85, 75, 95, 65, 90),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_SAME},
    {"compare: nor does a last time of such rounds",
     {SAMPLE(100, 110, 90)},
     1,
     SAMPLE(80, 80),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_SAME},
    {"compare: nor days that differ, however even each was",
     {SAMPLE(100, 100), SAMPLE(110, 110), SAMPLE(90, 90)},
     3,
     SAMPLE(80, 80),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_SAME},
    {"compare: with the median of the earlier days, not the last",
     {SAMPLE(100, 100), SAMPLE(100, 100), SAMPLE(90, 90)},
     3,
     SAMPLE(90, 90),
     SAMPLE_MORE_IS_BETTER,
     SAMPLE_WORSE},
};

static void compare_row(void **state)
{
    const struct compare_case *row = *state;
    assert_int_equal(sample_compare(row->earlier, row->count, &row->now, row->aim).change,
                     row->want);
}

static void a_sample_has_its_bound(void **state)
{
    struct sample sample = {0};
    (void)state;
    for (int i = 0; i < SAMPLE_VALUES_MAX; i++)
        assert_true(sample_add(&sample, 1));
    assert_false(sample_add(&sample, 2));
    assert_int_equal(sample.count, SAMPLE_VALUES_MAX);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(figures) + FL_COUNT(compares) + 1] = {
        cmocka_unit_test(a_sample_has_its_bound)};
    size_t count = 1;
    for (size_t i = 0; i < FL_COUNT(figures); i++)
        tests[count++] = (struct CMUnitTest){figures[i].name, figure_row, NULL, NULL, &figures[i]};
    for (size_t i = 0; i < FL_COUNT(compares); i++)
        tests[count++] =
            (struct CMUnitTest){compares[i].name, compare_row, NULL, NULL, &compares[i]};
    return _cmocka_run_group_tests("bench sample", tests, count, NULL, NULL);
}
