#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "harness/bench/waits.h"

#define PUSH(time, who, jid)                                                                       \
    time "  " who "            redis LPUSH queue:default {\"jid\":\"" jid "\"} -> 1\n"
#define BEGINS(time, who) time "  " who "          run begins\n"
#define ENDS(time, who)   time "  " who "          run ends -> done\n"

static struct trace_case {
    const char *name, *trace;
    struct waits want;
} traces[] = {
    {"waits: one job",
     PUSH("+00:00:01.000000", "web.2", "a") BEGINS("+00:00:03.000001", "a#1")
         ENDS("+00:01:01.000000", "a#1"),
     {1, 0, 2000001, 2000001, 60000000, 60000000, 1, 0, 57999999, 57999999, 0, 0}},
    {"waits: a retry belongs to the total, and days are counted",
     PUSH("+00:00:01.000000", "web.2", "a") BEGINS("+00:00:02.000000", "a#1")
         ENDS("+00:00:02.000000", "a#1") BEGINS("+1d00:00:01.000000", "a#2")
             ENDS("+1d00:00:01.000000", "a#2"),
     {1, 0, 1000000, 1000000, INT64_C(86400000000), INT64_C(86400000000), 2, 1, 0, 0,
      INT64_C(86399000000), INT64_C(86399000000)}},
    {"waits: a run that was cut off has no service, and is no retry",
     PUSH("+00:00:01.000000", "web.2", "a") BEGINS("+00:00:02.000000", "a#1")
         BEGINS("+00:01:00.000000", "a#2") ENDS("+00:01:03.000000", "a#2"),
     {1, 0, 1000000, 1000000, 62000000, 62000000, 1, 0, 3000000, 3000000, 0, 0}},
    {"waits: medians and ninety-nine of a hundred",
     PUSH("+00:00:00.000000", "web.2", "a") PUSH("+00:00:00.000000", "web.4", "b")
         PUSH("+00:00:00.000000", "web.6", "c") BEGINS("+00:00:01.000000", "c#1")
             BEGINS("+00:00:02.000000", "b#1") BEGINS("+00:00:04.000000", "a#1")
                 ENDS("+00:00:05.000000", "c#1") ENDS("+00:00:06.000000", "b#1")
                     ENDS("+00:00:07.000000", "a#1"),
     {3, 0, 2000000, 4000000, 6000000, 7000000, 3, 0, 4000000, 4000000, 0, 0}},
    {"waits: a job that never ended, and one that another job has pushed",
     PUSH("+00:00:00.000000", "web.2", "a") BEGINS("+00:00:01.000000", "a#1")
         PUSH("+00:00:01.000000", "a#1.2", "b") BEGINS("+00:00:02.000000", "b#1")
             ENDS("+00:00:02.000000", "b#1"),
     {0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}},
    {"waits: what is said of other things",
     "+00:00:00.000000  p1               process starts\n"
     "+00:00:00.000000  web.1            redis SADD queues {\"jid\":\"a\"} -> 1\n"
     "+00:00:00.000000  p1/main          run begins\n",
     {0, 0, 0, 0, 0, 0}},
    {"waits: an empty trace", "", {0, 0, 0, 0, 0, 0}},
};

static void trace_row(void **state)
{
    const struct trace_case *row = *state;
    struct waits got;
    assert_int_equal(waits_of_trace(fl_span_from(row->trace), &got), FL_OK);
    assert_int_equal(got.jobs, row->want.jobs);
    assert_int_equal(got.others, row->want.others);
    assert_int_equal(got.wait_median_us, row->want.wait_median_us);
    assert_int_equal(got.wait_p99_us, row->want.wait_p99_us);
    assert_int_equal(got.total_median_us, row->want.total_median_us);
    assert_int_equal(got.total_p99_us, row->want.total_p99_us);
    assert_int_equal(got.runs, row->want.runs);
    assert_int_equal(got.again, row->want.again);
    assert_int_equal(got.service_median_us, row->want.service_median_us);
    assert_int_equal(got.service_p99_us, row->want.service_p99_us);
    assert_int_equal(got.retry_median_us, row->want.retry_median_us);
    assert_int_equal(got.retry_p99_us, row->want.retry_p99_us);
}

static void a_line_without_a_time_is_no_trace(void **state)
{
    struct waits got;
    (void)state;
    assert_int_equal(waits_of_trace(FL_SPAN("nonsense\n"), &got), FL_EPARSE);
    assert_int_equal(waits_of_trace(FL_SPAN("+00:00\n"), &got), FL_EPARSE);
}

static enum fl_error read_one(void *context)
{
    struct waits got;
    (void)context;
    return waits_of_trace(fl_span_from(traces[0].trace), &got);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(read_one, NULL);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(traces) + 2] = {
        cmocka_unit_test(a_line_without_a_time_is_no_trace),
        cmocka_unit_test(every_allocation_may_fail),
    };
    size_t count = 2;
    for (size_t i = 0; i < FL_COUNT(traces); i++)
        tests[count++] = (struct CMUnitTest){traces[i].name, trace_row, NULL, NULL, &traces[i]};
    return _cmocka_run_group_tests("bench waits", tests, count, NULL, NULL);
}
