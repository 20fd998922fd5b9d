#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/bench/plot.h"

#define LINE(name, at, values)                                                                     \
    "{\"type\":\"bench\",\"at\":\"" at "\",\"bench\":\"sim\",\"subject\":\"a<b>&\","               \
    "\"name\":\"" name "\",\"unit\":\"/s\",\"values\":[" values "]}\n"

static const char history[] = LINE("runs", "2026-11-25", "100,90,110") LINE(
    "effects", "2026-11-25", "7") "{\"type\":\"note\"}\n" LINE("runs", "2026-11-26", "50,40,60")
    LINE("runs", "2026-11-27", "200");

/* GOLDEN_WRITE=1 writes it anew, to be looked at before it is committed. */
static void a_history_is_drawn_as_the_golden_file_has_it(void **state)
{
    char path[4096], want[16 * 1024];
    uint32_t line;
    struct fl_buf out = FL_BUF_INIT(PLOT_BYTES_MAX);
    const char *root = getenv("SOURCE_ROOT"), *anew = getenv("GOLDEN_WRITE");
    (void)state;
    snprintf(path, sizeof path, "%s/tests/golden/bench.svg", root ? root : ".");
    assert_int_equal(bench_plot(fl_span_from(history), &out, &line), FL_OK);
    FILE *file = fopen(path, anew ? "w+b" : "rb");
    assert_non_null(file);
    if (anew) {
        assert_int_equal(fwrite(out.bytes, 1, out.length, file), out.length);
        rewind(file);
    }
    size_t length = fread(want, 1, sizeof want - 1, file);
    want[length] = '\0';
    fclose(file);
    assert_string_equal(out.bytes, want);
    fl_buf_release(&out);
}

static void of_a_long_history_the_last_points_are_drawn(void **state)
{
    struct fl_buf text = FL_BUF_INIT(1024 * 1024), out = FL_BUF_INIT(PLOT_BYTES_MAX);
    uint32_t line, points = 0;
    (void)state;
    for (int i = 0; i < PLOT_POINTS_MAX + 5; i++)
        assert_int_equal(fl_buf_append_text(&text, LINE("runs", "2026", "3")), FL_OK);
    assert_int_equal(bench_plot(fl_buf_span(&text), &out, &line), FL_OK);
    for (const char *at = out.bytes; (at = strstr(at, "<circle")) != NULL; at++)
        points++;
    assert_int_equal(points, PLOT_POINTS_MAX);
    fl_buf_release(&text);
    fl_buf_release(&out);
}

static void so_many_figures_are_too_many(void **state)
{
    struct fl_buf text = FL_BUF_INIT(1024 * 1024), out = FL_BUF_INIT(PLOT_BYTES_MAX);
    uint32_t line;
    (void)state;
    for (int i = 0; i <= PLOT_PANELS_MAX; i++)
        assert_int_equal(fl_buf_printf(&text, LINE("%d", "2026", "3"), i), FL_OK);
    assert_int_equal(bench_plot(fl_buf_span(&text), &out, &line), FL_EBOUND);
    assert_int_equal(line, PLOT_PANELS_MAX + 1);
    fl_buf_release(&text);
    fl_buf_release(&out);
}

static void nothing_gives_an_empty_picture(void **state)
{
    struct fl_buf out = FL_BUF_INIT(PLOT_BYTES_MAX);
    uint32_t line;
    (void)state;
    assert_int_equal(bench_plot(FL_SPAN(""), &out, &line), FL_OK);
    assert_non_null(strstr(out.bytes, "</svg>"));
    fl_buf_release(&out);
}

static enum fl_error draw(void *context)
{
    struct fl_buf out = FL_BUF_INIT(PLOT_BYTES_MAX);
    uint32_t line;
    (void)context;
    enum fl_error err = bench_plot(fl_span_from(history), &out, &line);
    fl_buf_release(&out);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(draw, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_history_is_drawn_as_the_golden_file_has_it),
        cmocka_unit_test(of_a_long_history_the_last_points_are_drawn),
        cmocka_unit_test(so_many_figures_are_too_many),
        cmocka_unit_test(nothing_gives_an_empty_picture),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("bench plot", tests, NULL, NULL);
}
