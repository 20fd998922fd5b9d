#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "harness/bench/history.h"

static const struct bench_metric runs = {.bench = "sim",
                                         .subject = "import/\"odd\"",
                                         .name = "runs",
                                         .unit = "/s",
                                         .sample = {.values = {1.5, 1000000}, .count = 2}};

static void a_line_reads_like_this(void **state)
{
    struct fl_buf text = FL_BUF_INIT(4096);
    (void)state;
    assert_int_equal(history_append(&text, &runs, INT64_C(1774744200000000)), FL_OK);
    assert_string_equal(text.bytes,
                        "{\"type\":\"bench\",\"at\":\"2026-03-29T00:30:00.000Z\",\"bench\":\"sim\","
                        "\"subject\":\"import/\\\"odd\\\"\",\"name\":\"runs\",\"unit\":\"/s\","
                        "\"values\":[1.500,1000000.000]}\n");
    fl_buf_release(&text);
}

static void what_was_added_is_found_and_nothing_else(void **state)
{
    struct fl_buf text = FL_BUF_INIT(4096);
    struct sample earlier[SAMPLE_EARLIER_MAX];
    struct bench_metric other = runs;
    uint32_t count = 0, line;
    (void)state;
    other.name = "effects";
    assert_int_equal(history_append(&text, &other, 0), FL_OK);
    assert_int_equal(fl_buf_append_text(&text, "{\"type\":\"note\"}\n\n"), FL_OK);
    assert_int_equal(history_append(&text, &runs, 0), FL_OK);
    assert_int_equal(history_find(fl_buf_span(&text), &runs, earlier, &count, &line), FL_OK);
    assert_int_equal(count, 1);
    assert_int_equal(earlier[0].count, 2);
    assert_true(earlier[0].values[0] == 1.5);
    fl_buf_release(&text);
}

static void of_many_the_last_are_found_in_their_order(void **state)
{
    struct fl_buf text = FL_BUF_INIT(64 * 1024);
    struct sample earlier[SAMPLE_EARLIER_MAX];
    struct bench_metric metric = runs;
    uint32_t count = 0, line;
    (void)state;
    for (int i = 0; i < 2 * SAMPLE_EARLIER_MAX; i++) {
        metric.sample.values[0] = i;
        assert_int_equal(history_append(&text, &metric, 0), FL_OK);
    }
    assert_int_equal(history_find(fl_buf_span(&text), &runs, earlier, &count, &line), FL_OK);
    assert_int_equal(count, SAMPLE_EARLIER_MAX);
    for (int i = 0; i < SAMPLE_EARLIER_MAX; i++)
        assert_true(earlier[i].values[0] == SAMPLE_EARLIER_MAX + i);
    fl_buf_release(&text);
}

#define MINE                                                                                       \
    "\"type\":\"bench\",\"bench\":\"sim\",\"subject\":\"import/\\\"odd\\\"\",\"name\":\"runs\","   \
    "\"unit\":\"/s\",\"at\":\"2026\""

static struct damage_case {
    const char *name, *text;
    uint32_t line;
} damages[] = {
    {"damage: no JSON", "{}\nnonsense\n", 2},
    {"damage: no unit", "{\"type\":\"bench\",\"bench\":\"sim\",\"values\":[1]}", 1},
    {"damage: no values", "{" MINE "}\n", 1},
    {"damage: values that are none", "\n\n{" MINE ",\"values\":[\"1\"]}", 3},
    {"damage: an empty list", "{" MINE ",\"values\":[]}", 1},
    {"damage: values that are a number", "{" MINE ",\"values\":7}", 1},
};

static void damage_row(void **state)
{
    const struct damage_case *row = *state;
    struct sample earlier[SAMPLE_EARLIER_MAX];
    uint32_t count, line = 0;
    assert_int_equal(history_find(fl_span_from(row->text), &runs, earlier, &count, &line),
                     FL_EPARSE);
    assert_int_equal(line, row->line);
}

static enum fl_error write_and_find(void *context)
{
    struct fl_buf text = FL_BUF_INIT(4096);
    struct sample earlier[SAMPLE_EARLIER_MAX];
    uint32_t count, line;
    (void)context;
    enum fl_error err = history_append(&text, &runs, 0);
    if (!err) err = history_find(fl_buf_span(&text), &runs, earlier, &count, &line);
    fl_buf_release(&text);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(write_and_find, NULL);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(damages) + 4] = {
        cmocka_unit_test(a_line_reads_like_this),
        cmocka_unit_test(what_was_added_is_found_and_nothing_else),
        cmocka_unit_test(of_many_the_last_are_found_in_their_order),
        cmocka_unit_test(every_allocation_may_fail),
    };
    size_t count = 4;
    for (size_t i = 0; i < FL_COUNT(damages); i++)
        tests[count++] = (struct CMUnitTest){damages[i].name, damage_row, NULL, NULL, &damages[i]};
    return _cmocka_run_group_tests("bench history", tests, count, NULL, NULL);
}
