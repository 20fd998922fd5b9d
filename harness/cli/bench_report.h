/* harness/cli/bench_report.h - tells what was measured, keeps it for later, and compares it with
 * what was kept. */
#ifndef HARNESS_CLI_BENCH_REPORT_H
#define HARNESS_CLI_BENCH_REPORT_H

#include <stdio.h>

#include "harness/bench/history.h"

enum { BENCH_METRICS_MAX = 12 };

struct bench_report {
    struct bench_metric metrics[BENCH_METRICS_MAX];
    uint32_t count;
    const char *history; /* compared with, then added to; NULL: none */
    const char *compare; /* only compared with; NULL: none */
    FILE *out, *err;
};

void bench_report_add(struct bench_report *report, const struct bench_metric *metric);
/* Returns the exit code: CLI_FAILED when a figure is worse, beyond noise. */
int bench_report_print(struct bench_report *report);
/* Writes a history as an SVG file to `report->out`. Returns the exit code. */
int bench_report_plot(const struct bench_report *report, const char *path);

#endif
