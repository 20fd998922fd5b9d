/* `faultline fmt`: reads all before it writes the first, and writes a file only when the new text
 * reads as the same plan. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/discover.h"
#include "harness/cli/line_changes.h"
#include "harness/scenario/format.h"
#include "harness/scenario/json_lines.h"
#include "harness/scenario/layout.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/plan_json.h"
#include "harness/scenario/whole_file.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, PLAN_TEXT_BYTES_MAX = 1024 * 1024 * 1024 };

enum { OPT_CHECK, OPT_DIFF, OPT_JSON, OPT_TEXT };

static const struct cli_option options[] = {
    {OPT_CHECK, 0, "check", NULL, "change nothing; exit status 1 when something would change"},
    {OPT_DIFF, 0, "diff", NULL, "change nothing; show what would change"},
    {OPT_JSON, 0, "json", NULL, "change nothing; print the scenario as JSON"},
    {OPT_TEXT, 0, "text", NULL, "change nothing; print it as lines: a scenario in JSON, too"},
};

static const char details[] =
    "Statements stand in the first column, their rest in the tenth; one blank is between words,\n"
    "one empty line at most between lines. Comments, words, settings and the order stay. The "
    "names\n"
    "of the files that change are printed. A file that cannot be read as a scenario stays as it "
    "is:\n"
    "exit status 2.\n"
    "A scenario may be a file of JSON, as `--json` prints it: every command reads it as it reads "
    "the\n"
    "lines. It is for programs that make scenarios; settings, ranges and repetitions are gone in "
    "it,\n"
    "and of variants and varied values it is the first. `--text` prints it as lines.\n";

struct fmt_command {
    struct cli_reader reader;
    struct discovered files;
    bool check, diff, json, text;
    uint32_t changed, unreadable;
    FILE *out, *err;
};

/* --- one file --- */
static enum fl_error read_text(const char *path, struct fl_buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return FL_EIO;
    enum fl_error err = whole_file_read(file, out);
    fclose(file);
    return err;
}

/* The plan as lines that say the same for the same plan. */
static enum fl_error read_plan(const char *path, struct fl_span text, struct fl_buf *out,
                               struct fl_buf *message)
{
    struct plan *plan;
    enum fl_error err = scenario_parse(path, text, NULL, 0, &plan, message);
    if (err) return err;
    err = scenario_format(plan, out);
    scenario_plan_free(plan);
    return err;
}

static bool same_plan(const char *path, struct fl_span before, struct fl_span after)
{
    struct fl_buf one = FL_BUF_INIT(PLAN_TEXT_BYTES_MAX), other = FL_BUF_INIT(PLAN_TEXT_BYTES_MAX);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    bool same = read_plan(path, before, &one, &message) == FL_OK &&
                read_plan(path, after, &other, &message) == FL_OK &&
                fl_span_equal(fl_buf_span(&one), fl_buf_span(&other));
    fl_buf_release(&one);
    fl_buf_release(&other);
    fl_buf_release(&message);
    return same;
}

/* All at once: whoever reads the file meanwhile has the old text or the new one. */
static enum fl_error write_text(const char *path, struct fl_span text)
{
    struct stat status;
    enum fl_error err = FL_EIO;
    char *real = realpath(path, NULL);
    struct fl_buf beside = FL_BUF_INIT(8192);
    if (!real || stat(real, &status) != 0 || access(real, W_OK) != 0) goto out;
    err = fl_buf_printf(&beside, "%s.%ld", real, (long)getpid());
    if (err) goto out;
    FILE *file = fopen(beside.bytes, "wbx");
    bool written = file && fwrite(text.bytes, 1, text.length, file) == text.length &&
                   fchmod(fileno(file), status.st_mode) == 0;
    if (file && fclose(file) != 0) written = false;
    if (!written || rename(beside.bytes, real) != 0) err = FL_EIO;
    if (err && file) unlink(beside.bytes);
out:
    free(real);
    fl_buf_release(&beside);
    return err;
}

static enum fl_error change(struct fmt_command *fmt, const char *path, struct fl_span before,
                            struct fl_span after)
{
    if (!same_plan(path, before, after)) return FL_EINVAL;
    fmt->changed++;
    if (fmt->diff) {
        struct fl_buf changes = FL_BUF_INIT(4 * PLAN_BYTES_MAX);
        enum fl_error err = line_changes(path, before, after, &changes);
        if (!err) fwrite(changes.bytes, 1, changes.length, fmt->out);
        fl_buf_release(&changes);
        return err;
    }
    fprintf(fmt->out, "%s\n", path);
    return fmt->check ? FL_OK : write_text(path, after);
}

