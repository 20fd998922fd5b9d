/* The Test Anything Protocol, version 13: what Debian's prove takes. A failure explains itself in a
 * block of YAML. */
#include <inttypes.h>

#include "harness/report/format.h"
#include "harness/report/quote.h"

static enum fl_error begin(struct report_document *document)
{
    return fl_buf_printf(&document->out, "TAP version 13\n1..%" PRIu64 "\n", document->total);
}

static enum fl_error scalar(struct fl_buf *out, const char *key, struct fl_span value)
{
    if (!value.length) return FL_OK;
    enum fl_error err = fl_buf_printf(out, "  %s: ", key);
    if (!err) err = report_quote_string(out, value);
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error diagnose(struct report_document *document, const struct report_run *run,
                              const struct report_failure *failure)
{
    struct fl_buf *out = &document->out, command = FL_BUF_INIT(REPORT_BYTES_MAX);
    struct fl_span expected = report_part(failure->text, "expected");
    enum fl_error err = report_append_replay(&command, document->program, failure);
    if (!err) err = fl_buf_append_text(out, "  ---\n");
    if (!err) err = scalar(out, "verdict", fl_span_from(report_verdict_word(run->verdict)));
    if (!err) err = scalar(out, "file", fl_span_from(run->path));
    if (!err && failure->line) err = fl_buf_printf(out, "  line: %" PRIu32 "\n", failure->line);
    if (!err) err = scalar(out, "expected", expected);
    if (!err) err = scalar(out, "found", report_part(failure->text, "found"));
    if (!err && !expected.length) err = scalar(out, "message", report_claims(failure->text));
    if (!err) err = scalar(out, "swept", failure->swept_at);
    if (!err) err = scalar(out, "struck", report_part(failure->text, "struck"));
    if (!err) err = fl_buf_printf(out, "  seed: %" PRIu64 "\n", failure->seed);
    if (!err) err = scalar(out, "replay", fl_buf_span(&command));
    if (!err) err = scalar(out, "minimal", fl_span_from(failure->minimal));
    if (!err) err = scalar(out, "picture", fl_span_from(failure->picture));
    fl_buf_release(&command);
    return err ? err : fl_buf_append_text(out, "  ...\n");
}

static enum fl_error result(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure)
{
    struct fl_buf *out = &document->out;
    bool fails = report_verdict_fails(run->verdict);
    enum fl_error err =
        fl_buf_printf(out, "%s %" PRIu64 " - ", fails ? "not ok" : "ok", document->count);
    if (!err) err = report_quote_tap(out, fl_span_from(run->id));
    if (!err && run->verdict == REPORT_SKIPPED)
        err = fl_buf_append_text(out, " # SKIP another scenario could not be read");
    if (!err && run->verdict == REPORT_INDETERMINATE)
        err = fl_buf_append_text(out, " # SKIP indeterminate: it cannot be known");
    if (!err) err = fl_buf_append_char(out, '\n');
    return err || !failure ? err : diagnose(document, run, failure);
}

static enum fl_error end(struct report_document *document, const struct report_sums *sums)
{
    return fl_buf_printf(&document->out,
                         "# %" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
                         sums->passed, sums->failed, sums->skipped);
}

const struct report_format report_tap = {.name = "tap",
                                         .means = "TAP 13, with YAML diagnostics",
                                         .begin = begin,
                                         .result = result,
                                         .end = end};
