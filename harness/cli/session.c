#include "harness/cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/class_gate.h"
#include "harness/cli/minimal.h"
#include "harness/cli/replay_file.h"
#include "harness/picture/page.h"

enum { PATH_BYTES_MAX = 512, COMMAND_BYTES_MAX = 16 * 1024, JOBS_MAX = POOL_WORKERS_MAX };

struct session {
    const struct session_options *options;
    const struct session_play *plays;
    uint32_t count;
    struct report report;
    struct report_sums sums;
    int64_t begun_us;
    uint64_t runs_total; /* 0: unknown */
    struct minimal minimal;
    enum course_outcome gravest;
};

int session_exit_code(enum course_outcome outcome)
{
    switch (outcome) {
    case COURSE_PASSED:
    case COURSE_INDETERMINATE: return CLI_PASSED; /* nothing has failed */
    case COURSE_FAILED: return CLI_FAILED;
    case COURSE_STUCK: return CLI_STUCK;
    case COURSE_CRASHED: return CLI_HANDLER_CRASHED;
    case COURSE_BAD_INPUT: return CLI_USAGE;
    case COURSE_NONDETERMINISM: return CLI_NONDETERMINISM;
    case COURSE_HARNESS_FAULT: return CLI_HARNESS_FAULT;
    }
    return CLI_HARNESS_FAULT;
}

/* --- files --- */
/* out/import-csv-import-completes.replay */
static bool out_path(const struct session *session, const char *id, const char *kind,
                     char path[PATH_BYTES_MAX])
{
    int length = snprintf(path, PATH_BYTES_MAX, "%s/", session->options->out_folder);
    if (length < 0 || length >= PATH_BYTES_MAX) return false;
    char *name = path + length;
    length = snprintf(name, (size_t)(PATH_BYTES_MAX - length), "%s.%s", id, kind);
    if (length < 0 || name + length >= path + PATH_BYTES_MAX) return false;
    for (; *name; name++)
        if (*name == '/') *name = '-';
    return true;
}

static bool write_out_file(const struct session *session, const char *path, struct fl_span text)
{
    if (mkdir(session->options->out_folder, 0777) != 0 && errno != EEXIST) return false;
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool whole = fwrite(text.bytes, 1, text.length, file) == text.length;
    return fclose(file) == 0 && whole;
}

/* Of a run that could not tell its choices: where they come from. */
static void add_source(const struct coordinator_scenario *scenario, struct replay *replay)
{
    if (scenario->source == REQUEST_BY_PRIORITY) {
        replay->depth = scenario->depth;
        replay->horizon = scenario->horizon;
    }
    replay->then_seeded = scenario->source == REQUEST_THEN_SEEDED;
    replay->choices = scenario->choices;
}

static bool write_replay(const struct session *session, const struct session_play *play,
                         const struct course *course, const struct coordinator_record *record,
                         char path[PATH_BYTES_MAX])
{
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    const struct course_failure *failure = &course->failure;
    struct replay replay = {
        .scenario = play->scenario.path,
        .settings = play->scenario.settings,
        .setting_count = play->scenario.setting_count,
        .seed = failure->seed,
        .sweep = failure->sweep,
        .has_trace = failure->trace_hash[0] != 0 || failure->trace_hash[1] != 0,
        .trace_hash = {failure->trace_hash[0], failure->trace_hash[1]},
    };
    if (record && failure->outcome != COURSE_NONDETERMINISM)
        replay.choices = record->choices;
    else
        add_source(&play->scenario, &replay);
    bool done = out_path(session, play->id, "replay", path) &&
                replay_format(&replay, &text) == FL_OK &&
                write_out_file(session, path, fl_buf_span(&text));
    fl_buf_release(&text);
    return done;
}

