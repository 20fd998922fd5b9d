/* `faultline lint`: keys that keep repeats away, and die while one can still come. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "harness/cli/commands.h"
#include "harness/cli/lint_run.h"
#include "harness/cli/matrix_file.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"

enum {
    MESSAGE_BYTES_MAX = 64 * 1024,
    ARENA_BYTES_MAX = 1024 * 1024,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    PATH_BYTES_MAX = 4096,
};

enum { OPT_OUT, OPT_SET, OPT_SEED };

static const struct cli_option options[] = {
    {OPT_SEED, 0, "seed", "N", "run this seed instead of the scenario's own"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_OUT, 0, "out", "FOLDER", "where the scenarios go that show it; out by default"},
};

static const char details[] =
    "Plays the scenario without its faults, and looks at each key with a time to live that a\n"
    "handler sets and leaves. A repeat of its job can come until the last retry, by the formula\n"
    "with the longest jitter, and until a lost process is noticed. A key that dies before is\n"
    "tried: the job is pushed once more while it lives, and once more a second after its end. It\n"
    "is a finding when the first changes nothing and the second does: then a scenario that shows\n"
    "it is written.\n"
    "Exit status: 0 no finding, 1 a finding, 2 usage or bad input, 5 a fault of the harness.\n";

struct lint_command {
    struct cli_reader reader;
    FILE *out, *err;
    struct matrix_subject subject;
    struct set_options settings;
    struct fl_arena arena;
    const char *folder;
    int64_t seed; /* -1: the scenario's own */
    struct lint_result result;
};

/* --- options --- */

static int take_option(struct lint_command *lint)
{
    const struct cli_reader *reader = &lint->reader;
    switch (reader->id) {
    case OPT_SET: return set_options_take(&lint->settings, reader, reader->value, &lint->arena);
    case OPT_SEED:
        return cli_number(reader, reader->value, 0, INT64_MAX, &lint->seed) ? CLI_PASSED
                                                                            : CLI_USAGE;
    default: lint->folder = reader->value; return CLI_PASSED;
    }
}

