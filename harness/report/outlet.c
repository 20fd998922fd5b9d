#include "harness/report/outlet.h"

#include <errno.h>
#include <stdlib.h>

/* --- which --- */
static bool is_taken(const struct report_outlets *outlets, const char *path)
{
    for (uint32_t i = 0; i < outlets->count; i++) {
        const struct report_outlet *other = &outlets->items[i];
        if (other->path && path ? strcmp(other->path, path) == 0
                                : !path && !other->path && other->format != &report_github)
            return true;
    }
    return false;
}

bool report_outlets_add(struct report_outlets *outlets, const char *text, const char **ret_expected)
{
    const char *equals = strchr(text, '=');
    struct fl_span name = {text, equals ? (size_t)(equals - text) : strlen(text)};
    const struct report_format *format = report_format_named(name, ret_expected);
    if (!format) return false;
    if (equals && !equals[1]) {
        *ret_expected = "a file behind the =";
        return false;
    }
    const char *path = equals ? equals + 1 : NULL;
    if (format != &report_github || path) {
        *ret_expected = path ? "another file for each report"
                             : "at most one report on the standard output (FORMAT=FILE)";
        if (is_taken(outlets, path)) return false;
    }
    *ret_expected = "fewer reports";
    if (outlets->count == REPORT_OUTLETS_MAX) return false;
    outlets->items[outlets->count++] = (struct report_outlet){.format = format, .path = path};
    return true;
}

static bool has_github(const struct report_outlets *outlets)
{
    for (uint32_t i = 0; i < outlets->count; i++)
        if (outlets->items[i].format == &report_github) return true;
    return false;
}

void report_outlets_add_github(struct report_outlets *outlets)
{
    const char *actions = getenv("GITHUB_ACTIONS"), *summary = getenv("GITHUB_STEP_SUMMARY");
    const char *expected;
    bool on_github = actions && strcmp(actions, "true") == 0;
    if (!has_github(outlets) && (!on_github || !report_outlets_add(outlets, "github", &expected)))
        return;
    outlets->workspace = getenv("GITHUB_WORKSPACE");
    if (!summary || !*summary || outlets->count == REPORT_OUTLETS_MAX) return;
    outlets->items[outlets->count++] =
        (struct report_outlet){.format = &report_markdown, .path = summary, .appends = true};
}

bool report_outlets_fill_stdout(const struct report_outlets *outlets)
{
    for (uint32_t i = 0; i < outlets->count; i++)
        if (!outlets->items[i].path && outlets->items[i].format != &report_github) return true;
    return false;
}

/* --- writing --- */
static void tell(struct report_outlets *outlets, struct report_outlet *outlet, const char *why)
{
    outlet->broken = true;
    outlets->broken = true;
    fprintf(outlets->err, "faultline: the %s report could not be written to %s: %s\n",
            outlet->format->name, outlet->path ? outlet->path : "the standard output", why);
}

/* Past its limit GitHub would refuse the whole summary: it is cut at the end of a line. */
static void cut_summary(struct fl_buf *text)
{
    static const char cut[] = "\nThe rest is cut: a summary has its limit.\n";
    if (text->length <= REPORT_SUMMARY_BYTES_MAX) return;
    size_t length = REPORT_SUMMARY_BYTES_MAX - sizeof cut;
    while (length && text->bytes[length - 1] != '\n')
        length--;
    fl_buf_truncate(text, length);
    enum fl_error err = fl_buf_append_text(text, cut);
    (void)err; /* there is room: it has just been longer */
}

static void flush(struct report_outlets *outlets, struct report_outlet *outlet)
{
    struct fl_buf *out = &outlet->document.out;
    if (outlet->broken) return;
    if (outlet->document.err) {
        tell(outlets, outlet, fl_error_text(outlet->document.err));
        return;
    }
    if (outlet->appends) cut_summary(out);
    errno = 0;
    if (out->length && (fwrite(out->bytes, 1, out->length, outlet->file) != out->length ||
                        fflush(outlet->file) != 0))
        tell(outlets, outlet, errno ? strerror(errno) : fl_error_text(FL_EIO));
    fl_buf_truncate(out, 0);
}

static void open_outlet(struct report_outlets *outlets, struct report_outlet *outlet, FILE *stream,
                        const char *program, uint64_t total)
{
    report_document_begin(&outlet->document, outlet->format, program, total);
    outlet->document.workspace = outlets->workspace;
    outlet->file = outlet->path ? fopen(outlet->path, outlet->appends ? "ab" : "wb") : stream;
    if (!outlet->file)
        tell(outlets, outlet, strerror(errno));
    else
        flush(outlets, outlet);
}

void report_outlets_open(struct report_outlets *outlets, FILE *out, FILE *terminal, FILE *err,
                         const char *program, uint64_t total)
{
    outlets->err = err;
    for (uint32_t i = 0; i < outlets->count; i++) {
        struct report_outlet *outlet = &outlets->items[i];
        open_outlet(outlets, outlet, outlet->format == &report_github ? terminal : out, program,
                    total);
    }
}

void report_outlets_result(struct report_outlets *outlets, const struct report_run *run,
                           const struct report_failure *failure)
{
    for (uint32_t i = 0; i < outlets->count; i++) {
        if (outlets->items[i].broken) continue;
        report_document_add(&outlets->items[i].document, run, failure);
        flush(outlets, &outlets->items[i]);
    }
}

bool report_outlets_close(struct report_outlets *outlets, const struct report_sums *sums)
{
    for (uint32_t i = 0; i < outlets->count; i++) {
        struct report_outlet *outlet = &outlets->items[i];
        if (!outlet->broken) report_document_end(&outlet->document, sums);
        flush(outlets, outlet);
        report_document_release(&outlet->document);
        if (outlet->path && outlet->file && fclose(outlet->file) != 0 && !outlet->broken)
            tell(outlets, outlet, strerror(errno));
        outlet->file = NULL;
    }
    return !outlets->broken;
}
