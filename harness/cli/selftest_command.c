/* `faultline selftest`: bugs are planted in copies of the sources, and must be found; handlers that
 * are known to be good must not be accused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/session.h"
#include "harness/selftest/child.h"
#include "harness/selftest/crew.h"
#include "harness/selftest/muster.h"
#include "harness/selftest/table.h"

enum {
    CAMPAIGNS_MAX = 100,
    PAGE_CAMPAIGNS = 3,
    PROBLEM_BYTES_MAX = 64 * 1024,
};

enum { OPT_SOURCE, OPT_BUILD, OPT_JOBS, OPT_MEASURE, OPT_MARKDOWN };

static const struct cli_option options[] = {
    {OPT_SOURCE, 0, "source", "FOLDER", "the sources of Faultline; the current folder by default"},
    {OPT_BUILD, 0, "build", "NAME", "where in them they are built; build by default"},
    {OPT_JOBS, 'j', "jobs", "N", "bugs at a time; one for each processor by default"},
    {OPT_MEASURE, 0, "measure", "N", "also count the runs until random, pct and guided find it"},
    {OPT_MARKDOWN, 0, "markdown", NULL, "print docs/reference/selftest.md; with --measure 3"},
};

static const char details[] =
    "Each PATCH, by default each of tests/planted, is applied to a copy of the sources, built and\n"
    "looked for by the command that it names, which must be green without it, must end red with\n"
    "it, within its budget of runs, and must say the words that the patch expects. A patch that\n"
    "expects nothing is no bug, and must not be found. Then each handler of tests/good is played\n"
    "with its claim on its class, in campaigns of each strategy, and with every allocation "
    "failing:\n"
    "none may be accused. Wants ninja, patch and a C compiler.\n"
    "Exit status: 0 all as it should be, 1 otherwise, 2 usage or bad input, 5 a fault of the\n"
    "harness or of the machine.\n";

struct selftest {
    struct cli_reader reader;
    FILE *out, *err, *told;     /* told: what is not the page */
    const char *source, *build; /* source: absolute */
    int jobs;
    uint32_t campaigns;
    bool markdown;
    const char *paths[MUSTER_BUGS_MAX]; /* of patches, as given */
    uint32_t path_count;
    struct muster muster;
    struct trial_report reports[MUSTER_BUGS_MAX];
    uint32_t planted[MUSTER_BUGS_MAX]; /* those whose finders are green */
    uint32_t planted_count;
    struct green_report *green_reports; /* owned; one for each */
    struct tree trees[CREW_MEMBERS_MAX];
    uint32_t passed, failed;
};

/* --- options --- */

static int take_option(struct selftest *selftest)
{
    const struct cli_reader *reader = &selftest->reader;
    int64_t number;
    switch (reader->id) {
    case OPT_SOURCE: selftest->source = reader->value; return CLI_PASSED;
    case OPT_BUILD:
        if (strchr(reader->value, '/'))
            return cli_wrong(reader, "expected a name below the sources, found \"%s\"",
                             reader->value);
        selftest->build = reader->value;
        return CLI_PASSED;
    case OPT_JOBS:
        if (!cli_number(reader, reader->value, 1, CREW_MEMBERS_MAX, &number)) return CLI_USAGE;
        selftest->jobs = (int)number;
        return CLI_PASSED;
    case OPT_MEASURE:
        if (!cli_number(reader, reader->value, 1, CAMPAIGNS_MAX, &number)) return CLI_USAGE;
        selftest->campaigns = (uint32_t)number;
        return CLI_PASSED;
    case OPT_MARKDOWN: selftest->markdown = true; return CLI_PASSED;
    }
    return CLI_USAGE;
}

static int take_path(struct selftest *selftest)
{
    if (selftest->path_count == MUSTER_BUGS_MAX)
        return cli_wrong(&selftest->reader, "expected at most %d patches", MUSTER_BUGS_MAX);
    selftest->paths[selftest->path_count++] = selftest->reader.value;
    return CLI_PASSED;
}

