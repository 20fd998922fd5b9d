#include "harness/selftest/trial.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/scenario/whole_file.h"
#include "harness/selftest/child.h"

#define TIME_LIMIT          "300" /* seconds */
#define CAMPAIGN_TIME_LIMIT "60"
#define REPORT              "selftest.jsonl"
#define OUT                 "selftest.out" /* both in the copy */

enum { PROGRAM_BYTES = PATH_MAX, TIMED_OUT = 124 };

static const char *const words[TRIAL_STRATEGIES] = {"random", "pct", "guided"};

const char *trial_strategy_word(enum trial_strategy strategy)
{
    return words[strategy];
}

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* --- commands --- */

/* Each of a scenario's runs is played once, by one run worker: others work beside this one. */
static void add_plain(struct child *child)
{
    child_word(child, "-j");
    child_word(child, "1");
    child_word(child, "--no-verify");
}

static enum fl_error begin(struct child *child, const char *limit, const char *build,
                           const char *name, char program[PROGRAM_BYTES])
{
    int length = snprintf(program, PROGRAM_BYTES, "%s/%s", build, name);
    if (length < 0 || length >= PROGRAM_BYTES) return FL_EBOUND;
    *child = (struct child){0};
    child_word(child, "timeout");
    child_word(child, limit);
    child_word(child, program);
    return FL_OK;
}

static enum fl_error read_report(const char *folder, struct fl_buf *report)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/" REPORT, folder);
    if (length < 0 || (size_t)length >= sizeof path) return FL_EBOUND;
    FILE *file = fopen(path, "rb");
    if (!file) return FL_OK; /* the command did not come so far */
    enum fl_error err = whole_file_read(file, report);
    fclose(file);
    unlink(path);
    return err;
}

enum fl_error trial_command(const char *folder, const char *build, const struct mutant *mutant,
                            struct fl_buf *output, struct fl_buf *report, int *ret_status)
{
    struct child child;
    char program[PROGRAM_BYTES];
    enum fl_error err =
        begin(&child, TIME_LIMIT, build, mutant->test ? mutant->test : "faultline", program);
    if (err) return err;
    for (uint32_t i = 0; i < mutant->word_count; i++)
        child_word(&child, mutant->words[i]);
    bool runs = !mutant->test && strcmp(mutant->words[0], "run") == 0;
    if (!mutant->test) {
        child_word(&child, "-j");
        child_word(&child, "1");
    }
    if (runs) {
        child_word(&child, "--no-verify");
        child_word(&child, "--no-shrink");
        child_word(&child, "--out");
        child_word(&child, OUT);
        child_word(&child, "--report");
        child_word(&child, "jsonl=" REPORT);
    }
    err = child_run(&child, folder, output, ret_status);
    return err || !runs ? err : read_report(folder, report);
}

/* --- strategies --- */

static bool has_sweep(struct fl_span scenario)
{
    return memmem(scenario.bytes, scenario.length, "\nsweep ", 7) != NULL;
}

/* The scenario in which strategies look for it; NULL: none. */
static const char *ground_of(const struct tree *tree, const struct mutant *mutant)
{
    char path[2 * PATH_MAX];
    struct fl_buf text = FL_BUF_INIT(1024 * 1024);
    const char *scenario = mutant_scenario(mutant);
    if (mutant->explore || !scenario) return mutant->explore;
    int length = snprintf(path, sizeof path, "%s/%s", tree->folder, scenario);
    if (length < 0 || (size_t)length >= sizeof path) return NULL;
    FILE *file = fopen(path, "rb");
    bool read = file && whole_file_read(file, &text) == FL_OK;
    if (file) fclose(file);
    if (!read || has_sweep(fl_buf_span(&text))) scenario = NULL;
    fl_buf_release(&text);
    return scenario;
}

static enum fl_error campaign(const struct tree *tree, const char *scenario,
                              enum trial_strategy strategy, uint32_t seed, uint64_t *ret_run)
{
    struct child child;
    char program[PROGRAM_BYTES], seed_text[16], runs_text[16];
    struct fl_buf output = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX);
    int status;
    enum fl_error err = begin(&child, CAMPAIGN_TIME_LIMIT, tree->build_name, "faultline", program);
    if (err) return err;
    snprintf(seed_text, sizeof seed_text, "%u", seed);
    snprintf(runs_text, sizeof runs_text, "%d", TRIAL_RUNS_MAX);
    const char *const arguments[] = {"run",         scenario,  "--explore", words[strategy],
                                     "--seed",      seed_text, "--runs",    runs_text,
                                     "--no-shrink", "--out",   OUT};
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++)
        child_word(&child, arguments[i]);
    add_plain(&child);
    err = child_run(&child, tree->folder, &output, &status);
    *ret_run = err ? 0 : sight_first_run(fl_buf_span(&output));
    fl_buf_release(&output);
    return !err && status == TIMED_OUT ? FL_ETIMEDOUT : err;
}

