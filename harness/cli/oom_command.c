/* `faultline oom`: every allocation of one process fails, and who asked for it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/cli/commands.h"
#include "harness/cli/oom_run.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, ARENA_BYTES_MAX = 1024 * 1024 };

enum { OPT_IN, OPT_JOBS, OPT_SET, OPT_SEED };

static const struct cli_option options[] = {
    {OPT_IN, 0, "in", "PROCESS", "whose allocations; by default of the one that has the first job"},
    {OPT_JOBS, 'j', "jobs", "N", "run workers; one for each processor by default"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
    {OPT_SEED, 0, "seed", "N", "run this seed instead of the scenario's own"},
};

static const char details[] =
    "Plays the scenario once for each allocation that the process makes, of handler, queue and\n"
    "libraries: that one fails; and once more, where it and all later ones fail until the process\n"
    "ends. Faults and expectations of the scenario are left out: each run is compared with the\n"
    "undisturbed one, in the words of `faultline matrix --classes`. A process that is killed\n"
    "because it holds too much is another fault: `processes 1 memory 64MiB` in a scenario.\n"
    "Exit status: 0 nothing graver than a DUP, 1 otherwise, 2 usage or bad input, 5 a fault of "
    "the\n"
    "harness.\n";

struct oom_command {
    struct cli_reader reader;
    FILE *out, *err;
    struct matrix_subject subject;
    struct set_options settings;
    struct fl_arena arena;
    char process[OOM_PROCESS_BYTES];
    int jobs;
    int64_t seed; /* -1: the scenario's own */
    struct oom_result result;
};

/* --- options --- */

static int take_option(struct oom_command *oom)
{
    const struct cli_reader *reader = &oom->reader;
    int64_t number;
    switch (reader->id) {
    case OPT_IN:
        snprintf(oom->process, sizeof oom->process, "%s", reader->value);
        return CLI_PASSED;
    case OPT_SET: return set_options_take(&oom->settings, reader, reader->value, &oom->arena);
    case OPT_SEED:
        return cli_number(reader, reader->value, 0, INT64_MAX, &oom->seed) ? CLI_PASSED : CLI_USAGE;
    case OPT_JOBS:
        if (!cli_number(reader, reader->value, 1, POOL_WORKERS_MAX, &number)) return CLI_USAGE;
        oom->jobs = (int)number;
        return CLI_PASSED;
    }
    return CLI_USAGE;
}

static int read_arguments(struct oom_command *oom, bool *ret_go_on)
{
    *ret_go_on = false;
    for (;;) {
        int code = CLI_PASSED;
        switch (cli_next(&oom->reader)) {
        case CLI_OPTION: code = take_option(oom); break;
        case CLI_ARGUMENT:
            if (oom->subject.path)
                return cli_wrong(&oom->reader, "expected one scenario, found also \"%s\"",
                                 oom->reader.value);
            oom->subject.path = oom->reader.value;
            break;
        case CLI_HELP: cli_print_help(oom->reader.command, oom->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            *ret_go_on = oom->subject.path != NULL;
            return *ret_go_on ? CLI_PASSED : cli_wrong(&oom->reader, "expected a scenario");
        }
        if (code != CLI_PASSED) return code;
    }
}

static int read_scenario(struct oom_command *oom)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    oom->subject.settings = oom->settings.items;
    oom->subject.setting_count = oom->settings.count;
    enum fl_error err =
        scenario_read(oom->subject.path, oom->settings.items, oom->settings.count, &plan, &message);
    if (err)
        fprintf(oom->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    else
        matrix_subject_of(plan, &oom->subject);
    if (oom->seed >= 0) oom->subject.seed = (uint64_t)oom->seed;
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err ? CLI_USAGE : CLI_PASSED;
}

/* --- the report --- */

static void print_sites(const struct oom_command *oom)
{
    fprintf(oom->out, " %7s  %-7s %-7s  by\n", "count", "once", "forever");
    for (uint32_t i = 0; i < oom->result.site_count; i++) {
        const struct oom_site *site = &oom->result.sites[i];
        fprintf(oom->out, " %7" PRIu32 "  %-7s %-7s  %.*s\n", site->count,
                matrix_cell_text(site->seen[OOM_ONCE]), matrix_cell_text(site->seen[OOM_FOREVER]),
                FL_SPAN_ARGS(site->path));
    }
}

static int report(const struct oom_command *oom, int64_t real_us)
{
    const struct oom_result *result = &oom->result;
    if (result->trouble) {
        fprintf(oom->err, "faultline oom: %s\n",
                result->message.length ? result->message.bytes : "no answer");
        return result->trouble == MATRIX_BAD_INPUT ? CLI_USAGE : CLI_HARNESS_FAULT;
    }
    print_sites(oom);
    matrix_stories_print(&result->stories, oom->out);
    fprintf(oom->out,
            "\n %" PRIu32 " allocations of %s at %" PRIu32
            " call paths, once and for ever: %" PRIu64 " runs in %.1f s\n",
            result->allocations, oom->process, result->site_count, result->runs,
            (double)real_us / 1e6);
    bool bad = result->seen & ~(unsigned)(MATRIX_DUPLICATE | MATRIX_REPEATED);
    return bad ? CLI_FAILED : CLI_PASSED;
}

/* --- the whole --- */

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int explore(struct oom_command *oom)
{
    struct pool *pool;
    int64_t begun_us = real_us();
    enum fl_error err = pool_new(session_workers(oom->jobs, 1), SESSION_HANG_US, &pool);
    if (err) {
        fprintf(oom->err, "faultline: the run workers: %s\n", fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    oom_run(&oom->subject, pool, oom->process, &oom->result);
    pool_free(pool);
    int code = report(oom, real_us() - begun_us);
    oom_result_release(&oom->result);
    fprintf(oom->out, "%d passed, %d failed, 0 skipped\n", code == CLI_PASSED, code != CLI_PASSED);
    return code;
}

static int oom_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct oom_command *oom = calloc(1, sizeof *oom);
    if (!oom) return CLI_HARNESS_FAULT;
    oom->reader = cli_reader_init(&command_oom, argc, argv, err);
    oom->out = out;
    oom->err = err;
    oom->seed = -1;
    oom->arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    int code = read_arguments(oom, &go_on);
    if (go_on) code = read_scenario(oom);
    if (go_on && code == CLI_PASSED) code = explore(oom);
    fl_arena_release(&oom->arena);
    free(oom);
    return code;
}

const struct cli_command command_oom = {
    .name = "oom",
    .arguments = "SCENARIO",
    .summary = "Lets each allocation of a process fail, and says who asked for it",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = oom_main,
};
