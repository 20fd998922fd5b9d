#include "harness/report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ID_COLUMNS = 56, LINE_BYTES_MAX = 240 };

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

struct report report_init(FILE *out, const char *program, enum report_colour colour)
{
    const char *term = getenv("TERM");
    bool live = isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
    return (struct report){
        .out = out, .program = program, .colour = wants_colour(out, colour), .live = live};
}

static void print_verdict(const struct report *report, bool passed)
{
    const char *code = passed ? "32" : "1;31";
    const char *word = passed ? "PASS" : "FAIL";
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

void report_progress(struct report *report, const char *what, uint64_t runs)
{
    char count[REPORT_NUMBER_BYTES];
    if (!report->live) return;
    fprintf(report->out, "\r\x1b[K%s runs  %.60s", report_count_text(runs, count), what);
    fflush(report->out);
    report->line_shown = true;
}

static void print_counts(struct report *report, const struct report_run *run)
{
    char runs[REPORT_NUMBER_BYTES], failed[REPORT_NUMBER_BYTES];
    report_count_text(run->runs, runs);
    report_count_text(run->failed, failed);
    fprintf(report->out, "%s %s%s", runs, run->unit, plural(run->runs));
    if (!run->passed)
        fprintf(report->out, ", %s failed%s", failed, run->stopped ? ", the rest not run" : "");
}

void report_run(struct report *report, const struct report_run *run)
{
    report_clear(report);
    print_verdict(report, run->passed);
    fprintf(report->out, "  %-*s  trace %016" PRIx64 "  ", ID_COLUMNS, run->id, run->trace_hash[0]);
    print_counts(report, run);
    fputc('\n', report->out);
    fflush(report->out);
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

/* Every line of it, six columns in. */
static void print_indented(FILE *out, struct fl_span text)
{
    while (text.length && text.bytes[text.length - 1] == '\n')
        text.length--;
    while (text.length) {
        const char *end = memchr(text.bytes, '\n', text.length);
        size_t length = end ? (size_t)(end - text.bytes) : text.length;
        size_t used = length + (end ? 1 : 0);
        size_t shown = shown_length(text.bytes, length);
        fprintf(out, "      %.*s%s\n", (int)shown, text.bytes, shown < length ? "..." : "");
        text = (struct fl_span){text.bytes + used, text.length - used};
    }
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
    if (failure->replay)
        fprintf(out, "      replay    %s replay %s\n", report->program, failure->replay);
    if (failure->unwritable_folder)
        fprintf(out, "      replay    could not be written into %s\n", failure->unwritable_folder);
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
    fprintf(report->out,
            "%s run%s \xC2\xB7 %s effects/s \xC2\xB7 %s in %" PRId64 ".%" PRId64 " s\n",
            report_count_text(sums->runs, runs), plural(sums->runs),
            report_rate_text((uint64_t)per_second, rate),
            report_virtual_text(sums->virtual_us, virtual_time), tenths / 10, tenths % 10);
    fprintf(report->out, "%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
            sums->passed, sums->failed, sums->skipped);
    fflush(report->out);
}