static int read_arguments(struct selftest *selftest, bool *ret_go_on)
{
    *ret_go_on = false;
    for (;;) {
        int code = CLI_PASSED;
        switch (cli_next(&selftest->reader)) {
        case CLI_OPTION: code = take_option(selftest); break;
        case CLI_ARGUMENT: code = take_path(selftest); break;
        case CLI_HELP: cli_print_help(selftest->reader.command, selftest->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END: *ret_go_on = true; return CLI_PASSED;
        }
        if (code != CLI_PASSED) return code;
    }
}

/* --- what there is to try --- */

static int gather(struct selftest *selftest)
{
    struct fl_buf problem = FL_BUF_INIT(PROBLEM_BYTES_MAX);
    struct muster *muster = &selftest->muster;
    enum fl_error err = FL_OK;
    char *source = realpath(selftest->source, NULL);
    if (!source)
        return cli_wrong(&selftest->reader, "expected a folder, found %s: %s", selftest->source,
                         strerror(errno));
    selftest->source = fl_arena_copy(&muster->arena, fl_span_from(source));
    free(source);
    if (!selftest->source) err = FL_ENOMEM;
    for (uint32_t i = 0; i < selftest->path_count && !err; i++)
        err = muster_add_patch(muster, selftest->paths[i], &problem);
    if (!selftest->path_count && !err) err = muster_add_all(muster, selftest->source, &problem);
    if (err)
        fprintf(selftest->err, "faultline selftest: %s\n",
                err == FL_EINVAL ? problem.bytes : fl_error_text(err));
    fl_buf_release(&problem);
    return !err ? CLI_PASSED : err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
}

/* --- copies --- */

static int tell_problem(const struct selftest *selftest, const char *what, enum fl_error err,
                        struct fl_buf *problem)
{
    fprintf(selftest->err, "faultline selftest: %s\n%s\n", what,
            problem->length ? problem->bytes : fl_error_text(err));
    fl_buf_release(problem);
    return err == FL_EINVAL ? CLI_USAGE : CLI_HARNESS_FAULT;
}

static int make_trees(struct selftest *selftest)
{
    struct fl_buf problem = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX);
    enum fl_error err =
        tree_build_original(selftest->source, selftest->build, "selftest", &problem);
    if (err) return tell_problem(selftest, "the sources cannot be built", err, &problem);
    for (int i = 0; i < selftest->jobs && !err; i++)
        err = tree_copy(selftest->source, selftest->build, i + 1, &selftest->trees[i], &problem);
    if (err) return tell_problem(selftest, "the sources cannot be copied", err, &problem);
    fl_buf_release(&problem);
    return CLI_PASSED;
}

/* --- without a bug --- */

static void work_green(void *context, int member, uint32_t item, void *ret_result)
{
    const struct selftest *selftest = context;
    green_run(&selftest->trees[member], &selftest->muster.greens.items[item], ret_result);
}

static void take_green(void *context, uint32_t item, const void *result)
{
    struct selftest *selftest = context;
    selftest->green_reports[item] = *(const struct green_report *)result;
}

static enum fl_error play_greens(struct selftest *selftest)
{
    const struct crew crew = {.context = selftest,
                              .work = work_green,
                              .take = take_green,
                              .result_bytes = sizeof(struct green_report)};
    selftest->green_reports =
        calloc(selftest->muster.greens.count + 1, sizeof *selftest->green_reports);
    if (!selftest->green_reports) return FL_ENOMEM;
    return crew_run(&crew, selftest->jobs, selftest->muster.greens.count);
}

static void count(struct selftest *selftest, bool good)
{
    if (good)
        selftest->passed++;
    else
        selftest->failed++;
}

static void tell_handler(struct selftest *selftest, const char *handler)
{
    const struct green_report *accused = NULL;
    const struct green *by = NULL;
    for (uint32_t i = 0; i < selftest->muster.greens.count && !accused; i++) {
        by = &selftest->muster.greens.items[i];
        if (by->handler == handler && !green_is_green(&selftest->green_reports[i]))
            accused = &selftest->green_reports[i];
    }
    count(selftest, !accused);
    fprintf(selftest->told, "%s  good handler %-31s %s\n", accused ? "FAIL" : "PASS", handler,
            accused ? "is accused" : "green");
    if (accused) {
        fputs("            faultline", selftest->told);
        for (uint32_t i = 0; i < by->command.word_count; i++)
            fprintf(selftest->told, " %s", by->command.words[i]);
        fprintf(selftest->told, "\n%s\n", accused->why);
    }
}