static enum fl_error measure(const struct tree *tree, const struct mutant *mutant,
                             uint32_t campaigns, struct trial_report *report)
{
    const char *scenario = ground_of(tree, mutant);
    if (!scenario || !campaigns || report->sight != SIGHT_FOUND) return FL_OK;
    report->campaigns = campaigns;
    for (int strategy = 0; strategy < TRIAL_STRATEGIES; strategy++)
        for (uint32_t seed = 1; seed <= campaigns; seed++) {
            uint64_t run;
            enum fl_error err = campaign(tree, scenario, (enum trial_strategy)strategy, seed, &run);
            if (err == FL_ETIMEDOUT) report->campaigns = 0; /* nothing can be said */
            if (err) return err == FL_ETIMEDOUT ? FL_OK : err;
            report->strategies[strategy].found += run > 0;
            report->strategies[strategy].runs += run;
        }
    return FL_OK;
}

/* --- the trial --- */

void trial_note_first(char why[TRIAL_WHY_BYTES], struct fl_span text)
{
    size_t length = text.length < TRIAL_WHY_BYTES ? text.length : TRIAL_WHY_BYTES - 1;
    while (length < text.length && length && text.bytes[length - 1] != '\n')
        length--; /* whole lines */
    if (length) memcpy(why, text.bytes, length);
    why[length] = '\0';
}

void trial_note_last(char why[TRIAL_WHY_BYTES], struct fl_span text)
{
    size_t length = text.length < TRIAL_WHY_BYTES ? text.length : TRIAL_WHY_BYTES - 1;
    const char *from = text.bytes + text.length - length;
    const char *line = length < text.length ? memchr(from, '\n', length) : NULL;
    if (line) {
        length -= (size_t)(line + 1 - from);
        from = line + 1;
    }
    if (length) memcpy(why, from, length);
    why[length] = '\0';
}

/* A scenario's failure begins with what it is about; of a test the sums are behind. */
static void note(char why[TRIAL_WHY_BYTES], const struct mutant *mutant, struct fl_span output)
{
    if (mutant->test)
        trial_note_last(why, output);
    else
        trial_note_first(why, output);
}

static enum fl_error look(const struct tree *tree, const struct mutant *mutant,
                          struct trial_report *report)
{
    struct fl_buf output = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX),
                  lines = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX);
    int status = 0;
    enum fl_error err =
        trial_command(tree->folder, tree->build_name, mutant, &output, &lines, &status);
    if (!err) {
        report->end = TRIAL_SEEN;
        report->runs = sight_runs(mutant, fl_buf_span(&lines), fl_buf_span(&output));
        report->sight = sight_of(mutant, status, fl_buf_span(&output), report->runs);
        if (report->sight != SIGHT_FOUND) note(report->why, mutant, fl_buf_span(&output));
    }
    fl_buf_release(&output);
    fl_buf_release(&lines);
    return err;
}

static enum fl_error build_and_look(const struct tree *tree, const struct mutant *mutant,
                                    uint32_t campaigns, struct trial_report *report,
                                    struct fl_buf *problem)
{
    report->end = TRIAL_NOT_BUILT;
    enum fl_error err = tree_build(tree, mutant->test, problem);
    if (err) return err;
    err = look(tree, mutant, report);
    return err ? err : measure(tree, mutant, campaigns, report);
}

void trial_run(const struct tree *tree, const struct mutant *mutant, const char *patch,
               uint32_t campaigns, struct trial_report *ret_report)
{
    struct fl_buf problem = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX);
    int64_t begun_us = real_us();
    ret_report->end = TRIAL_NOT_APPLIED;
    enum fl_error err = tree_plant(tree, patch, &problem);
    if (!err) {
        err = build_and_look(tree, mutant, campaigns, ret_report, &problem);
        if (err == FL_EINVAL) trial_note_last(ret_report->why, fl_buf_span(&problem));
        enum fl_error out_err = tree_take_out(tree, patch, &problem);
        if (out_err) err = out_err == FL_EINVAL ? FL_EIO : out_err;
    } else if (err == FL_EINVAL) {
        trial_note_last(ret_report->why, fl_buf_span(&problem));
    }
    if (err && err != FL_EINVAL) {
        ret_report->end = TRIAL_FAULT;
        trial_note_last(ret_report->why, fl_span_from(fl_error_text(err)));
    }
    ret_report->real_us = real_us() - begun_us;
    fl_buf_release(&problem);
}

bool trial_is_good(const struct mutant *mutant, const struct trial_report *report)
{
    enum sight wanted = mutant->is_none ? SIGHT_NOTHING : SIGHT_FOUND;
    return report->end == TRIAL_SEEN && report->sight == wanted;
}
