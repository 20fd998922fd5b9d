#include "workers/run_report.h"

#include <stdio.h>

#include "core/assert.h"

enum { NAME_BYTES = 96, TAGS_BYTES = 160 };

static void send(struct fl_job *job, const struct run_report *report, enum fl_metric_kind kind,
                 const char *what, int64_t value)
{
    char name[NAME_BYTES], tags[TAGS_BYTES];
    snprintf(name, sizeof name, "%s.%s", report->subject, what);
    snprintf(tags, sizeof tags, "worker:%s,queue:%s", fl_job_class(job), fl_job_queue(job));
    struct fl_metric metric = {.kind = kind, .name = name, .value = value, .tags = tags};
    fl_statsd_send(fl_job_statsd(job), &metric);
}

struct run_report run_report_begin(struct fl_job *job, const char *subject)
{
    char event[NAME_BYTES], key[NAME_BYTES];
    snprintf(event, sizeof event, "%s_processing_started", subject);
    snprintf(key, sizeof key, "%s_id", subject);
    const struct fl_log_field fields[] = {
        {"event", fl_span_from(event), FL_LOG_TEXT},
        {key, fl_json_raw(fl_json_element(fl_job_args(job), 0)), FL_LOG_RAW_JSON},
        {"worker", fl_span_from(fl_job_class(job)), FL_LOG_TEXT},
    };
    fl_job_log_fields(job, FL_LOG_INFO, event, fields, FL_COUNT(fields));
    return (struct run_report){.subject = subject,
                               .started_us = fl_clock_mono_us(fl_job_clock(job))};
}

enum fl_outcome run_report_end(struct fl_job *job, const struct run_report *report,
                               enum fl_outcome outcome)
{
    int64_t took_us = fl_clock_mono_us(fl_job_clock(job)) - report->started_us;
    send(job, report, FL_METRIC_TIMING_MS, "processing_time", took_us / 1000);
    send(job, report, FL_METRIC_COUNT, outcome == FL_FAILED ? "failure" : "success", 1);
    return outcome;
}

void run_report_count(struct fl_job *job, const struct run_report *report, const char *what,
                      int64_t value)
{
    send(job, report, FL_METRIC_COUNT, what, value);
}