static enum fl_error lay_out(struct fmt_command *fmt, const char *path)
{
    struct fl_buf before = FL_BUF_INIT(PLAN_BYTES_MAX), after = FL_BUF_INIT(2 * PLAN_BYTES_MAX);
    enum fl_error err = read_text(path, &before);
    if (!err && json_lines_is_json(fl_buf_span(&before))) goto out; /* a program lays that out */
    if (!err) err = scenario_layout(fl_buf_span(&before), &after);
    if (!err && !fl_span_equal(fl_buf_span(&before), fl_buf_span(&after)))
        err = change(fmt, path, fl_buf_span(&before), fl_buf_span(&after));
out:
    fl_buf_release(&before);
    fl_buf_release(&after);
    return err;
}

/* --- all files --- */
static void read_file(struct fmt_command *fmt, const char *path)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err = scenario_read(path, NULL, 0, &plan, &message);
    if (err) {
        fprintf(fmt->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
        fmt->unreadable++;
    }
    scenario_plan_free(plan);
    fl_buf_release(&message);
}

/* As JSON, or as lines. */
static enum fl_error print_as(struct fmt_command *fmt, const char *path)
{
    struct fl_buf json = FL_BUF_INIT(PLAN_TEXT_BYTES_MAX), out = FL_BUF_INIT(PLAN_TEXT_BYTES_MAX);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err = scenario_read(path, NULL, 0, &plan, &message);
    if (!err && fmt->text) err = scenario_format(plan, &out);
    if (!err && fmt->json) err = plan_json(plan, &json);
    if (!err && fmt->json) err = plan_json_lay_out(fl_buf_span(&json), &out);
    if (!err) fwrite(out.bytes, 1, out.length, fmt->out);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    fl_buf_release(&json);
    fl_buf_release(&out);
    return err;
}

static int lay_out_all(struct fmt_command *fmt)
{
    for (uint32_t i = 0; i < fmt->files.count; i++)
        read_file(fmt, fmt->files.files[i].path);
    if (fmt->unreadable) return CLI_USAGE;
    for (uint32_t i = 0; i < fmt->files.count; i++) {
        const char *path = fmt->files.files[i].path;
        enum fl_error err = fmt->json || fmt->text ? print_as(fmt, path) : lay_out(fmt, path);
        if (!err) continue;
        fprintf(fmt->err, "faultline fmt: %s: %s\n", path,
                err == FL_EIO ? strerror(errno) : fl_error_text(err));
        return err == FL_EIO ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    return fmt->check && fmt->changed ? CLI_FAILED : CLI_PASSED;
}

/* --- arguments --- */
static int take_path(struct fmt_command *fmt, const char *path)
{
    enum fl_error err = discover(&fmt->files, path);
    if (!err) return CLI_PASSED;
    return cli_wrong(&fmt->reader, "expected a scenario file or a folder of them, found \"%s\": %s",
                     fmt->files.problem ? fmt->files.problem : path, fl_error_text(err));
}

static void take_option(struct fmt_command *fmt)
{
    switch (fmt->reader.id) {
    case OPT_CHECK: fmt->check = true; break;
    case OPT_DIFF: fmt->diff = true; break;
    case OPT_JSON: fmt->json = true; break;
    default: fmt->text = true; break;
    }
}

static int read_arguments(struct fmt_command *fmt, bool *ret_go_on)
{
    int code = CLI_PASSED;
    while (code == CLI_PASSED) {
        switch (cli_next(&fmt->reader)) {
        case CLI_OPTION: take_option(fmt); break;
        case CLI_ARGUMENT: code = take_path(fmt, fmt->reader.value); break;
        case CLI_HELP: cli_print_help(&command_fmt, fmt->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!fmt->files.count)
                return cli_wrong(&fmt->reader, "expected a scenario file or a folder of them");
            if (fmt->json && fmt->text)
                return cli_wrong(&fmt->reader, "expected --json or --text, found both");
            *ret_go_on = true;
            return CLI_PASSED;
        }
    }
    return code;
}

static int fmt_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on = false;
    struct fmt_command fmt = {
        .reader = cli_reader_init(&command_fmt, argc, argv, err), .out = out, .err = err};
    int code = read_arguments(&fmt, &go_on);
    if (go_on) code = lay_out_all(&fmt);
    discover_release(&fmt.files);
    return code;
}

const struct cli_command command_fmt = {
    .name = "fmt",
    .arguments = "FILE|DIR...",
    .summary = "Lays scenario files out in one form, with their comments",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = fmt_main,
};
