#include "harness/report/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "harness/report/report.h"

enum { SECOND_US = 1000 * 1000, SETTLED_US = 2 * SECOND_US };

/* By runs where their number is known, otherwise by scenarios, as if all took the same time. */
int64_t report_progress_left_s(const struct report_progress *progress)
{
    bool by_runs = progress->runs_total > 0;
    uint64_t done = by_runs ? progress->runs : progress->scenarios_done;
    uint64_t total = by_runs ? progress->runs_total : progress->scenarios;
    if (done == 0 || total < done || progress->real_us < SETTLED_US) return -1;
    double left_us = (double)progress->real_us * (double)(total - done) / (double)done;
    return (int64_t)((left_us + SECOND_US - 1) / SECOND_US);
}

static void left_text(int64_t left_s, char text[REPORT_NUMBER_BYTES])
{
    text[0] = '\0';
    if (left_s < 0) return;
    if (left_s < 120)
        snprintf(text, REPORT_NUMBER_BYTES, ", about %" PRId64 " s left", left_s);
    else
        snprintf(text, REPORT_NUMBER_BYTES, ", about %" PRId64 " min left", (left_s + 59) / 60);
}

/* To so many columns, each character taken for one, and never inside a character. */
static void cut(char *text, int columns)
{
    struct fl_span rest = fl_span_from(text);
    while (rest.length && columns-- > 0) {
        size_t length = fl_utf8_sequence(rest);
        if (!length) break;
        rest = (struct fl_span){rest.bytes + length, rest.length - length};
    }
    text[rest.bytes - text] = '\0';
}

void report_progress_text(const struct report_progress *progress, int width,
                          char ret_text[REPORT_PROGRESS_BYTES])
{
    char runs[REPORT_NUMBER_BYTES], rate[REPORT_NUMBER_BYTES], left[REPORT_NUMBER_BYTES];
    double real_us = progress->real_us > 0 ? (double)progress->real_us : 1;
    report_rate_text((uint64_t)((double)progress->runs * SECOND_US / real_us), rate);
    left_text(report_progress_left_s(progress), left);
    snprintf(ret_text, REPORT_PROGRESS_BYTES, "%" PRIu64 "/%" PRIu64 "  %s run%s, %s/s%s  %s",
             progress->scenarios_done, progress->scenarios, report_count_text(progress->runs, runs),
             progress->runs == 1 ? "" : "s", rate, left, progress->what);
    cut(ret_text, width - 1);
}