/* A bug whose finder is red anyway is not planted. */
static void choose(struct selftest *selftest)
{
    for (uint32_t i = 0; i < selftest->muster.bug_count; i++) {
        const struct mutant *mutant = &selftest->muster.bugs[i].mutant;
        struct trial_report *report = &selftest->reports[i];
        uint32_t at = 0;
        while (!green_finds(&selftest->muster.greens.items[at], mutant))
            at++; /* it was added with it */
        if (green_is_green(&selftest->green_reports[at])) {
            selftest->planted[selftest->planted_count++] = i;
            continue;
        }
        report->end = TRIAL_RED_ANYWAY;
        memcpy(report->why, selftest->green_reports[at].why, sizeof report->why);
        count(selftest, false);
        table_line(selftest->told, mutant, report);
    }
}

/* --- with one --- */

static void work_mutant(void *context, int member, uint32_t item, void *ret_result)
{
    const struct selftest *selftest = context;
    uint32_t i = selftest->planted[item];
    trial_run(&selftest->trees[member], &selftest->muster.bugs[i].mutant,
              selftest->muster.bugs[i].patch, selftest->campaigns, ret_result);
}

static void take_mutant(void *context, uint32_t item, const void *result)
{
    struct selftest *selftest = context;
    uint32_t i = selftest->planted[item];
    selftest->reports[i] = *(const struct trial_report *)result;
    count(selftest, trial_is_good(&selftest->muster.bugs[i].mutant, &selftest->reports[i]));
    table_line(selftest->told, &selftest->muster.bugs[i].mutant, &selftest->reports[i]);
}

static enum fl_error play_mutants(struct selftest *selftest)
{
    const struct crew crew = {.context = selftest,
                              .work = work_mutant,
                              .take = take_mutant,
                              .result_bytes = sizeof(struct trial_report)};
    return crew_run(&crew, selftest->jobs, selftest->planted_count);
}

/* --- the whole --- */

static void print_page(struct selftest *selftest)
{
    table_begin_page(selftest->out);
    for (uint32_t i = 0; i < selftest->muster.bug_count; i++)
        table_row(selftest->out, &selftest->muster.bugs[i].mutant, &selftest->reports[i]);
    table_end_page(selftest->out, selftest->muster.handlers, selftest->muster.handler_count);
}

static int play(struct selftest *selftest)
{
    int code = make_trees(selftest);
    if (code != CLI_PASSED) return code;
    enum fl_error err = play_greens(selftest);
    for (uint32_t i = 0; i < selftest->muster.handler_count && !err; i++)
        tell_handler(selftest, selftest->muster.handlers[i]);
    if (!err) {
        choose(selftest);
        err = play_mutants(selftest);
    }
    if (err) {
        fprintf(selftest->err, "faultline selftest: a copy could not be worked on: %s\n",
                fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    if (selftest->markdown) print_page(selftest);
    fprintf(selftest->told, "%u passed, %u failed, 0 skipped\n", selftest->passed,
            selftest->failed);
    return selftest->failed ? CLI_FAILED : CLI_PASSED;
}

static int selftest_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct selftest *selftest = calloc(1, sizeof *selftest);
    if (!selftest) return CLI_HARNESS_FAULT;
    selftest->reader = cli_reader_init(&command_selftest, argc, argv, err);
    selftest->out = selftest->told = out;
    selftest->err = err;
    selftest->source = ".";
    selftest->build = "build";
    muster_init(&selftest->muster);
    int code = read_arguments(selftest, &go_on);
    if (selftest->markdown) selftest->told = err;
    if (selftest->markdown && !selftest->campaigns) selftest->campaigns = PAGE_CAMPAIGNS;
    selftest->jobs = session_workers(selftest->jobs, 1);
    if (selftest->jobs > CREW_MEMBERS_MAX) selftest->jobs = CREW_MEMBERS_MAX;
    if (go_on) code = gather(selftest);
    if (go_on && code == CLI_PASSED) {
        code = play(selftest);
        tree_remove_copies(selftest->source, selftest->build);
    }
    muster_release(&selftest->muster);
    free(selftest->green_reports);
    free(selftest);
    return code;
}

const struct cli_command command_selftest = {
    .name = "selftest",
    .arguments = "[PATCH]...",
    .summary = "Plants bugs in copies of the sources, and looks whether they are found",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = selftest_main,
};