/* False: it could not be drawn or written. */
static bool write_picture(const struct session *session, const struct session_play *play,
                          const struct report_failure *failure, struct fl_span recording,
                          char path[PATH_BYTES_MAX])
{
    struct fl_buf page = FL_BUF_INIT(PICTURE_BYTES_MAX), replay = FL_BUF_INIT(COMMAND_BYTES_MAX);
    struct picture_about about = {
        .path = play->scenario.path,
        .failed_line = failure->line,
        .seed = failure->seed,
        .text = failure->text,
        .swept_at = failure->swept_at,
    };
    enum fl_error err = report_append_replay(&replay, session->options->program, failure);
    about.replay = fl_buf_span(&replay);
    if (!err) err = picture_write(&about, recording, &page);
    bool done = !err && out_path(session, play->id, "html", path) &&
                write_out_file(session, path, fl_buf_span(&page));
    fl_buf_release(&page);
    fl_buf_release(&replay);
    return done;
}

/* --- results --- */
struct failure_paths {
    char replay[PATH_BYTES_MAX], minimal[PATH_BYTES_MAX], picture[PATH_BYTES_MAX];
};

static struct report_failure failure_of(struct session *session, const struct session_play *play,
                                        const struct course *course,
                                        const struct coordinator_record *record,
                                        struct failure_paths *paths)
{
    const struct course_failure *failure = &course->failure;
    struct report_failure told = {
        .line = failure->failed_line,
        .text = fl_buf_span(&failure->text),
        .swept_at = fl_buf_span(&failure->swept_at),
        .seed = failure->seed,
        .sweep = failure->sweep,
        .replay = play->replay,
    };
    bool playable = failure->outcome != COURSE_BAD_INPUT && course->runs > 0;
    if (!play->replay && playable) {
        bool written = write_replay(session, play, course, record, paths->replay);
        bool fails = failure->outcome != COURSE_INDETERMINATE;
        if (written) told.replay = paths->replay;
        if (!written) told.unwritable_folder = session->options->out_folder;
        if (written && fails && !session->options->no_shrink &&
            out_path(session, play->id, "scenario", paths->minimal) &&
            minimal_of_failure(&session->minimal, &play->scenario, failure,
                               record ? record->choices : play->scenario.choices, paths->minimal,
                               &told.minimal_lines))
            told.minimal = paths->minimal;
    }
    return told;
}

static struct report_failure failure_of_class(const struct class_verdict *class,
                                              const struct session_play *play)
{
    return (struct report_failure){.line = class->line,
                                   .text = fl_buf_span(&class->text),
                                   .seed = play->scenario.seed_first,
                                   .sweep = -1};
}

/* Where one was asked for, and there is a run to draw. */
static void add_picture(const struct session *session, const struct session_play *play,
                        const struct coordinator_record *record, struct report_failure *failure,
                        char path[PATH_BYTES_MAX])
{
    if (!record || !record->recording.length) return;
    if (write_picture(session, play, failure, record->recording, path))
        failure->picture = path;
    else
        failure->unpictured_folder = session->options->out_folder;
}

/* Whether a replay went as it had gone when it was written. */
static void tell_replay(struct session *session, const struct session_play *play,
                        const struct course *course, const struct coordinator_record *record)
{
    bool same = course->trace_hash[0] == play->trace_hash[0] &&
                course->trace_hash[1] == play->trace_hash[1];
    FILE *out = session->report.out;
    if (play->has_trace)
        fprintf(
            out, "      %s\n",
            same ? "same trace as recorded"
                 : "the trace differs from the recorded one: the code or the scenario has changed");
    if (record && record->misses)
        fprintf(out, "      %llu recorded choices were not possible any more\n",
                (unsigned long long)record->misses);
}

static enum report_verdict verdict_of(enum course_outcome outcome)
{
    switch (outcome) {
    case COURSE_PASSED: return REPORT_PASSED;
    case COURSE_INDETERMINATE: return REPORT_INDETERMINATE;
    case COURSE_FAILED: return REPORT_FAILED;
    case COURSE_STUCK: return REPORT_STUCK;
    case COURSE_CRASHED: return REPORT_CRASHED;
    case COURSE_BAD_INPUT: return REPORT_BAD_INPUT;
    case COURSE_NONDETERMINISM: return REPORT_NONDETERMINISM;
    case COURSE_HARNESS_FAULT: return REPORT_HARNESS_FAULT;
    }
    return REPORT_HARNESS_FAULT;
}

