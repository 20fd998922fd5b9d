#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fakes/statsd/fake_statsd.h"

static void *enter(void *context)
{
    ++*(int *)context;
    return context;
}

static void leave(void *context, void *entered)
{
    assert_ptr_equal(context, entered);
    *(int *)context += 100;
}

static void keeps_metrics_with_copies_of_their_texts(void **state)
{
    struct fake_statsd *statsd;
    char name[] = "import.success";
    struct fl_metric metric = {
        .kind = FL_METRIC_COUNT, .name = name, .value = 2, .tags = "queue:default"};
    (void)state;
    assert_int_equal(fake_statsd_new((struct fake_scope){0}, &statsd), FL_OK);
    fl_statsd_send(fake_statsd_port(statsd), &metric);
    metric.value = 3;
    metric.tags = NULL;
    fl_statsd_send(fake_statsd_port(statsd), &metric);
    memset(name, 'x', strlen(name));
    assert_int_equal(fake_statsd_count(statsd), 2);
    assert_string_equal(fake_statsd_metric(statsd, 0)->name, "import.success");
    assert_string_equal(fake_statsd_metric(statsd, 0)->tags, "queue:default");
    assert_null(fake_statsd_metric(statsd, 1)->tags);
    assert_int_equal(fake_statsd_sum(statsd, "import.success"), 5);
    assert_int_equal(fake_statsd_sum(statsd, "import.failure"), 0);
    assert_int_equal(fake_statsd_dropped(statsd), 0);
    fake_statsd_free(statsd);
}

static void enters_and_leaves_its_scope_once_a_metric(void **state)
{
    struct fake_statsd *statsd;
    const struct fl_metric metric = {.kind = FL_METRIC_GAUGE, .name = "depth", .value = 1};
    int calls = 0;
    (void)state;
    assert_int_equal(fake_statsd_new((struct fake_scope){enter, leave, &calls}, &statsd), FL_OK);
    fl_statsd_send(fake_statsd_port(statsd), &metric);
    assert_int_equal(calls, 101);
    fake_statsd_free(statsd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_metrics_with_copies_of_their_texts),
        cmocka_unit_test(enters_and_leaves_its_scope_once_a_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
