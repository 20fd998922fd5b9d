/* `faultline points`: what the faults of a scenario can address, and what its own do. */
#include <stdlib.h>

#include "harness/cli/commands.h"
#include "harness/cli/point_list.h"
#include "harness/cli/session.h"
#include "harness/cli/set_option.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, LIST_BYTES_MAX = 256 * 1024 * 1024 };

enum { OPT_SET, OPT_JOB, OPT_ALL, OPT_JSON };

static const struct cli_option options[] = {
    {OPT_JOB, 0, "job", "NAME", "only effects of these jobs; a glob"},
    {OPT_ALL, 0, "all", NULL, "also looks that found nothing, as of an idle process"},
    {OPT_JSON, 0, "json", NULL, "one JSON object"},
    {OPT_SET, 0, "set", "NAME=VALUE", "replace a default of a line `set`"},
};

static const char details[] =
    "The scenario is played once without its faults, with its first seed. Each effect is listed\n"
    "with the address by which a line `fault` or `sweep` means it, and with the lines of the file\n"
    "that do; then each fault with what it reaches. Times and chances are not looked at.\n";

struct points_command {
    struct cli_reader reader;
    struct fl_arena arena;
    struct set_options settings;
    const char *path, *job;
    bool idle, json;
    FILE *out, *err;
};

static int print(struct points_command *points, const struct point_list *list)
{
    struct fl_buf text = FL_BUF_INIT(LIST_BYTES_MAX);
    enum fl_error err = FL_OK;
    if (!points->json)
        err = fl_buf_printf(&text, "%s, undisturbed, seed %llu: %u effects\n", list->plan->path,
                            (unsigned long long)list->plan->seed_first,
                            list->undisturbed->effect_count);
    if (!err) err = points->json ? point_list_json(list, &text) : point_list_text(list, &text);
    if (!err && points->json) err = fl_buf_append_char(&text, '\n');
    if (!err) fwrite(text.bytes, 1, text.length, points->out);
    fl_buf_release(&text);
    if (err) fprintf(points->err, "faultline points: %s\n", fl_error_text(err));
    return err ? CLI_HARNESS_FAULT : CLI_PASSED;
}

static int list(struct points_command *points, const struct plan *plan, const struct probe *probe)
{
    const char *why, *ignored;
    const struct run_item *undisturbed = probe_item(probe, PROBE_UNDISTURBED, &why);
    const struct run_item *disturbed = probe_item(probe, PROBE_DISTURBED, &ignored);
    if (!undisturbed) {
        const struct run_answer *answer = &probe->answers[PROBE_UNDISTURBED];
        bool bad = answer->item_count && answer->items[0].verdict == RUN_BAD_INPUT;
        fprintf(points->err, "%s: cannot be played:\n%s\n", plan->path, why);
        return bad ? CLI_USAGE : CLI_HANDLER_CRASHED;
    }
    return print(points, &(struct point_list){.plan = plan,
                                              .undisturbed = undisturbed->facts,
                                              .disturbed = disturbed ? disturbed->facts : NULL,
                                              .job = points->job,
                                              .idle = points->idle});
}

static int play(struct points_command *points, const struct plan *plan)
{
    struct pool *pool;
    struct probe probe;
    int code = CLI_HARNESS_FAULT;
    const struct probe_order order = {.path = plan->path,
                                      .settings = points->settings.items,
                                      .setting_count = points->settings.count,
                                      .seed = plan->seed_first};
    enum fl_error err = pool_new(PROBE_RUNS, SESSION_HANG_US, &pool);
    if (!err) {
        err = probe_play(pool, &order, &probe);
        if (!err) {
            code = list(points, plan, &probe);
            probe_release(&probe);
        }
        pool_free(pool);
    }
    if (err) fprintf(points->err, "faultline points: %s\n", fl_error_text(err));
    return code;
}

static int read_and_play(struct points_command *points)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    int code = CLI_USAGE;
    enum fl_error err = scenario_read(points->path, points->settings.items, points->settings.count,
                                      &plan, &message);
    if (err)
        fprintf(points->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    else
        code = play(points, plan);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return code;
}

/* --- arguments --- */
static int take_option(struct points_command *points)
{
    switch (points->reader.id) {
    case OPT_SET:
        return set_options_take(&points->settings, &points->reader, points->reader.value,
                                &points->arena);
    case OPT_JOB: points->job = points->reader.value; return CLI_PASSED;
    case OPT_ALL: points->idle = true; return CLI_PASSED;
    default: points->json = true; return CLI_PASSED;
    }
}

static int read_arguments(struct points_command *points, bool *ret_go_on)
{
    int code = CLI_PASSED;
    while (code == CLI_PASSED) {
        switch (cli_next(&points->reader)) {
        case CLI_OPTION: code = take_option(points); break;
        case CLI_ARGUMENT:
            if (points->path)
                return cli_wrong(&points->reader, "expected one scenario, found also \"%s\"",
                                 points->reader.value);
            points->path = points->reader.value;
            break;
        case CLI_HELP: cli_print_help(&command_points, points->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!points->path) return cli_wrong(&points->reader, "expected a scenario file");
            *ret_go_on = true;
            return CLI_PASSED;
        }
    }
    return code;
}

static int points_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on = false;
    struct points_command *points = calloc(1, sizeof *points);
    if (!points) return CLI_HARNESS_FAULT;
    points->reader = cli_reader_init(&command_points, argc, argv, err);
    points->arena = FL_ARENA_INIT(0);
    points->out = out;
    points->err = err;
    int code = read_arguments(points, &go_on);
    if (go_on) code = read_and_play(points);
    fl_arena_release(&points->arena);
    free(points);
    return code;
}

const struct cli_command command_points = {
    .name = "points",
    .arguments = "SCENARIO",
    .summary = "Lists what faults can address, and what those of a scenario reach",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = points_main,
};