static const char *unit_of(const struct coordinator_scenario *scenario)
{
    if (scenario->single) return "run";
    bool seeds = scenario->seed_first != scenario->seed_last;
    if (scenario->sweeps) return seeds ? "run" : "sweep";
    return seeds ? "seed" : "run";
}

static struct report_run run_of(const struct session *session, const struct session_play *play,
                                const struct course *course)
{
    return (struct report_run){
        .id = play->id,
        .path = play->scenario.path,
        .title = play->title,
        .verdict = verdict_of(course_outcome(course)),
        .trace_hash = {course->trace_hash[0], course->trace_hash[1]},
        .runs = course->runs,
        .failed = course->failed,
        .indeterminate = course->indeterminate,
        .unit = unit_of(&play->scenario),
        .stopped = course_stopped(course),
        .effects = course->effects * (uint64_t)session->options->plays,
        .virtual_us = course->virtual_us,
        .real_us = course->real_us,
    };
}

static void add_sums(struct session *session, const struct report_run *run)
{
    bool passed = run->verdict == REPORT_PASSED, open = run->verdict == REPORT_INDETERMINATE;
    session->sums.passed += passed;
    session->sums.failed += !passed && !open;
    session->sums.skipped += open;
    session->sums.indeterminate += open;
    session->sums.runs += run->runs;
    session->sums.effects += run->effects;
    session->sums.virtual_us += run->virtual_us;
}

static void on_finished(void *context, uint32_t index, const struct course *course,
                        const struct coordinator_record *record)
{
    struct failure_paths paths;
    struct session *session = context;
    const struct session_play *play = &session->plays[index];
    struct report_run run = run_of(session, play, course);
    struct class_verdict class = {.outcome = course_outcome(course)};
    struct report_failure failure;
    if (play->claims_class && run.verdict == REPORT_PASSED) {
        class_gate_judge(&play->scenario, session->options->jobs, &class);
        run.verdict = verdict_of(class.outcome);
        run.failed = class.outcome != COURSE_PASSED;
    }
    bool passed = run.verdict == REPORT_PASSED;
    if (session->options->print_trace && record) {
        report_clear(&session->report);
        fprintf(session->report.out, "%.*s", FL_SPAN_ARGS(record->trace));
    }
    report_run(&session->report, &run);
    if (play->replay) tell_replay(session, play, course, record);
    if (!passed) {
        failure = class.line ? failure_of_class(&class, play)
                             : failure_of(session, play, course, record, &paths);
        if (!class.line) add_picture(session, play, record, &failure, paths.picture);
        report_failure(&session->report, &run, &failure);
    }
    if (session->options->outlets)
        report_outlets_result(session->options->outlets, &run, passed ? NULL : &failure);
    add_sums(session, &run);
    if (class.outcome > session->gravest) session->gravest = class.outcome;
    fl_buf_release(&class.text);
}

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Of all scenarios; 0 when one of them sweeps. */
static uint64_t known_runs(const struct session_play *plays, uint32_t count)
{
    uint64_t runs = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct coordinator_scenario *scenario = &plays[i].scenario;
        if (scenario->sweeps && !scenario->single) return 0;
        runs += scenario->single ? 1 : scenario->seed_last - scenario->seed_first + 1;
    }
    return runs;
}

static void on_progress(void *context, uint32_t index, uint64_t runs)
{
    struct session *session = context;
    if (index >= session->count) return;
    const struct report_progress progress = {.what = session->plays[index].id,
                                             .scenarios_done = index,
                                             .scenarios = session->count,
                                             .runs = runs,
                                             .runs_total = session->runs_total,
                                             .real_us = real_us() - session->begun_us};
    report_progress(&session->report, &progress);
}

/* --- the whole --- */

/* A run and its second play need two workers whatever the number of jobs. */
int session_workers(int jobs, int plays)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (!jobs) jobs = (int)(processors > 0 ? processors : 1);
    if (jobs > JOBS_MAX) jobs = JOBS_MAX;
    return jobs < plays ? plays : jobs;
}

