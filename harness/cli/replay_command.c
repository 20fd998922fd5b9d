/* `faultline replay`: one run again, from the file that a failure left behind. */
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/replay_debug.h"
#include "harness/cli/replay_file.h"
#include "harness/cli/replay_moment.h"
#include "harness/cli/replay_source.h"
#include "harness/cli/report_option.h"
#include "harness/cli/session.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024 };

enum { OPT_TRACE, OPT_TO, OPT_WRITER, OPT_GDB, OPT_PICTURE, OPT_REPORT, OPT_NO_VERIFY, OPT_COLOR };

static const struct cli_option options[] = {
    {OPT_TRACE, 0, "trace", NULL, "print the whole trace"},
    {OPT_TO, 0, "to", "EFFECT", "show what is where once this effect is over"},
    {OPT_WRITER, 0, "writer", "KEY", "show who wrote this key, table or job last, by then"},
    {OPT_GDB, 0, "gdb", NULL,
     "stop right before the effect in gdb: sim-next, sim-back, sim-state, sim-why"},
    {OPT_PICTURE, 0, "picture", NULL, "draw the run, when it fails, as out/NAME.html"},
    {OPT_REPORT, 0, "report", "FORMAT[=FILE]", "also as junit, tap, jsonl, github or markdown"},
    {OPT_NO_VERIFY, 0, "no-verify", NULL, "play the run once, not twice"},
    {OPT_COLOR, 0, "color", "WHEN", "auto, always or never"},
};

static const char details[] =
    "FILE is a replay, or a scenario, of which the run of the first seed is played.\n"
    "EFFECT is named as everywhere: imp-1#2.7 by its number, or imp-1#2 the 1st \"redis LREM\" by "
    "its\n"
    "label, which a change of the code elsewhere does not move. Shown are Redis, the jobs, the\n"
    "database, mails and requests, and the last events. Without --to, --writer looks from the "
    "end.\n";

/* Whether the scenario of the replay can still be read. */
static bool readable(const struct replay *replay, FILE *err_out)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_read(replay->scenario, replay->settings, replay->setting_count, &plan, &message);
    if (err) fprintf(err_out, "%s\n", message.length ? message.bytes : fl_error_text(err));
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return !err;
}

static int play(struct session_options *session, const struct replay *replay, const char *path,
                FILE *out, FILE *err)
{
    struct session_play play = {
        .id = replay->scenario,
        .replay = path,
        .has_trace = replay->has_trace,
        .trace_hash = {replay->trace_hash[0], replay->trace_hash[1]},
        .scenario = {.path = replay->scenario,
                     .settings = replay->settings,
                     .setting_count = replay->setting_count,
                     .seed_first = replay->seed,
                     .seed_last = replay->seed,
                     .single = true,
                     .sweep = replay->sweep},
    };
    if (replay->choices.length) {
        play.scenario.source = replay->then_seeded ? REQUEST_THEN_SEEDED : REQUEST_RECORDED;
        play.scenario.choices = replay->choices;
    } else if (replay->depth) {
        play.scenario.source = REQUEST_BY_PRIORITY;
        play.scenario.depth = replay->depth;
        play.scenario.horizon = replay->horizon;
    }
    if (!readable(replay, err)) {
        fputs("0 passed, 1 failed, 0 skipped\n", out);
        return CLI_USAGE;
    }
    out = report_option_open(session->outlets, session->program, 1, out, err);
    return session_run(session, &play, 1, out, err);
}

static int replay_path(struct cli_reader *reader, struct session_options *session,
                       const struct replay_moment *moment, const char *path, FILE *out)
{
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    struct fl_arena arena = FL_ARENA_INIT(2 * (size_t)REPLAY_BYTES_MAX);
    struct replay replay;
    int code = replay_source_read(reader, path, &text, &arena, &replay);
    const struct replay_debug debug = {session->program, path, session->out_folder, moment->to};
    if (code == CLI_PASSED && moment->in_gdb)
        code = replay_debug(&replay, &debug, reader->err);
    else if (code == CLI_PASSED)
        code = moment->to || moment->writer ? replay_moment_show(&replay, moment, out, reader->err)
                                            : play(session, &replay, path, out, reader->err);
    fl_arena_release(&arena);
    fl_buf_release(&text);
    return code;
}

static int replay_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct cli_reader reader = cli_reader_init(&command_replay, argc, argv, err);
    struct report_outlets outlets = {0};
    struct session_options session = {
        .program = argv[0], .plays = COORDINATOR_TWICE, .outlets = &outlets, .out_folder = "out"};
    struct replay_moment moment = {0};
    const char *path = NULL;
    for (;;) {
        switch (cli_next(&reader)) {
        case CLI_OPTION:
            if (reader.id == OPT_TRACE) session.print_trace = true;
            if (reader.id == OPT_TO) moment.to = reader.value;
            if (reader.id == OPT_WRITER) moment.writer = reader.value;
            if (reader.id == OPT_GDB) moment.in_gdb = true;
            if (reader.id == OPT_PICTURE) session.picture = true;
            if (reader.id == OPT_REPORT &&
                report_option_take(&outlets, &reader, reader.value) != CLI_PASSED)
                return CLI_USAGE;
            if (reader.id == OPT_NO_VERIFY) session.plays = COORDINATOR_ONCE;
            if (reader.id == OPT_COLOR && !report_colour_parse(reader.value, &session.colour))
                return cli_wrong(&reader, "expected auto, always or never, found \"%s\"",
                                 reader.value);
            break;
        case CLI_ARGUMENT:
            if (path)
                return cli_wrong(&reader, "expected one file, found also \"%s\"", reader.value);
            path = reader.value;
            break;
        case CLI_HELP: cli_print_help(&command_replay, out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!path) return cli_wrong(&reader, "expected a replay file");
            return replay_path(&reader, &session, &moment, path, out);
        }
    }
}

const struct cli_command command_replay = {
    .name = "replay",
    .arguments = "FILE",
    .summary = "Plays a failed run again, from the file that `faultline run` left in out/",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = replay_main,
};