static int read_arguments(struct lint_command *lint, bool *ret_go_on)
{
    *ret_go_on = false;
    for (;;) {
        int code = CLI_PASSED;
        switch (cli_next(&lint->reader)) {
        case CLI_OPTION: code = take_option(lint); break;
        case CLI_ARGUMENT:
            if (lint->subject.path)
                return cli_wrong(&lint->reader, "expected one scenario, found also \"%s\"",
                                 lint->reader.value);
            lint->subject.path = lint->reader.value;
            break;
        case CLI_HELP: cli_print_help(lint->reader.command, lint->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            *ret_go_on = lint->subject.path != NULL;
            return *ret_go_on ? CLI_PASSED : cli_wrong(&lint->reader, "expected a scenario");
        }
        if (code != CLI_PASSED) return code;
    }
}

static int read_scenario(struct lint_command *lint)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    lint->subject.settings = lint->settings.items;
    lint->subject.setting_count = lint->settings.count;
    enum fl_error err = scenario_read(lint->subject.path, lint->settings.items,
                                      lint->settings.count, &plan, &message);
    if (err)
        fprintf(lint->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    else
        matrix_subject_of(plan, &lint->subject);
    if (lint->seed >= 0) lint->subject.seed = (uint64_t)lint->seed;
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err ? CLI_USAGE : CLI_PASSED;
}

/* --- the report --- */

/* To the nearest second: a key is looked at a little after it was set. */
static void print_duration(FILE *out, int64_t us)
{
    struct fl_buf text = FL_BUF_INIT(64);
    int64_t seconds = (us + FL_SECOND_US / 2) / FL_SECOND_US;
    enum fl_error err = fl_duration_format(&text, seconds * FL_SECOND_US);
    fprintf(out, "%s", err || !text.bytes ? "?" : text.bytes);
    fl_buf_release(&text);
}

static void print_rule(const struct lint_command *lint, const struct run_guard *guard)
{
    fprintf(lint->out, "%.*s  of %.*s lives for ", FL_SPAN_ARGS(guard->key),
            FL_SPAN_ARGS(guard->job));
    print_duration(lint->out, guard->ends_us - guard->at_us);
    fprintf(lint->out, "; a repeat can come for ");
    print_duration(lint->out, guard->span_us);
    fprintf(lint->out, " (%" PRId64 " retr%s, and until a lost process is noticed)\n",
            guard->retries, guard->retries == 1 ? "y" : "ies");
}

static void print_story(const struct lint_command *lint, struct fl_span story)
{
    while (story.length) {
        const char *end = memchr(story.bytes, '\n', story.length);
        size_t length = end ? (size_t)(end - story.bytes) : story.length;
        fprintf(lint->out, "      %.*s\n", (int)length, story.bytes);
        length += end != NULL;
        story = (struct fl_span){story.bytes + length, story.length - length};
    }
}

static void write_file(const struct lint_command *lint, const struct lint_finding *finding,
                       unsigned number)
{
    struct fl_buf lines = FL_BUF_INIT(MESSAGE_BYTES_MAX), text = FL_BUF_INIT(FILE_BYTES_MAX),
                  message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/lint-%u.scenario", lint->folder, number);
    enum fl_error err = fl_buf_append_span(&lines, matrix_subject_always(&lint->subject));
    if (!err) err = fl_buf_append_text(&lines, finding->line);
    if (!err)
        err = matrix_file_of_cell(lint->subject.path, lint->settings.items, lint->settings.count,
                                  fl_buf_span(&lines), lint->result.undisturbed.items[0].facts,
                                  &text, &message);
    if (!err && matrix_file_write(lint->folder, path, fl_buf_span(&text)))
        fprintf(lint->out, "    shown by %s\n", path);
    else
        fprintf(lint->err, "faultline lint: %s cannot be written\n", path);
    fl_buf_release(&lines);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void print_finding(const struct lint_command *lint, const struct lint_finding *finding,
                          unsigned number)
{
    static const char *const verdicts[] = {
        [LINT_LASTS] = "lasts",
        [LINT_NEEDLESS] = "no repeat does harm, even after its end",
        [LINT_NO_GUARD] = "a repeat does harm even while it lives: it keeps none away",
        [LINT_DIES_EARLY] = "a repeat a second after its end does harm, and none before:",
    };
    print_rule(lint, finding->guard);
    fprintf(lint->out, "    %s\n", verdicts[finding->verdict]);
    if (finding->verdict != LINT_DIES_EARLY) return;
    print_story(lint, fl_buf_span(&finding->story));
    write_file(lint, finding, number);
}

static int report(const struct lint_command *lint)
{
    const struct lint_result *result = &lint->result;
    unsigned findings = 0;
    if (result->trouble) {
        fprintf(lint->err, "faultline lint: %s\n",
                result->message.length ? result->message.bytes : "no answer");
        return result->trouble == MATRIX_BAD_INPUT ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    for (uint32_t i = 0; i < result->count; i++) {
        findings += result->findings[i].verdict == LINT_DIES_EARLY;
        print_finding(lint, &result->findings[i], findings);
    }
    if (!result->count) fprintf(lint->out, "no handler leaves a key with a time to live\n");
    fprintf(lint->out, "%u passed, %u failed, 0 skipped\n", result->count - findings, findings);
    return findings ? CLI_FAILED : CLI_PASSED;
}

/* --- the whole --- */

static int look(struct lint_command *lint)
{
    struct pool *pool;
    enum fl_error err = pool_new(1, SESSION_HANG_US, &pool);
    if (err) {
        fprintf(lint->err, "faultline: the run workers: %s\n", fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    const struct matrix_order order = matrix_subject_order(&lint->subject, pool);
    lint_run(&order, &lint->result);
    pool_free(pool);
    int code = report(lint);
    lint_result_release(&lint->result);
    return code;
}

static int lint_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct lint_command *lint = calloc(1, sizeof *lint);
    if (!lint) return CLI_HARNESS_FAULT;
    lint->reader = cli_reader_init(&command_lint, argc, argv, err);
    lint->out = out;
    lint->err = err;
    lint->seed = -1;
    lint->folder = "out";
    lint->arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    int code = read_arguments(lint, &go_on);
    if (go_on) code = read_scenario(lint);
    if (go_on && code == CLI_PASSED) code = look(lint);
    fl_arena_release(&lint->arena);
    free(lint);
    return code;
}

const struct cli_command command_lint = {
    .name = "lint",
    .arguments = "SCENARIO",
    .summary = "Finds keys that keep repeats away, and die while one can still come",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = lint_main,
};
