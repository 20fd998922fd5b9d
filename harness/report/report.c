#include "harness/report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/report/format.h"
#include "harness/report/quote.h"

enum {
    ID_COLUMNS = 56,
    ID_COLUMNS_MIN = 24,
    BESIDE_ID_COLUMNS = 44, /* what stands in a scenario's line besides its name */
    LINE_BYTES_MAX = 240,
    WIDTH_USUAL = 80,
    VISIBLE_BYTES_MAX = 16 * 1024 * 1024
};

/* --- colour --- */
bool report_colour_parse(const char *text, enum report_colour *ret_colour)
{
    static const char *const names[] = {
        [REPORT_AUTO] = "auto", [REPORT_ALWAYS] = "always", [REPORT_NEVER] = "never"};
    for (int i = REPORT_AUTO; i <= REPORT_NEVER; i++)
        if (strcmp(text, names[i]) == 0) {
            *ret_colour = (enum report_colour)i;
            return true;
        }
    return false;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static bool wants_colour(FILE *out, enum report_colour colour)
{
    const char *term = getenv("TERM");
    if (colour != REPORT_AUTO) return colour == REPORT_ALWAYS;
    if (is_set("NO_COLOR")) return false;
    if (is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE")) return true;
    return isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
}

static int terminal_width(FILE *out)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 0;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
    return width > 0 ? width : WIDTH_USUAL;
}

struct report report_init(FILE *out, const char *program, enum report_colour colour)
{
    const char *term = getenv("TERM");
    bool live = isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
    return (struct report){.out = out,
                           .program = program,
                           .colour = wants_colour(out, colour),
                           .live = live,
                           .width = live ? terminal_width(out) : 0,
                           .closing = FL_BUF_INIT(REPORT_CLOSING_BYTES_MAX)};
}

void report_release(struct report *report)
{
    fl_buf_release(&report->closing);
}

/* OPEN as a court says it: there was a trial, and no verdict can be given. */
static void print_verdict(const struct report *report, enum report_verdict verdict)
{
    bool passed = verdict == REPORT_PASSED, fails = report_verdict_fails(verdict);
    const char *code = passed ? "32" : fails ? "1;31" : "33";
    const char *word = passed ? "PASS" : fails ? "FAIL" : "OPEN";
    if (report->colour)
        fprintf(report->out, "\x1b[%sm%s\x1b[0m", code, word);
    else
        fputs(word, report->out);
}

/* --- numbers --- */
const char *report_count_text(uint64_t number, char text[REPORT_NUMBER_BYTES])
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number), out = 0;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) text[out++] = ',';
        text[out++] = digits[i];
    }
    text[out] = '\0';
    return text;
}

const char *report_rate_text(uint64_t per_second, char text[REPORT_NUMBER_BYTES])
{
    if (per_second >= 1000 * 1000)
        snprintf(text, REPORT_NUMBER_BYTES, "%" PRIu64 ".%" PRIu64 " M", per_second / 1000000,
                 per_second / 100000 % 10);
    else
        report_count_text(per_second, text);
    return text;
}

const char *report_virtual_text(int64_t us, char text[REPORT_NUMBER_BYTES])
{
    static const struct {
        int64_t us;
        const char *name;
    } units[] = {{INT64_C(86400000000), "days"},
                 {INT64_C(3600000000), "hours"},
                 {INT64_C(60000000), "minutes"},
                 {INT64_C(1000000), "seconds"}};
    char count[REPORT_NUMBER_BYTES];
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof units[0] && us < 2 * units[i].us)
        i++;
    report_count_text((uint64_t)(us / units[i].us), count);
    snprintf(text, REPORT_NUMBER_BYTES, "%.20s virtual %s", count, units[i].name);
    return text;
}

/* --- scenarios --- */
static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void report_clear(struct report *report)
{
    if (report->line_shown) fputs("\r\x1b[K", report->out);
    report->line_shown = false;
}

void report_progress(struct report *report, const struct report_progress *progress)
{
    char text[REPORT_PROGRESS_BYTES];
    if (!report->live) return;
    report_progress_text(progress, report->width, text);
    fprintf(report->out, "\r\x1b[K%s", text);
    fflush(report->out);
    report->line_shown = true;
}

/* Payloads make long lines; the whole of them stands in the trace. Cut between characters. */
static size_t shown_length(const char *line, size_t length)
{
    if (length <= LINE_BYTES_MAX) return length;
    size_t cut = LINE_BYTES_MAX;
    while (cut > 0 && ((unsigned char)line[cut] & 0xc0) == 0x80)
        cut--;
    return cut;
}

/* GitHub's machines obey lines that begin with these, blanks before them or not. */
static bool is_command(struct fl_span line)
{
    while (line.length && (line.bytes[0] == ' ' || line.bytes[0] == '\t'))
        line = (struct fl_span){line.bytes + 1, line.length - 1};
    return fl_span_starts(line, FL_SPAN("::")) || fl_span_starts(line, FL_SPAN("##["));
}

/* Every line of it, six columns in; a terminal is not to be led by what a job has said. */
static void print_indented(FILE *out, struct fl_span raw)
{
    struct fl_buf visible = FL_BUF_INIT(VISIBLE_BYTES_MAX);
    enum fl_error err = report_quote_visible(&visible, raw);
    struct fl_span text = err ? fl_span_from(fl_error_text(err)) : fl_buf_span(&visible);
    while (text.length && text.bytes[text.length - 1] == '\n')
        text.length--;
    while (text.length) {
        const char *end = memchr(text.bytes, '\n', text.length);
        size_t length = end ? (size_t)(end - text.bytes) : text.length;
        size_t used = length + (end ? 1 : 0);
        size_t shown = shown_length(text.bytes, length);
        fputs("      ", out);
        if (is_command((struct fl_span){text.bytes, length})) fputs("\\", out);
        fprintf(out, "%.*s%s\n", (int)shown, text.bytes, shown < length ? "..." : "");
        text = (struct fl_span){text.bytes + used, text.length - used};
    }
    fl_buf_release(&visible);
}

