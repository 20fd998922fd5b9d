#include "harness/cli/bench_report.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/assert.h"
#include "harness/bench/plot.h"
#include "harness/cli/options.h"
#include "harness/report/report.h"

enum { LINES_BYTES_MAX = 1024 * 1024, CHUNK_BYTES = 64 * 1024 };

void bench_report_add(struct bench_report *report, const struct bench_metric *metric)
{
    fl_assert(report->count < BENCH_METRICS_MAX);
    report->metrics[report->count++] = *metric;
}

/* --- files --- */
static int cannot(const struct bench_report *report, const char *path, const char *why)
{
    fprintf(report->err, "faultline bench: %s: %s\n", path, why);
    return CLI_HARNESS_FAULT;
}

/* A history that is not there yet is an empty one. */
static int read_history(const struct bench_report *report, const char *path, struct fl_buf *text)
{
    char chunk[CHUNK_BYTES];
    size_t count;
    enum fl_error err = FL_OK;
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT && path == report->history) return CLI_PASSED;
    if (!file) return cannot(report, path, strerror(errno));
    while (!err && (count = fread(chunk, 1, sizeof chunk, file)) > 0)
        err = fl_buf_append(text, chunk, count);
    bool whole = !ferror(file);
    fclose(file);
    if (err) return cannot(report, path, fl_error_text(err));
    return whole ? CLI_PASSED : cannot(report, path, fl_error_text(FL_EIO));
}

static int add_to_history(const struct bench_report *report)
{
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < report->count && !err; i++)
        err = history_append(&lines, &report->metrics[i], (int64_t)time(NULL) * 1000000);
    const char *why = err ? fl_error_text(err) : NULL;
    FILE *file = err ? NULL : fopen(report->history, "ab");
    if (!err && !file) why = strerror(errno);
    if (file && fwrite(lines.bytes, 1, lines.length, file) != lines.length) why = strerror(errno);
    if (file && fclose(file) != 0) why = strerror(errno);
    fl_buf_release(&lines);
    return why ? cannot(report, report->history, why) : CLI_PASSED;
}

/* --- figures --- */
static const char *figure(double value, char text[REPORT_NUMBER_BYTES])
{
    if (value >= 100) return report_count_text((uint64_t)llround(value), text);
    snprintf(text, REPORT_NUMBER_BYTES, "%.2f", value);
    return text;
}

static void print_metric(const struct bench_report *report, const struct bench_metric *metric)
{
    char median[REPORT_NUMBER_BYTES], least[REPORT_NUMBER_BYTES], most[REPORT_NUMBER_BYTES];
    const struct sample *sample = &metric->sample;
    fprintf(report->out, "  %-14s %12s %-3s %s .. %s, spread %.1f %%\n", metric->name,
            figure(sample_median(sample), median), metric->unit,
            figure(sample_least(sample), least), figure(sample_most(sample), most),
            100 * sample_spread(sample));
}

static const char *change_text(enum sample_change change)
{
    switch (change) {
    case SAMPLE_SAME: return "no change";
    case SAMPLE_BETTER: return "better";
    case SAMPLE_WORSE: return "WORSE";
    }
    fl_panic("a change without a word");
}

static int damaged(const struct bench_report *report, const char *path, uint32_t line,
                   enum fl_error err)
{
    fprintf(report->err, "%s:%u:1: expected a line of `faultline bench --history`: %s\n", path,
            line, fl_error_text(err));
    return CLI_USAGE;
}

static int compare(const struct bench_report *report, const struct bench_metric *metric,
                   const char *path, struct fl_span text)
{
    struct sample earlier[SAMPLE_EARLIER_MAX];
    uint32_t count, line;
    enum fl_error err = history_find(text, metric, earlier, &count, &line);
    if (err) return damaged(report, path, line, err);
    if (count == 0) {
        fprintf(report->out, "  %-14s not in %s yet\n", metric->name, path);
        return CLI_PASSED;
    }
    struct sample_comparison seen = sample_compare(earlier, count, &metric->sample, metric->aim);
    fprintf(report->out, "  %-14s %+.1f %% against %u earlier, noise %.1f %%: %s\n", metric->name,
            100 * seen.by, count, 100 * seen.noise, change_text(seen.change));
    return seen.change == SAMPLE_WORSE && !metric->limit ? CLI_FAILED : CLI_PASSED;
}

static int compare_all(const struct bench_report *report, const char *path)
{
    struct fl_buf text = FL_BUF_INIT(HISTORY_BYTES_MAX);
    int code = read_history(report, path, &text), worst = code;
    for (uint32_t i = 0; i < report->count && code <= CLI_FAILED; i++) {
        code = compare(report, &report->metrics[i], path, fl_buf_span(&text));
        if (code > worst) worst = code;
    }
    fl_buf_release(&text);
    return worst;
}

int bench_report_print(struct bench_report *report)
{
    int code = CLI_PASSED;
    for (uint32_t i = 0; i < report->count; i++)
        print_metric(report, &report->metrics[i]);
    if (report->compare) code = compare_all(report, report->compare);
    if (report->history && code <= CLI_FAILED) {
        int seen = compare_all(report, report->history);
        if (seen > code) code = seen;
    }
    if (!report->history || code > CLI_FAILED) return code;
    int added = add_to_history(report);
    return added ? added : code;
}

int bench_report_plot(const struct bench_report *report, const char *path)
{
    struct fl_buf text = FL_BUF_INIT(HISTORY_BYTES_MAX), picture = FL_BUF_INIT(PLOT_BYTES_MAX);
    uint32_t line = 0;
    int code = read_history(report, path, &text);
    if (code == CLI_PASSED) {
        enum fl_error err = bench_plot(fl_buf_span(&text), &picture, &line);
        if (err == FL_EPARSE)
            code = damaged(report, path, line, err);
        else if (err)
            code = cannot(report, path, fl_error_text(err));
        else
            fwrite(picture.bytes, 1, picture.length, report->out); /* main looks after its errors */
    }
    fl_buf_release(&picture);
    fl_buf_release(&text);
    return code;
}