static enum fl_error play_all(struct session *session, const struct coordinator_scenario *scenarios)
{
    struct pool *pool;
    const struct coordinator_options options = {
        .plays = session->options->plays,
        .record_wants = session->options->picture ? RUN_WANTS_RECORDING : RUN_WANTS_NOTHING,
        .record_all = session->options->print_trace,
    };
    const struct coordinator_sink sink = {session, on_finished, on_progress};
    enum fl_error err =
        pool_new(session_workers(session->options->jobs, (int)session->options->plays),
                 SESSION_HANG_US, &pool);
    if (err) return err;
    session->minimal.workers = pool_workers(pool);
    session->minimal.real_us_max = session->options->shrink_real_us_max;
    err = coordinator_run(pool, &options, scenarios, session->count, &sink);
    minimal_release(&session->minimal);
    pool_free(pool);
    return err;
}

int session_run(const struct session_options *options, const struct session_play *plays,
                uint32_t count, FILE *out, FILE *err_out)
{
    struct session session = {.options = options, .plays = plays, .count = count};
    struct fl_arena arena = FL_ARENA_INIT(0);
    session.report = report_init(out, options->program, options->colour);
    session.report.detail = options->detail;
    session.runs_total = known_runs(plays, count);
    session.sums.failed = options->failed;
    session.sums.skipped = options->skipped;
    session.begun_us = real_us();
    enum fl_error err = FL_ENOMEM;
    struct coordinator_scenario *scenarios =
        fl_arena_alloc_array(&arena, count + 1, sizeof *scenarios);
    for (uint32_t i = 0; scenarios && i < count; i++)
        scenarios[i] = plays[i].scenario;
    if (scenarios) err = play_all(&session, scenarios);
    fl_arena_release(&arena);
    session.sums.real_us = real_us() - session.begun_us;
    if (err) {
        report_clear(&session.report);
        fprintf(err_out, "faultline: the run workers: %s\n", fl_error_text(err));
        session.sums.failed +=
            count - session.sums.passed - session.sums.failed - session.sums.indeterminate;
        session.gravest = COURSE_HARNESS_FAULT;
    }
    if (options->outlets && !report_outlets_close(options->outlets, &session.sums))
        session.gravest = COURSE_HARNESS_FAULT;
    report_sums(&session.report, &session.sums);
    report_release(&session.report);
    return session_exit_code(session.gravest);
}

/* The line in "FILE:LINE:COLUMN: ..."; 0: it tells none. */
static uint32_t line_of_problem(const struct session_play *play)
{
    size_t length = strlen(play->scenario.path);
    if (strncmp(play->problem, play->scenario.path, length) != 0 || play->problem[length] != ':')
        return 0;
    return (uint32_t)strtoul(play->problem + length + 1, NULL, 10);
}

int session_refuse(const struct session_options *options, const struct session_play *plays,
                   uint32_t count, FILE *out)
{
    struct report_sums sums = {0};
    bool written = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct session_play *play = &plays[i];
        bool unreadable = play->problem != NULL;
        const struct report_run run = {.id = play->id,
                                       .path = play->scenario.path,
                                       .title = play->title,
                                       .verdict = unreadable ? REPORT_BAD_INPUT : REPORT_SKIPPED,
                                       .unit = "run"};
        struct report_failure failure = {.text = fl_span_from(play->problem)};
        if (unreadable) failure.line = line_of_problem(play);
        if (options->outlets)
            report_outlets_result(options->outlets, &run, unreadable ? &failure : NULL);
        sums.failed += unreadable;
        sums.skipped += !unreadable;
    }
    if (options->outlets) written = report_outlets_close(options->outlets, &sums);
    fprintf(out, "0 passed, %llu failed, %llu skipped\n", (unsigned long long)sums.failed,
            (unsigned long long)sums.skipped);
    return written ? CLI_USAGE : CLI_HARNESS_FAULT;
}
