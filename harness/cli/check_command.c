/* `faultline check`: reads every file, and plays each that can be read: what its module, its tables
 * and its effects are, only a run knows. */
#include <stdlib.h>
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/discover.h"
#include "harness/cli/module_check.h"
#include "harness/cli/probe.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"
#include "harness/cli/unmet.h"
#include "harness/cli/variations.h"
#include "harness/scenario/plan_json.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024 };

enum { OPT_SET, OPT_NO_RUN, OPT_JSON };

static const struct cli_option options[] = {
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_NO_RUN, 0, "no-run", NULL, "only read; play nothing"},
    {OPT_JSON, 0, "json", NULL, "print each plan as a line of JSON; play nothing"},
};

static const char details[] =
    "A MODULE.so is looked at without being opened: what it calls that no handler may call, with\n"
    "what to do instead, and whether it has a table of workers. So are the modules of scenarios.\n"
    "Every mistake of every file is told as `file:line:column: expected ..., found ...`. A file\n"
    "that can be read is played twice, without its faults and with them, to see whether its "
    "module\n"
    "and its workers exist and whether each pattern and each job's name meets anything. Whether\n"
    "what it claims holds is not asked. Exit status 2 when anything is wrong. A file whose "
    "handler\n"
    "crashes or hangs cannot be checked to the end, and counts as skipped.\n";

struct check_command {
    struct cli_reader reader;
    struct discovered files;
    struct set_options settings;
    bool only_read, prints;
    struct pool *pool;
    uint32_t passed, failed, skipped;
    FILE *out, *err;
};

/* --- one file --- */
static struct fl_span line_behind(struct fl_span text, struct fl_span word)
{
    const char *at = text.length ? memmem(text.bytes, text.length, word.bytes, word.length) : NULL;
    if (!at) return (struct fl_span){"", 0};
    at += word.length;
    const char *end = memchr(at, '\n', (size_t)(text.bytes + text.length - at));
    return (struct fl_span){at, end ? (size_t)(end - at) : (size_t)(text.bytes + text.length - at)};
}

/* "and       Worker, in line 7": of the same kind as what was found first. */
static enum fl_error add_more(struct problems *problems, struct fl_span expected,
                              struct fl_span text)
{
    const struct fl_span word = FL_SPAN("\nand       "), where = FL_SPAN(", in line ");
    enum fl_error err = FL_OK;
    const char *at;
    while (!err && (at = memmem(text.bytes, text.length, word.bytes, word.length))) {
        text.length -= (size_t)(at + word.length - text.bytes);
        text.bytes = at + word.length;
        const char *line = memmem(text.bytes, text.length, where.bytes, where.length);
        if (!line) break;
        problems->count++;
        err = fl_buf_printf(problems->message, "\n%s:%lu:1: expected %.*s, found %.*s",
                            problems->path, strtoul(line + where.length, NULL, 10),
                            FL_SPAN_ARGS(expected), (int)(line - text.bytes), text.bytes);
    }
    return err;
}

/* A plan that cannot be played says "expected  ...\nfound     ..." of a line. */
static enum fl_error add_verdict(struct problems *problems, const struct run_item *item)
{
    struct fl_span expected = line_behind(item->text, FL_SPAN("expected  "));
    struct fl_span found = line_behind(item->text, FL_SPAN("found     "));
    enum fl_error err =
        fl_buf_printf(problems->message, "%s%s:%u:1: ", problems->message->length ? "\n" : "",
                      problems->path, item->failed_line ? item->failed_line : 1);
    if (err) return err;
    if (!expected.length)
        return fl_buf_append_span(problems->message, line_behind(item->text, FL_SPAN("")));
    err = fl_buf_printf(problems->message, "expected %.*s, found %.*s", FL_SPAN_ARGS(expected),
                        FL_SPAN_ARGS(found));
    return err ? err : add_more(problems, expected, item->text);
}

/* False: there is no telling. */
static bool look_at_runs(struct check_command *check, const struct plan *plan,
                         const struct probe *probe, struct problems *problems)
{
    for (int run = 0; run < PROBE_RUNS; run++) {
        const char *why;
        const struct run_answer *answer = &probe->answers[run];
        if (probe_item(probe, (enum probe_run)run, &why)) continue;
        if (answer->item_count && answer->items[0].verdict == RUN_BAD_INPUT) {
            problems->err = add_verdict(problems, &answer->items[0]);
            return true; /* the other run would say the same */
        }
        fprintf(check->err, "%s: cannot be played:\n%s\n", plan->path, why);
        return false;
    }
    unmet_find(plan, probe, problems);
    return true;
}

