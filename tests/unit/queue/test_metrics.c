/* The names and tags of what is sent to StatsD. */
#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "queue/metrics.h"

struct heard {
    char text[256];
};

static void hear(void *self, const struct fl_metric *metric)
{
    struct heard *heard = self;
    snprintf(heard->text, sizeof heard->text, "%s=%d %s", metric->name, (int)metric->value,
             metric->tags ? metric->tags : "-");
}

static const struct fl_statsd_ops ops = {.send = hear};

static struct metric_case {
    const char *name;
    struct fl_process_options options;
    struct fl_metrics_of of;
    const char *want;
} cases[] = {
    {"metric: with its tags",
     {.job_metrics = true},
     {"W", "low", "IOError"},
     "jobs.x=2 worker:W,queue:low,error_type:IOError"},
    {"metric: without any", {.job_metrics = true}, {0}, "jobs.x=2 -"},
    {"metric: the queue alone", {.job_metrics = true}, {.queue = "low"}, "jobs.x=2 queue:low"},
    {"metric: of line 8",
     {.job_metrics = true, .wire = FL_WIRE_8},
     {.worker = "W"},
     "sidekiq.jobs.x=2 worker:W"},
    {"metric: what would end a tag",
     {.job_metrics = true},
     {"A,b|c#d\ne", "q,worker:x", NULL},
     "jobs.x=2 worker:A_b_c_d_e,queue:q_worker:x"},
    {"metric: not asked for", {0}, {.worker = "W"}, ""},
};

static void metric_row(void **state)
{
    const struct metric_case *row = *state;
    struct fl_settings settings;
    struct fl_metrics metrics;
    struct heard heard = {""};
    const char *problem;
    assert_int_equal(fl_settings_init(&settings, &row->options, &problem), FL_OK);
    fl_metrics_init(&metrics, &settings, (struct fl_statsd){&ops, &heard});
    fl_metrics_count(&metrics, "jobs.x", 2, &row->of);
    assert_string_equal(heard.text, row->want);
}

static void times_are_rounded_to_milliseconds(void **state)
{
    struct heard heard = {""};
    const struct fl_metrics metrics = {{&ops, &heard}, ""};
    (void)state;
    fl_metrics_timing(&metrics, "t", 1499, &(struct fl_metrics_of){0});
    assert_string_equal(heard.text, "t=1 -");
    fl_metrics_timing(&metrics, "t", 1500, &(struct fl_metrics_of){0});
    assert_string_equal(heard.text, "t=2 -");
    fl_metrics_timing(NULL, "t", 1, &(struct fl_metrics_of){0});
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, metric_row, cases, FL_COUNT(cases), sizeof(cases[0]));
    rows.tests[rows.count++] =
        (struct CMUnitTest)cmocka_unit_test(times_are_rounded_to_milliseconds);
    return rows_run(&rows, "metrics");
}
