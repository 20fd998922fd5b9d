#include "harness/report/format.h"

#include <inttypes.h>

#include "core/assert.h"
#include "harness/report/quote.h"
#include "harness/report/report.h"

static const struct report_format *const formats[] = {&report_junit, &report_tap, &report_jsonl,
                                                      &report_github, &report_markdown};

const struct report_format *report_format_named(struct fl_span name, const char **ret_names)
{
    for (size_t i = 0; i < FL_COUNT(formats); i++)
        if (fl_span_is(name, formats[i]->name)) return formats[i];
    *ret_names = "junit, tap, jsonl, github or markdown";
    return NULL;
}

/* --- a document --- */
void report_document_begin(struct report_document *document, const struct report_format *format,
                           const char *program, uint64_t total)
{
    *document = (struct report_document){.format = format, .program = program, .total = total};
    document->out = FL_BUF_INIT(REPORT_BYTES_MAX);
    for (size_t i = 0; i < REPORT_HELD_MAX; i++)
        document->held[i] = FL_BUF_INIT(REPORT_BYTES_MAX);
    document->err = format->begin(document);
}

void report_document_add(struct report_document *document, const struct report_run *run,
                         const struct report_failure *failure)
{
    if (document->err) return;
    document->count++;
    document->err = document->format->result(document, run, failure);
}

void report_document_end(struct report_document *document, const struct report_sums *sums)
{
    if (!document->err) document->err = document->format->end(document, sums);
}

void report_document_release(struct report_document *document)
{
    fl_buf_release(&document->out);
    for (size_t i = 0; i < REPORT_HELD_MAX; i++)
        fl_buf_release(&document->held[i]);
}

/* --- phrases that forms share --- */
enum fl_error report_append_replay(struct fl_buf *out, const char *program,
                                   const struct report_failure *failure)
{
    if (!failure->replay) return FL_OK;
    enum fl_error err = report_quote_shell(out, fl_span_from(program));
    if (!err) err = fl_buf_append_text(out, " replay ");
    return err ? err : report_quote_shell(out, fl_span_from(failure->replay));
}

enum fl_error report_append_files(struct fl_buf *out, const struct report_failure *failure)
{
    enum fl_error err = FL_OK;
    if (failure->minimal)
        err = fl_buf_printf(out, "\nminimal   %s (%" PRIu32 " lines)", failure->minimal,
                            failure->minimal_lines);
    if (!err && failure->picture) err = fl_buf_printf(out, "\npicture   %s", failure->picture);
    return err;
}

enum fl_error report_append_counts(struct fl_buf *out, const struct report_run *run)
{
    char runs[REPORT_NUMBER_BYTES], failed[REPORT_NUMBER_BYTES], open[REPORT_NUMBER_BYTES];
    report_count_text(run->runs, runs);
    report_count_text(run->failed, failed);
    enum fl_error err = fl_buf_printf(out, "%s %s%s", runs, run->unit, run->runs == 1 ? "" : "s");
    if (!err && run->indeterminate)
        err = fl_buf_printf(out, ", %s indeterminate", report_count_text(run->indeterminate, open));
    if (err || !report_verdict_fails(run->verdict)) return err;
    return fl_buf_printf(out, ", %s failed%s", failed, run->stopped ? ", the rest not run" : "");
}

enum fl_error report_append_seconds(struct fl_buf *out, int64_t us)
{
    return fl_buf_printf(out, "%" PRId64 ".%03" PRId64, us / 1000000, us / 1000 % 1000);
}

enum fl_error report_append_gist(struct fl_buf *out, const struct report_failure *failure)
{
    struct fl_span expected = report_part(failure->text, "expected");
    struct fl_span found = report_part(failure->text, "found");
    if (!expected.length) return fl_buf_append_span(out, report_claims(failure->text));
    enum fl_error err = fl_buf_append_text(out, "expected ");
    if (!err) err = fl_buf_append_span(out, expected);
    if (!err && found.length) err = fl_buf_append_text(out, "; found ");
    return err ? err : fl_buf_append_span(out, found);
}