static enum fl_error play(struct check_command *check, const struct variation *file,
                          const struct plan *plan, struct problems *problems, bool *ret_told)
{
    struct probe probe;
    const struct probe_order order = {.path = plan->path,
                                      .settings = file->settings,
                                      .setting_count = file->setting_count,
                                      .seed = plan->seed_first};
    enum fl_error err = probe_play(check->pool, &order, &probe);
    if (err) return err;
    *ret_told = look_at_runs(check, plan, &probe, problems);
    probe_release(&probe);
    return problems->err;
}

/* Of each variant and each varied value its own. */
static enum fl_error print_plan(struct check_command *check, const struct plan *plan)
{
    struct fl_buf text = FL_BUF_INIT(PLAN_BYTES_MAX);
    enum fl_error err = plan_json(plan, &text);
    if (!err) fprintf(check->out, "%.*s\n", FL_SPAN_ARGS(fl_buf_span(&text)));
    fl_buf_release(&text);
    return err;
}

/* Reads the scenario and looks at all of it. */
static enum fl_error find_problems(struct check_command *check, const struct variation *file,
                                   struct problems *problems, bool *ret_told)
{
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_read(file->path, file->settings, file->setting_count, &plan, problems->message);
    if (!err) module_check_plan(plan, problems);
    if (!err) err = problems->err;
    if (!err && check->prints && !problems->count) err = print_plan(check, plan);
    if (!err && check->pool) err = play(check, file, plan, problems, ret_told);
    scenario_plan_free(plan);
    return err;
}

static bool is_module(const char *path)
{
    struct fl_span suffix = FL_SPAN(".so"), whole = fl_span_from(path);
    return whole.length > suffix.length &&
           memcmp(path + whole.length - suffix.length, suffix.bytes, suffix.length) == 0;
}

static enum fl_error check_file(struct check_command *check, const struct variation *file)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct problems problems = {.path = file->path, .message = &message};
    bool told = true;
    enum fl_error err = FL_OK;
    if (is_module(file->path)) {
        module_check_file(file->path, &problems);
        err = problems.err;
    } else {
        err = find_problems(check, file, &problems, &told);
    }
    if (!err || message.length) {
        err = FL_OK;
        if (message.length) fprintf(check->err, "%s\n", message.bytes);
        check->failed += message.length > 0;
        check->skipped += !message.length && !told;
        check->passed += !message.length && told;
    }
    fl_buf_release(&message);
    return err;
}

static int check_all(struct check_command *check)
{
    struct variations variations = {.arena = &check->files.arena};
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < check->files.count && !err; i++)
        err = variations_add(&variations, &check->files.files[i], check->settings.items,
                             check->settings.count);
    if (!err && !check->only_read) err = pool_new(PROBE_RUNS, SESSION_HANG_US, &check->pool);
    for (uint32_t i = 0; i < variations.count && !err; i++)
        err = check_file(check, &variations.items[i]);
    if (check->pool) pool_free(check->pool);
    if (err) {
        fprintf(check->err, "faultline check: %s\n", fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    fprintf(check->prints ? check->err : check->out, "%u passed, %u failed, %u skipped\n",
            check->passed, check->failed, check->skipped);
    return check->failed ? CLI_USAGE : CLI_PASSED;
}

/* --- arguments --- */
static int take_path(struct check_command *check, const char *path)
{
    enum fl_error err = discover(&check->files, path);
    if (!err) return CLI_PASSED;
    return cli_wrong(&check->reader,
                     "expected a scenario file, a folder of them or a module, found \"%s\": %s",
                     check->files.problem ? check->files.problem : path, fl_error_text(err));
}

static int take_option(struct check_command *check)
{
    if (check->reader.id == OPT_SET)
        return set_options_take(&check->settings, &check->reader, check->reader.value,
                                &check->files.arena);
    check->only_read = true;
    check->prints |= check->reader.id == OPT_JSON;
    return CLI_PASSED;
}

static int read_arguments(struct check_command *check, bool *ret_go_on)
{
    int code = CLI_PASSED;
    while (code == CLI_PASSED) {
        switch (cli_next(&check->reader)) {
        case CLI_OPTION: code = take_option(check); break;
        case CLI_ARGUMENT: code = take_path(check, check->reader.value); break;
        case CLI_HELP: cli_print_help(&command_check, check->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!check->files.count)
                return cli_wrong(&check->reader,
                                 "expected a scenario file, a folder of them or a module");
            *ret_go_on = true;
            return CLI_PASSED;
        }
    }
    return code;
}

static int check_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on = false;
    struct check_command *check = calloc(1, sizeof *check);
    if (!check) return CLI_HARNESS_FAULT;
    check->reader = cli_reader_init(&command_check, argc, argv, err);
    check->out = out;
    check->err = err;
    int code = read_arguments(check, &go_on);
    if (go_on) code = check_all(check);
    discover_release(&check->files);
    free(check);
    return code;
}

const struct cli_command command_check = {
    .name = "check",
    .arguments = "FILE|DIR|MODULE.so...",
    .summary = "Finds mistakes in scenario files and modules: all of all files",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = check_main,
};
