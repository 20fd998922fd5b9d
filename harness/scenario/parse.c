/* Reads line by line. A statement that is wrong is reported and left out; the rest is still read,
 * so that one look shows all mistakes. Only a lack of memory or a bound ends the reading early. */
#include "harness/scenario/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/utf8.h"
#include "harness/scenario/json_lines.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/reading.h"
#include "harness/scenario/whole_file.h"

enum {
    EXPANDED_LINES_MAX = 2 * PLAN_JOBS_MAX,
    ARENA_BYTES_MAX = 1024 * 1024 * 1024,
};

typedef bool read_statement(struct reading *r);

static read_statement *const readers[] = {
    [WORD_SCENARIO] = read_scenario,
    [WORD_WHY] = read_why,
    [WORD_SET] = read_set,
    [WORD_VARY] = read_vary,
    [WORD_VARIANT] = read_variant,
    [WORD_REPEAT] = read_repeat,
    [WORD_END] = read_end,
    [WORD_SEED] = read_seed,
    [WORD_SEEDS] = read_seeds,
    [WORD_START] = read_start,
    [WORD_HORIZON] = read_horizon,
    [WORD_TOLERATES] = read_tolerates,
    [WORD_IDLE] = read_idle,
    [WORD_SCHEDULE] = read_schedule,
    [WORD_CHOICE] = read_choice,
    [WORD_EXPLORE] = read_explore,
    [WORD_MODULE] = read_module,
    [WORD_PROCESSES] = read_processes,
    [WORD_GIVEN] = read_given,
    [WORD_ENQUEUE] = read_enqueue,
    [WORD_ENQUEUE_BULK] = read_enqueue_bulk,
    [WORD_CRON] = read_cron,
    [WORD_ALERTS] = read_alerts,
    [WORD_FAULT] = read_fault,
    [WORD_SWEEP] = read_sweep,
    [WORD_HEAL] = read_heal,
    [WORD_EXPECT] = read_expect,
    [WORD_SOMETIMES] = read_sometimes,
    [WORD_VOLATILE] = read_volatile,
};

/* --- one line --- */
static bool may_repeat(enum word_statement statement)
{
    switch (statement) {
    case WORD_SCENARIO:
    case WORD_SEED:
    case WORD_SEEDS:
    case WORD_START:
    case WORD_HORIZON:
    case WORD_TOLERATES:
    case WORD_IDLE:
    case WORD_SCHEDULE:
    case WORD_EXPLORE:
    case WORD_ALERTS:
    case WORD_HEAL: return false;
    case WORD_CHOICE:
    case WORD_WHY:
    case WORD_SET:
    case WORD_VARY:
    case WORD_VARIANT:
    case WORD_REPEAT:
    case WORD_END:
    case WORD_MODULE:
    case WORD_PROCESSES:
    case WORD_GIVEN:
    case WORD_ENQUEUE:
    case WORD_ENQUEUE_BULK:
    case WORD_CRON:
    case WORD_FAULT:
    case WORD_SWEEP:
    case WORD_EXPECT:
    case WORD_SOMETIMES:
    case WORD_VOLATILE: return true;
    }
    return true;
}

/* The first statement is `scenario`, and those about the whole stand once. */
static bool check_order(struct reading *r, const struct token *first, enum word_statement statement)
{
    uint64_t bit = UINT64_C(1) << statement;
    bool begun = r->seen & (UINT64_C(1) << WORD_SCENARIO);
    if (!begun && statement != WORD_SCENARIO) {
        reading_problem(r, first, "scenario 1 \"title\" as the first line");
        r->seen |= UINT64_C(1) << WORD_SCENARIO; /* say so once */
    }
    if ((r->seen & bit) && begun && !may_repeat(statement))
        return reading_problem(r, first, "this statement only once");
    r->seen |= bit;
    if (statement == WORD_SEED) r->seen |= UINT64_C(1) << WORD_SEEDS;
    if (statement == WORD_SEEDS) r->seen |= UINT64_C(1) << WORD_SEED;
    return true;
}

static bool read_tokens(struct reading *r)
{
    int statement;
    const struct token *first = line_peek(&r->line);
    if (first->kind == TOKEN_END) return true;
    if (!reading_word(r, &words_statements, &statement)) return false;
    if (!check_order(r, first, (enum word_statement)statement)) return false;
    fl_assert((size_t)statement < FL_COUNT(readers));
    return readers[statement](r);
}

static bool report_form(struct reading *r, const struct line_error *error)
{
    struct nearest nearest = nearest_to(error->found);
    for (const struct line_setting *set = error->settings; set; set = set->next)
        nearest_offer(&nearest, set->name);
    problems_suggest(&r->problems, r->line.number, error->column, error->expected, error->found,
                     nearest.best);
    return false;
}

