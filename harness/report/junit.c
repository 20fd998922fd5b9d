/* JUnit XML, as Jenkins' schema has it (docs/reference/junit.xsd): one suite, a case for each
 * scenario. Counts stand in the first lines, so all is held until the end. */
#include <inttypes.h>

#include "harness/report/format.h"
#include "harness/report/quote.h"

static enum fl_error begin(struct report_document *document)
{
    (void)document;
    return FL_OK;
}

static enum fl_error attribute(struct fl_buf *out, const char *name, struct fl_span value)
{
    enum fl_error err = fl_buf_printf(out, " %s=\"", name);
    if (!err) err = report_quote_xml_attribute(out, value);
    return err ? err : fl_buf_append_char(out, '"');
}

/* "import/killed/at-every-step" is the case at-every-step of the class import.killed. */
static enum fl_error name_case(struct fl_buf *out, const char *id)
{
    const char *slash = strrchr(id, '/');
    struct fl_buf folder = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = slash ? fl_buf_append(&folder, id, (size_t)(slash - id))
                              : fl_buf_append_text(&folder, "scenarios");
    for (size_t i = 0; i < folder.length; i++)
        if (folder.bytes[i] == '/') folder.bytes[i] = '.';
    if (!err) err = attribute(out, "classname", fl_buf_span(&folder));
    if (!err) err = attribute(out, "name", fl_span_from(slash ? slash + 1 : id));
    fl_buf_release(&folder);
    return err;
}

/* What cannot be judged is an error; what was judged and does not hold is a failure. */
static bool is_error(enum report_verdict verdict)
{
    return verdict == REPORT_BAD_INPUT || verdict == REPORT_HARNESS_FAULT;
}

static enum fl_error put_failure(struct fl_buf *out, const struct report_run *run,
                                 const struct report_failure *failure)
{
    const char *element = is_error(run->verdict) ? "error" : "failure";
    struct fl_buf gist = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = report_append_gist(&gist, failure);
    if (!err) err = fl_buf_printf(out, "      <%s", element);
    if (!err) err = attribute(out, "type", fl_span_from(report_verdict_word(run->verdict)));
    if (!err) err = attribute(out, "message", fl_buf_span(&gist));
    if (!err) err = fl_buf_append_char(out, '>');
    if (!err && failure->swept_at.length) {
        err = fl_buf_append_text(out, "swept     ");
        if (!err) err = report_quote_xml(out, failure->swept_at);
        if (!err) err = fl_buf_append_text(out, "\n");
    }
    if (!err) err = report_quote_xml(out, failure->text);
    if (!err) err = fl_buf_printf(out, "</%s>\n", element);
    fl_buf_release(&gist);
    return err;
}

/* `failure` NULL: nothing is told of it. */
static enum fl_error put_doubt(struct fl_buf *out, const struct report_failure *failure)
{
    struct fl_buf gist = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = fl_buf_append_text(&gist, "indeterminate: ");
    if (!err && failure) err = report_append_gist(&gist, failure);
    if (!err) err = fl_buf_append_text(out, "      <skipped");
    if (!err) err = attribute(out, "message", fl_buf_span(&gist));
    fl_buf_release(&gist);
    return err ? err : fl_buf_append_text(out, "/>\n");
}

static enum fl_error put_output(struct report_document *document, struct fl_buf *out,
                                const struct report_run *run, const struct report_failure *failure)
{
    struct fl_buf text = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = FL_OK;
    if (run->title) err = fl_buf_printf(&text, "%s\n", run->title);
    if (!err) err = report_append_counts(&text, run);
    if (!err && failure) {
        err = fl_buf_printf(&text, "\n%s", run->path);
        if (!err && failure->line) err = fl_buf_printf(&text, ":%" PRIu32 ":1", failure->line);
        if (!err) err = fl_buf_printf(&text, "\nseed %" PRIu64 "\n", failure->seed);
        if (!err) err = report_append_replay(&text, document->program, failure);
        if (!err) err = report_append_files(&text, failure);
    }
    if (!err) err = fl_buf_append_text(out, "      <system-out>");
    if (!err) err = report_quote_xml(out, fl_buf_span(&text));
    fl_buf_release(&text);
    return err ? err : fl_buf_append_text(out, "</system-out>\n");
}

static enum fl_error result(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure)
{
    struct fl_buf *out = &document->held[0];
    enum fl_error err = fl_buf_append_text(out, "    <testcase");
    if (!err) err = name_case(out, run->id);
    if (!err) err = attribute(out, "file", fl_span_from(run->path));
    if (!err) err = fl_buf_append_text(out, " time=\"");
    if (!err) err = report_append_seconds(out, run->real_us);
    if (!err) err = fl_buf_append_text(out, "\">\n");
    if (!err && run->verdict == REPORT_SKIPPED) err = fl_buf_append_text(out, "      <skipped/>\n");
    if (!err && run->verdict == REPORT_INDETERMINATE) err = put_doubt(out, failure);
    if (!err && failure && report_verdict_fails(run->verdict)) err = put_failure(out, run, failure);
    if (!err && run->verdict != REPORT_SKIPPED) err = put_output(document, out, run, failure);
    if (!err && failure && is_error(run->verdict)) /* counted by its marks, one each */
        err = fl_buf_append_char(&document->held[1], 'e');
    return err ? err : fl_buf_append_text(out, "    </testcase>\n");
}

static enum fl_error end(struct report_document *document, const struct report_sums *sums)
{
    struct fl_buf *out = &document->out;
    struct fl_buf counts = FL_BUF_INIT(1024);
    uint64_t errors = document->held[1].length;
    enum fl_error err = fl_buf_printf(
        &counts, " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64 "\" time=\"",
        document->count, sums->failed > errors ? sums->failed - errors : 0, errors);
    if (!err) err = report_append_seconds(&counts, sums->real_us);
    if (!err)
        err = fl_buf_printf(out,
                            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            "<testsuites name=\"faultline\"%s\">\n"
                            "  <testsuite name=\"faultline\" skipped=\"%" PRIu64 "\"%s\">\n",
                            counts.bytes, sums->skipped, counts.bytes);
    fl_buf_release(&counts);
    if (!err) err = fl_buf_append_span(out, fl_buf_span(&document->held[0]));
    return err ? err : fl_buf_append_text(out, "  </testsuite>\n</testsuites>\n");
}

const struct report_format report_junit = {
    .name = "junit", .means = "JUnit XML", .begin = begin, .result = result, .end = end};
