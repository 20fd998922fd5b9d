/* JSON lines, for programs: docs/reference/report.schema.json says what each line may hold. */
#include <inttypes.h>
#include <stdio.h>

#include "core/json.h"
#include "harness/report/format.h"
#include "harness/report/quote.h"

enum { FORMAT_NUMBER = 1 }; /* counts up when an old reader would misunderstand */

static void put_text(struct fl_json_writer *w, const char *key, struct fl_span text)
{
    if (text.length) fl_json_put_string(w, key, text);
}

static enum fl_error finish(struct fl_json_writer *w, struct fl_buf *out)
{
    enum fl_error err = fl_json_end(w);
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error begin(struct report_document *document)
{
    struct fl_json_writer w = fl_json_begin_object(&document->out);
    fl_json_put_string(&w, "type", FL_SPAN("begin"));
    fl_json_put_int64(&w, "format", FORMAT_NUMBER);
    fl_json_put_int64(&w, "scenarios", (int64_t)document->total);
    return finish(&w, &document->out);
}

static enum fl_error put_scenario(struct fl_buf *out, const struct report_run *run)
{
    char trace[33];
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "type", FL_SPAN("scenario"));
    fl_json_put_string(&w, "id", fl_span_from(run->id));
    fl_json_put_string(&w, "file", fl_span_from(run->path));
    put_text(&w, "title", fl_span_from(run->title));
    fl_json_put_string(&w, "verdict", fl_span_from(report_verdict_word(run->verdict)));
    fl_json_put_int64(&w, "runs", (int64_t)run->runs);
    fl_json_put_int64(&w, "failed_runs", (int64_t)run->failed);
    if (run->indeterminate)
        fl_json_put_int64(&w, "indeterminate_runs", (int64_t)run->indeterminate);
    fl_json_put_string(&w, "unit", fl_span_from(run->unit));
    fl_json_put_bool(&w, "complete", !run->stopped);
    fl_json_put_int64(&w, "effects", (int64_t)run->effects);
    fl_json_put_int64(&w, "virtual_us", run->virtual_us);
    fl_json_put_int64(&w, "real_us", run->real_us);
    snprintf(trace, sizeof trace, "%016" PRIx64 "%016" PRIx64, run->trace_hash[0],
             run->trace_hash[1]);
    fl_json_put_string(&w, "trace", fl_span_from(trace));
    return finish(&w, out);
}

static enum fl_error put_failure(struct report_document *document, const struct report_run *run,
                                 const struct report_failure *failure)
{
    struct fl_buf command = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = report_append_replay(&command, document->program, failure);
    struct fl_span expected = report_part(failure->text, "expected");
    struct fl_json_writer w = fl_json_begin_object(&document->out);
    fl_json_put_string(&w, "type", FL_SPAN("failure"));
    fl_json_put_string(&w, "id", fl_span_from(run->id));
    fl_json_put_string(&w, "file", fl_span_from(run->path));
    if (failure->line) fl_json_put_int64(&w, "line", failure->line);
    fl_json_put_string(&w, "verdict", fl_span_from(report_verdict_word(run->verdict)));
    if (failure->seed <= INT64_MAX) fl_json_put_int64(&w, "seed", (int64_t)failure->seed);
    if (failure->sweep >= 0) fl_json_put_int64(&w, "sweep", failure->sweep);
    put_text(&w, "swept", failure->swept_at);
    put_text(&w, "expected", expected);
    put_text(&w, "found", report_part(failure->text, "found"));
    if (!expected.length) put_text(&w, "message", report_claims(failure->text));
    put_text(&w, "struck", report_part(failure->text, "struck"));
    put_text(&w, "events", report_events(failure->text));
    put_text(&w, "minimal", fl_span_from(failure->minimal));
    put_text(&w, "picture", fl_span_from(failure->picture));
    put_text(&w, "replay_file", fl_span_from(failure->replay));
    put_text(&w, "replay", fl_buf_span(&command));
    fl_buf_release(&command);
    enum fl_error ended = finish(&w, &document->out);
    return err ? err : ended;
}

static enum fl_error result(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure)
{
    enum fl_error err = put_scenario(&document->out, run);
    return err || !failure ? err : put_failure(document, run, failure);
}

static enum fl_error end(struct report_document *document, const struct report_sums *sums)
{
    struct fl_json_writer w = fl_json_begin_object(&document->out);
    fl_json_put_string(&w, "type", FL_SPAN("summary"));
    fl_json_put_int64(&w, "passed", (int64_t)sums->passed);
    fl_json_put_int64(&w, "failed", (int64_t)sums->failed);
    fl_json_put_int64(&w, "skipped", (int64_t)sums->skipped);
    if (sums->indeterminate) fl_json_put_int64(&w, "indeterminate", (int64_t)sums->indeterminate);
    fl_json_put_int64(&w, "runs", (int64_t)sums->runs);
    fl_json_put_int64(&w, "effects", (int64_t)sums->effects);
    fl_json_put_int64(&w, "virtual_us", sums->virtual_us);
    fl_json_put_int64(&w, "real_us", sums->real_us);
    return finish(&w, &document->out);
}

const struct report_format report_jsonl = {
    .name = "jsonl", .means = "a JSON object a line", .begin = begin, .result = result, .end = end};
