/* Markdown for a pull request: failing scenarios first, then each failure's story. Nothing of it is
 * measured in real time, so two reports of the same code are equal. */
#include <inttypes.h>

#include "harness/report/format.h"
#include "harness/report/quote.h"
#include "harness/report/report.h"

enum { FAILED_ROWS, OTHER_ROWS, STORIES };

static enum fl_error begin(struct report_document *document)
{
    (void)document;
    return FL_OK;
}

static enum fl_error put_row(struct fl_buf *out, const struct report_run *run)
{
    const char *mark = report_verdict_fails(run->verdict) ? "**" : "";
    enum fl_error err =
        fl_buf_printf(out, "| %s%s%s | ", mark, report_verdict_word(run->verdict), mark);
    if (!err) err = report_quote_markdown_cell(out, fl_span_from(run->id));
    if (!err) err = fl_buf_append_text(out, " | ");
    if (!err && run->verdict != REPORT_SKIPPED) err = report_append_counts(out, run);
    return err ? err : fl_buf_append_text(out, " |\n");
}

static enum fl_error put_claims(struct fl_buf *out, const struct report_failure *failure)
{
    struct fl_buf text = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = fl_buf_append_span(&text, report_claims(failure->text));
    if (!err && failure->swept_at.length) {
        err = fl_buf_append_text(&text, "\nswept     ");
        if (!err) err = fl_buf_append_span(&text, failure->swept_at);
    }
    if (!err) err = fl_buf_printf(&text, "\nseed      %" PRIu64, failure->seed);
    if (!err) err = report_append_files(&text, failure);
    if (!err) err = report_quote_markdown_block(out, "text", fl_buf_span(&text));
    fl_buf_release(&text);
    return err;
}

static enum fl_error put_command(struct report_document *document, struct fl_buf *out,
                                 const struct report_failure *failure)
{
    struct fl_buf command = FL_BUF_INIT(REPORT_BYTES_MAX);
    if (!failure->replay) return FL_OK;
    enum fl_error err = report_append_replay(&command, document->program, failure);
    if (!err) err = fl_buf_append_char(out, '\n');
    if (!err) err = report_quote_markdown_block(out, "sh", fl_buf_span(&command));
    fl_buf_release(&command);
    return err;
}

static enum fl_error put_events(struct fl_buf *out, const struct report_failure *failure)
{
    struct fl_span events = report_events(failure->text);
    if (!events.length) return FL_OK;
    enum fl_error err =
        fl_buf_append_text(out, "\n<details><summary>The last events</summary>\n\n");
    if (!err) err = report_quote_markdown_block(out, "text", events);
    return err ? err : fl_buf_append_text(out, "\n</details>\n");
}

static enum fl_error put_story(struct report_document *document, const struct report_run *run,
                               const struct report_failure *failure)
{
    struct fl_buf *out = &document->held[STORIES], place = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = fl_buf_append_text(&place, run->path);
    if (!err && failure->line) err = fl_buf_printf(&place, ":%" PRIu32, failure->line);
    if (!err) err = fl_buf_append_text(out, "\n### ");
    if (!err) err = report_quote_markdown(out, fl_span_from(run->id));
    if (!err) err = fl_buf_append_text(out, "\n\n");
    if (!err) err = report_quote_markdown(out, fl_buf_span(&place));
    fl_buf_release(&place);
    if (!err) err = fl_buf_append_text(out, "\n\n");
    if (!err) err = put_claims(out, failure);
    if (!err) err = put_command(document, out, failure);
    return err ? err : put_events(out, failure);
}

static enum fl_error result(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure)
{
    enum fl_error err = put_row(&document->held[failure ? FAILED_ROWS : OTHER_ROWS], run);
    return err || !failure ? err : put_story(document, run, failure);
}

static enum fl_error end(struct report_document *document, const struct report_sums *sums)
{
    char runs[REPORT_NUMBER_BYTES], effects[REPORT_NUMBER_BYTES], days[REPORT_NUMBER_BYTES];
    struct fl_buf *out = &document->out;
    enum fl_error err = fl_buf_printf(out,
                                      "## Faultline: %" PRIu64 " passed, %" PRIu64
                                      " failed, %" PRIu64 " skipped\n\n"
                                      "| verdict | scenario | runs |\n|---|---|---|\n",
                                      sums->passed, sums->failed, sums->skipped);
    for (size_t i = 0; i < REPORT_HELD_MAX && !err; i++)
        err = fl_buf_append_span(out, fl_buf_span(&document->held[i]));
    if (err) return err;
    return fl_buf_printf(out, "\n%s run%s, %s effects, %s\n", report_count_text(sums->runs, runs),
                         sums->runs == 1 ? "" : "s", report_count_text(sums->effects, effects),
                         report_virtual_text(sums->virtual_us, days));
}

const struct report_format report_markdown = {.name = "markdown",
                                              .means = "for a pull request",
                                              .begin = begin,
                                              .result = result,
                                              .end = end};
