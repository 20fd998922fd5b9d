/* Annotations of GitHub Actions: commands on the log's stream, which show each failure at its line
 * of the scenario. Only failures speak, and what cannot be known, as a warning. */
#include <inttypes.h>

#include "harness/report/format.h"
#include "harness/report/quote.h"

static enum fl_error begin(struct report_document *document)
{
    (void)document;
    return FL_OK;
}

/* GitHub wants paths from the repository's root. */
static struct fl_span path_in_workspace(const struct report_document *document, const char *path)
{
    struct fl_span whole = fl_span_from(path), root = fl_span_from(document->workspace);
    while (root.length && root.bytes[root.length - 1] == '/')
        root.length--;
    if (!root.length || !fl_span_starts(whole, root) || path[root.length] != '/') return whole;
    return fl_span_from(path + root.length + 1);
}

static enum fl_error message(struct report_document *document, const struct report_failure *failure,
                             struct fl_buf *out)
{
    struct fl_span struck = report_part(failure->text, "struck");
    enum fl_error err = fl_buf_append_span(out, report_claims(failure->text));
    if (!err && failure->swept_at.length && !struck.length) {
        err = fl_buf_append_text(out, "\nswept     ");
        if (!err) err = fl_buf_append_span(out, failure->swept_at);
    }
    if (!err) err = fl_buf_printf(out, "\nseed      %" PRIu64, failure->seed);
    if (!err && failure->replay) err = fl_buf_append_text(out, "\nreplay    ");
    if (!err) err = report_append_replay(out, document->program, failure);
    return err ? err : report_append_files(out, failure);
}

static enum fl_error result(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure)
{
    struct fl_buf *out = &document->out, text = FL_BUF_INIT(REPORT_BYTES_MAX);
    if (!failure) return FL_OK;
    enum fl_error err = message(document, failure, &text);
    if (!err)
        err = fl_buf_printf(out,
                            "::%s file=", report_verdict_fails(run->verdict) ? "error" : "warning");
    if (!err) err = report_quote_github_property(out, path_in_workspace(document, run->path));
    if (!err && failure->line) err = fl_buf_printf(out, ",line=%" PRIu32 ",col=1", failure->line);
    if (!err) err = fl_buf_append_text(out, ",title=");
    if (!err) err = report_quote_github_property(out, fl_span_from(run->id));
    if (!err) err = fl_buf_printf(out, " (%s)::", report_verdict_word(run->verdict));
    if (!err) err = report_quote_github_message(out, fl_buf_span(&text));
    fl_buf_release(&text);
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error end(struct report_document *document, const struct report_sums *sums)
{
    (void)document;
    (void)sums;
    return FL_OK;
}

const struct report_format report_github = {.name = "github",
                                            .means = "annotations, and a step summary",
                                            .begin = begin,
                                            .result = result,
                                            .end = end};