static bool read_copy(struct reading *r, uint64_t copy)
{
    struct line_error error = {0};
    enum fl_error err =
        line_split(&r->line, copy, r->settings, &r->plan->arena, &r->scratch, &error);
    if (err == FL_EPARSE) return report_form(r, &error);
    if (err) r->err = err;
    return !err && read_tokens(r);
}

static void read_line(struct reading *r, uint64_t *expanded)
{
    size_t valid = fl_utf8_valid_prefix(r->line.source);
    if (valid < r->line.source.length) {
        struct fl_span bad = {r->line.source.bytes + valid, 1};
        problems_add(&r->problems, r->line.number, (uint32_t)valid + 1, "valid UTF-8", bad, NULL);
        return;
    }
    /* Not even its settings are known: each variant is read when it is played. */
    if (r->of_another_variant && !line_begins(r->line.source, "variant")) return;
    if (line_begins(r->line.source, "why")) {
        read_why(r);
        return;
    }
    r->line.copies = 1;
    for (uint64_t copy = 0; copy < r->line.copies && !r->err; copy++) {
        if (++*expanded > EXPANDED_LINES_MAX) r->err = FL_EBOUND;
        if (r->err || !read_copy(r, copy)) return;
    }
}

/* --- all lines --- */
static void read_lines(struct reading *r, struct fl_span text, uint64_t *expanded, uint32_t *place)
{
    while (text.length && !r->err && r->problems.count < PROBLEMS_MAX) {
        r->line.source = line_cut(&text);
        if (++r->line.number > PLAN_LINES_MAX) r->err = FL_EBOUND;
        if (*place < r->place_count) r->line.number = r->places[(*place)++];
        if (!r->err) read_line(r, expanded);
        if (!r->err) repeat_follow(r, &text);
    }
    repeat_check(r);
}

/* As if the lines about faults and claims had not been there; jobs that they name stay known. */
static void strip(struct reading *r)
{
    struct reference *references = r->references.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->references.count; i++)
        if (references[i].kind != REFERENCE_FAULT) references[kept++] = references[i];
    r->references.count = kept;
    r->bare = true;
    r->faults.count = r->expects.count = 0;
    r->plan->heal_us = -1;
    r->plan->heal_after_fault = NULL;
    r->plan->heal_when = NULL;
    r->seen &= ~(UINT64_C(1) << WORD_HEAL);
}

static void read_text(struct reading *r, struct fl_span text,
                      const struct scenario_changes *changes)
{
    uint64_t expanded = 0;
    uint32_t place = 0;
    line_skip_mark(&text);
    read_lines(r, text, &expanded, &place);
    r->of_another_variant = false; /* what is added is of any */
    if (changes->bare) strip(r);
    read_lines(r, changes->extra, &expanded, &place);
    bool begun = r->seen & (UINT64_C(1) << WORD_SCENARIO);
    if (!begun && !r->err && r->problems.count == 0)
        problems_add(&r->problems, 1, 1, "scenario 1 \"title\" as the first line",
                     (struct fl_span){0}, NULL);
}

static void finish(struct plan *plan, const struct reading *r)
{
    plan->modules = (const char *const *)r->modules.items;
    plan->module_wheres = r->module_wheres.items;
    plan->module_count = r->modules.count;
    plan->processes = r->processes.items;
    plan->processes_count = r->processes.count;
    plan->rows = r->rows.items;
    plan->row_count = r->rows.count;
    plan->https = r->https.items;
    plan->http_count = r->https.count;
    plan->commands = r->commands.items;
    plan->command_count = r->commands.count;
    plan->files = r->files.items;
    plan->file_count = r->files.count;
    plan->jobs = r->jobs.items;
    plan->job_count = r->jobs.count;
    plan->crons = r->crons.items;
    plan->cron_count = r->crons.count;
    plan->faults = r->faults.items;
    plan->fault_count = r->faults.count;
    plan->expects = r->expects.items;
    plan->expect_count = r->expects.count;
    plan->volatiles = (const char *const *)r->volatiles.items;
    plan->volatile_count = r->volatiles.count;
    plan->choices = r->choices.items;
    plan->choice_count = r->choices.count;
    plan->variants = (const char *const *)r->variants.items;
    plan->variant_count = r->variants.count;
    plan->varied = r->varied.items;
    plan->varied_count = r->varied.count;
}

static enum fl_error take_overrides(struct reading *r, const struct scenario_setting *settings,
                                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct line_setting *set = fl_arena_alloc(&r->plan->arena, sizeof *set);
        char *name = reading_copy(r, fl_span_from(settings[i].name));
        char *value = reading_copy(r, fl_span_from(settings[i].value));
        if (!set || !name || !value) return FL_ENOMEM;
        *set = (struct line_setting){.next = r->overrides, .name = name, .value = value};
        r->overrides = set;
    }
    return FL_OK;
}

