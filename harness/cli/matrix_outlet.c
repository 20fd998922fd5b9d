#include "harness/cli/matrix_outlet.h"

#include <errno.h>
#include <string.h>

#include "harness/cli/report_option.h"

static const char *const own_forms[] = {
    [MATRIX_AS_JSONL] = "jsonl", [MATRIX_AS_MARKDOWN] = "markdown"};

/* False: it is a form of any results. */
static bool take_own(struct matrix_outlets *outlets, const char *text)
{
    for (int form = MATRIX_AS_JSONL; form <= MATRIX_AS_MARKDOWN; form++) {
        size_t length = strlen(own_forms[form]);
        if (strncmp(text, own_forms[form], length) != 0) continue;
        bool named = text[length] == '=' && text[length + 1];
        if ((text[length] && !named) || outlets->own_count == MATRIX_OUTLETS_MAX) continue;
        struct matrix_outlet *outlet = &outlets->own[outlets->own_count++];
        outlet->form = form == MATRIX_AS_JSONL ? MATRIX_AS_JSONL : MATRIX_AS_MARKDOWN;
        outlet->path = named ? text + length + 1 : NULL;
        return true;
    }
    return false;
}

int matrix_outlets_take(struct matrix_outlets *outlets, const struct cli_reader *reader,
                        const char *text)
{
    if (take_own(outlets, text)) return CLI_PASSED;
    return report_option_take(&outlets->results, reader, text);
}

bool matrix_outlets_fill_stdout(const struct matrix_outlets *outlets)
{
    bool fill = report_outlets_fill_stdout(&outlets->results);
    for (uint32_t i = 0; i < outlets->own_count; i++)
        fill |= !outlets->own[i].path;
    return fill;
}

static bool write_own(const struct matrix_outlet *outlet, const struct matrix_report *report,
                      FILE *out, FILE *err_out)
{
    struct fl_buf text = FL_BUF_INIT(REPORT_BYTES_MAX);
    enum fl_error err = outlet->form == MATRIX_AS_JSONL ? matrix_report_jsonl(report, &text)
                                                        : matrix_report_markdown(report, &text);
    FILE *file = outlet->path ? fopen(outlet->path, "wb") : out;
    bool done = !err && file && fwrite(text.bytes, 1, text.length, file) == text.length;
    if (outlet->path && file) done &= fclose(file) == 0;
    if (!done)
        fprintf(err_out, "faultline matrix: the report %s: %s\n",
                outlet->path ? outlet->path : "on the standard output",
                err ? fl_error_text(err) : strerror(errno));
    fl_buf_release(&text);
    return done;
}

bool matrix_outlets_write(struct matrix_outlets *outlets, const struct matrix_report *report,
                          const char *program, FILE *out, FILE *err)
{
    bool done = true;
    for (uint32_t i = 0; i < outlets->own_count; i++)
        done &= write_own(&outlets->own[i], report, out, err);
    if (!outlets->results.count) return done;
    struct report_sums sums;
    report_outlets_open(&outlets->results, out, err, err, program, matrix_report_count(report));
    matrix_report_tell(report, &outlets->results, &sums);
    return report_outlets_close(&outlets->results, &sums) && done;
}