static void print_counts(struct report *report, const struct report_run *run)
{
    struct fl_buf text = FL_BUF_INIT(1024);
    enum fl_error err = report_append_counts(&text, run);
    fputs(err ? fl_error_text(err) : text.bytes, report->out);
    fl_buf_release(&text);
}

/* Files are given lines of one form; a narrow terminal has no room for the column. */
static int id_columns(const struct report *report)
{
    int room = report->width - BESIDE_ID_COLUMNS;
    if (!report->live || room >= ID_COLUMNS) return ID_COLUMNS;
    return room < ID_COLUMNS_MIN ? ID_COLUMNS_MIN : room;
}

/* --verbose: what is claimed, and what it took to see. */
static void print_costs(struct report *report, const struct report_run *run)
{
    char effects[REPORT_NUMBER_BYTES], virtual_time[REPORT_NUMBER_BYTES];
    if (run->title) print_indented(report->out, fl_span_from(run->title));
    fprintf(report->out, "      %s effects \xC2\xB7 %s in %" PRId64 ".%03" PRId64 " s\n",
            report_count_text(run->effects, effects),
            report_virtual_text(run->virtual_us, virtual_time), run->real_us / 1000000,
            run->real_us / 1000 % 1000);
}

void report_run(struct report *report, const struct report_run *run)
{
    bool passed = run->verdict == REPORT_PASSED;
    report->told++;
    if (passed && report->detail == REPORT_QUIET) return;
    report_clear(report);
    print_verdict(report, run->verdict);
    fprintf(report->out, "  %-*s  trace %016" PRIx64 "  ", id_columns(report), run->id,
            run->trace_hash[0]);
    print_counts(report, run);
    fputc('\n', report->out);
    if (report->detail == REPORT_VERBOSE) print_costs(report, run);
    fflush(report->out);
}

/* A line of the list at the end; a list past its bound is cut, since the failures stand above. */
static void remember(struct report *report, const struct report_run *run,
                     const struct report_failure *failure)
{
    struct fl_buf line = FL_BUF_INIT(REPORT_CLOSING_BYTES_MAX);
    enum fl_error err = fl_buf_printf(&line, "      %s", run->path);
    if (!err && failure->line) err = fl_buf_printf(&line, ":%" PRIu32 ":1", failure->line);
    if (!err && failure->replay) err = fl_buf_append_text(&line, "    ");
    if (!err) err = report_append_replay(&line, report->program, failure);
    if (!err) err = fl_buf_append_char(&line, '\n');
    if (!err) err = fl_buf_append_span(&report->closing, fl_buf_span(&line));
    (void)err;
    fl_buf_release(&line);
}

void report_failure(struct report *report, const struct report_run *run,
                    const struct report_failure *failure)
{
    FILE *out = report->out;
    if (failure->line) fprintf(out, "      %s:%u:1\n", run->path, failure->line);
    if (failure->swept_at.length)
        fprintf(out, "      swept     %.*s\n", FL_SPAN_ARGS(failure->swept_at));
    print_indented(out, failure->text);
    fprintf(out, "      seed      %" PRIu64 "\n", failure->seed);
    struct fl_buf command = FL_BUF_INIT(REPORT_CLOSING_BYTES_MAX);
    if (failure->minimal)
        fprintf(out, "      minimal   %s (%" PRIu32 " lines)\n", failure->minimal,
                failure->minimal_lines);
    enum fl_error err = report_append_replay(&command, report->program, failure);
    if (failure->picture) fprintf(out, "      picture   %s\n", failure->picture);
    if (failure->unpictured_folder)
        fprintf(out, "      picture   could not be drawn in %s\n", failure->unpictured_folder);
    if (err) fprintf(out, "      replay    %s: %s\n", failure->replay, fl_error_text(err));
    if (!err && failure->replay) fprintf(out, "      replay    %s\n", command.bytes);
    fl_buf_release(&command);
    if (failure->unwritable_folder)
        fprintf(out, "      replay    could not be written into %s\n", failure->unwritable_folder);
    if (report_verdict_fails(run->verdict)) remember(report, run, failure);
    fflush(out);
}

/* --- sums --- */
void report_sums(struct report *report, const struct report_sums *sums)
{
    char runs[REPORT_NUMBER_BYTES], rate[REPORT_NUMBER_BYTES], virtual_time[REPORT_NUMBER_BYTES];
    int64_t real_us = sums->real_us > 0 ? sums->real_us : 1;
    double per_second = (double)sums->effects * 1e6 / (double)real_us;
    int64_t tenths = (real_us + 50 * 1000) / (100 * 1000);
    report_clear(report);
    if (report->closing.length && report->told > 1)
        fprintf(report->out, "failed:\n%s", report->closing.bytes);
    fprintf(report->out, "%s run%s \xC2\xB7 %s effects/s \xC2\xB7 %s in %" PRId64 ".%" PRId64 " s",
            report_count_text(sums->runs, runs), plural(sums->runs),
            report_rate_text((uint64_t)per_second, rate),
            report_virtual_text(sums->virtual_us, virtual_time), tenths / 10, tenths % 10);
    if (sums->indeterminate)
        fprintf(report->out, " \xC2\xB7 %" PRIu64 " of the skipped indeterminate",
                sums->indeterminate);
    fprintf(report->out, "\n%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
            sums->passed, sums->failed, sums->skipped);
    fflush(report->out);
}