static enum fl_error read_all(struct reading *r, struct fl_span text,
                              const struct scenario_changes *changes,
                              const struct scenario_setting *settings, uint32_t setting_count)
{
    enum fl_error err = take_overrides(r, settings, setting_count);
    if (err) return err;
    bool is_json = json_lines_is_json(text);
    struct json_lines lines = {0};
    if (is_json) err = json_lines_read(text, &r->problems, &lines);
    if (err != FL_EPARSE) r->err = err;
    if (!err && is_json) {
        text = fl_buf_span(&lines.text);
        r->places = (const uint32_t *)(const void *)lines.places.bytes;
        r->place_count = (uint32_t)(lines.places.length / sizeof *r->places);
    }
    if (!err) read_text(r, text, changes);
    if (is_json) json_lines_release(&lines);
    r->place_count = 0;
    if (!r->err && r->problems.count < PROBLEMS_MAX) check_plan(r);
    if (r->err == FL_EBOUND)
        problems_add(&r->problems, r->line.number, 1,
                     "a smaller scenario: 100,000 lines, 1,000,000 jobs, 1 GiB in memory",
                     r->line.source, NULL);
    if (r->err) return r->err;
    if (r->problems.err) return r->problems.err;
    return r->problems.count ? FL_EPARSE : FL_OK;
}

static struct plan *new_plan(const char *path)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan) return NULL;
    plan->arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    plan->path = fl_arena_copy(&plan->arena, fl_span_from(path));
    plan->seed_first = plan->seed_last = 1;
    plan->start_us = PLAN_START_DEFAULT_US;
    plan->horizon_us = PLAN_HORIZON_DEFAULT_US;
    plan->fold_idle = true;
    plan->heal_us = -1;
    if (plan->path) return plan;
    scenario_plan_free(plan);
    return NULL;
}

enum fl_error scenario_parse_changed(const char *path, struct fl_span text,
                                     const struct scenario_changes *changes,
                                     const struct scenario_setting *settings,
                                     uint32_t setting_count, struct plan **ret_plan,
                                     struct fl_buf *message)
{
    struct plan *plan = new_plan(path);
    if (!plan) return FL_ENOMEM;
    struct reading r = {
        .plan = plan,
        .problems = {.path = path, .message = message},
        .scratch = FL_BUF_INIT(LINE_TOKEN_BYTES_MAX),
        .job_names = FL_MAP_INIT(PLAN_JOBS_MAX),
    };
    enum fl_error err = read_all(&r, text, changes, settings, setting_count);
    line_release(&r.line);
    fl_buf_release(&r.scratch);
    fl_map_release(&r.job_names);
    if (err) {
        scenario_plan_free(plan);
        return err;
    }
    finish(plan, &r);
    *ret_plan = plan;
    return FL_OK;
}

enum fl_error scenario_parse(const char *path, struct fl_span text,
                             const struct scenario_setting *settings, uint32_t setting_count,
                             struct plan **ret_plan, struct fl_buf *message)
{
    const struct scenario_changes unchanged = {0};
    return scenario_parse_changed(path, text, &unchanged, settings, setting_count, ret_plan,
                                  message);
}

void scenario_plan_free(struct plan *plan)
{
    if (!plan) return;
    fl_arena_release(&plan->arena);
    free(plan);
}

/* --- files --- */
static enum fl_error unreadable(const char *path, const char *found, enum fl_error err,
                                struct fl_buf *message)
{
    struct problems problems = {.path = path, .message = message};
    problems_add(&problems, 1, 1, "a scenario file that can be read, at most 64 MiB",
                 fl_span_from(found), NULL);
    return problems.err ? problems.err : err;
}

enum fl_error scenario_read_changed(const char *path, const struct scenario_changes *changes,
                                    const struct scenario_setting *settings, uint32_t setting_count,
                                    struct plan **ret_plan, struct fl_buf *message)
{
    struct fl_buf text = FL_BUF_INIT(PLAN_BYTES_MAX);
    if (changes->instead)
        return scenario_parse(path, changes->extra, settings, setting_count, ret_plan, message);
    FILE *file = fopen(path, "rb");
    if (!file) {
        enum fl_error err = errno == ENOENT ? FL_ENOTFOUND : FL_EIO;
        return unreadable(path, strerror(errno), err, message);
    }
    enum fl_error err = whole_file_read(file, &text);
    int failure = errno;
    fclose(file);
    if (err == FL_EBOUND) err = unreadable(path, "more", err, message);
    if (err == FL_EIO) err = unreadable(path, strerror(failure), err, message);
    if (!err)
        err = scenario_parse_changed(path, fl_buf_span(&text), changes, settings, setting_count,
                                     ret_plan, message);
    fl_buf_release(&text);
    return err;
}

enum fl_error scenario_read(const char *path, const struct scenario_setting *settings,
                            uint32_t setting_count, struct plan **ret_plan, struct fl_buf *message)
{
    const struct scenario_changes unchanged = {0};
    return scenario_read_changed(path, &unchanged, settings, setting_count, ret_plan, message);
}
