/* The scenario is written out first: without settings and ranges, one fact a line. That text stands
 * for the file from then on, at the place where the minimal one will stand. */
#include "harness/shrink/shrink.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "harness/cli/plan_choices.h"
#include "harness/scenario/format.h"
#include "harness/shrink/explicit.h"
#include "harness/shrink/moved.h"
#include "harness/shrink/search.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024 };

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static uint32_t count_lines(struct fl_span text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.bytes[i] == '\n';
    return lines;
}

/* --- the beginning --- */
/* The plan of the failing scenario, with its files named from the new place. FL_EPARSE,
 * FL_ENOTFOUND and their kin: it cannot be read. */
static enum fl_error write_out(struct search *search)
{
    const struct shrink_order *order = search->order;
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_read(order->path, order->settings, order->setting_count, &plan, &message);
    if (!err) err = moved_plan(plan, order->to);
    if (!err) {
        plan->why = NULL;
        plan->seed_first = plan->seed_last = order->seed;
        plan->explore = (struct plan_explore){0}; /* what failed is a single run */
        if (order->choices.length) plan->fifo = false;
        err = scenario_format(plan, &search->text);
    }
    if (!err) err = plan_choices_lines(order->choices, &search->text);
    scenario_plan_free(plan);
    if (!err)
        err = scenario_parse(order->to, fl_buf_span(&search->text), NULL, 0, &search->origin,
                             &message);
    fl_buf_release(&message);
    if (!err) search->plan = *search->origin;
    return err;
}

/* A crashed run cannot tell where its sweep struck: each effect of the run without it is tried. */
static enum fl_error guess_sweep(struct search *search, const struct plan_fault *sweep)
{
    struct trial calm = {.text = fl_buf_span(&search->text),
                         .seed = search->order->seed,
                         .sweep = -1,
                         .wants = RUN_WANTS_EFFECTS};
    enum fl_error err = search_play(search, &calm, 1);
    const struct run_item *item = trial_item(&calm);
    uint32_t count = !err && item && item->facts ? item->facts->effect_count : 0;
    bool taken = false;
    for (uint32_t i = 0; i < 2 * count && !err && !taken && search_may_go_on(search); i++) {
        struct run_strike strike;
        struct run_facts facts = {.struck_at = &strike, .struck_at_count = 1};
        struct plan plan = *search->origin;
        bool after = i % 2;
        if (after && sweep->address.moment == PLAN_BEFORE) continue;
        if (!explicit_strike(&item->facts->effects[i / 2], sweep->where, after, &search->arena,
                             &strike) ||
            !explicit_faults(&plan, search->sweep, &facts, &search->arena))
            err = FL_ENOMEM;
        if (!err) err = search_try(search, &plan, -1, &taken);
    }
    trial_release(&calm);
    return err;
}

static const struct plan_fault *find_sweep(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].sweep) return &plan->faults[i];
    return NULL;
}

static enum fl_error make_explicit(struct search *search, const struct run_item *item)
{
    struct plan plan = search->plan;
    const struct plan_fault *sweep = find_sweep(&plan);
    bool taken;
    if (!item && sweep && sweep->verb != PLAN_OOM && !sweep->counts)
        return guess_sweep(search, sweep);
    if (!item || !item->facts || !explicit_needed(&plan)) return FL_OK;
    if (!explicit_faults(&plan, search->sweep, item->facts, &search->arena)) return FL_ENOMEM;
    return search_try(search, &plan, -1, &taken);
}

/* The failure itself, and where its faults struck. */
static enum fl_error play_origin(struct search *search, bool *ret_fails)
{
    struct trial trial = {.text = fl_buf_span(&search->text),
                          .seed = search->order->seed,
                          .sweep = search->sweep,
                          .wants = RUN_WANTS_STRIKES};
    enum fl_error err = search_play(search, &trial, 1);
    const struct run_item *item = trial_item(&trial);
    *ret_fails = !err && trial.played && trial.fingerprint.verdict != RUN_PASSED &&
                 trial.fingerprint.verdict != RUN_HARNESS_FAULT;
    if (*ret_fails) {
        search->wanted = trial.fingerprint;
        trial.fingerprint = FINGERPRINT_INIT;
    }
    if (item) search->origin_effects = search->effects = item->effects;
    if (*ret_fails) err = make_explicit(search, item);
    trial_release(&trial);
    return err;
}

/* --- the end --- */
const char *shrink_need_text(enum shrink_need need)
{
    switch (need) {
    case SHRINK_PASSES: return "passes";
    case SHRINK_FAILS_OTHERWISE: return "fails in another way";
    case SHRINK_MEANS_NOTHING: return "cannot be played";
    case SHRINK_NOT_NEEDED: return "fails as before";
    case SHRINK_NOT_TRIED: return "was not tried";
    }
    return "";
}

static const char *shortened(enum shrink_end end)
{
    if (end == SHRINK_OUT_OF_RUNS) return "; it might be smaller, but there were no runs left";
    return end == SHRINK_OUT_OF_TIME ? "; it might be smaller, but there was no time left" : "";
}

/* From what it was made, and which lines it needs. */
static enum fl_error append_comments(const struct search *search, const struct shrunk *shrunk,
                                     struct fl_buf *out)
{
    const struct shrink_order *order = search->order;
    enum fl_error err = fl_buf_printf(out, "# from %s, seed %" PRIu64, order->path, order->seed);
    if (!err && order->sweep >= 0) err = fl_buf_printf(out, ", sweep %" PRId32, order->sweep);
    if (!err)
        err = fl_buf_printf(out, ": %" PRIu32 " lines became %" PRIu32 "%s\n", shrunk->lines_before,
                            shrunk->line_count, shortened(search->end));
    for (uint32_t i = 1; i < shrunk->line_count && i < SHRINK_LINES_MAX && !err; i++)
        err = fl_buf_printf(out, "# without line %" PRIu32 ": %s\n", i + 1,
                            shrink_need_text(shrunk->needs[i]));
    return err;
}

/* Whether the whole text, played twice as it will be played from its file, is the same failure. */
static enum fl_error prove(struct search *search, struct fl_span text, bool *ret_proved)
{
    struct trial trials[2] = {
        {.text = text, .seed = search->plan.seed_first, .sweep = search->sweep},
        {.text = text, .seed = search->plan.seed_first, .sweep = search->sweep}};
    enum fl_error err = search_play(search, trials, 2);
    *ret_proved = !err;
    for (int i = 0; i < 2; i++) {
        *ret_proved = *ret_proved && trials[i].played &&
                      fingerprint_matches(&search->wanted, &trials[i].fingerprint);
        trial_release(&trials[i]);
    }
    return err;
}

static enum fl_error finish(struct search *search, struct shrunk *shrunk)
{
    bool proved = false;
    enum fl_error err = search_needs(search, shrunk);
    if (!err) err = fl_buf_append_span(&shrunk->text, fl_buf_span(&search->text));
    if (!err) err = append_comments(search, shrunk, &shrunk->text);
    if (!err) err = prove(search, fl_buf_span(&shrunk->text), &proved);
    if (!proved) fl_buf_truncate(&shrunk->text, 0);
    shrunk->end = proved ? search->end : SHRINK_NOT_ALIKE;
    return err;
}

static enum fl_error search_all(struct search *search, struct shrunk *shrunk)
{
    bool fails = false;
    enum fl_error err = write_out(search);
    if (err == FL_ENOMEM) return err;
    shrunk->end = SHRINK_UNREADABLE;
    if (err) return FL_OK;
    shrunk->lines_before = count_lines(fl_buf_span(&search->text));
    err = play_origin(search, &fails);
    shrunk->end = SHRINK_NOT_ALIKE;
    if (err || !fails) return err;
    err = search_edits(search);
    return err ? err : finish(search, shrunk);
}

enum fl_error shrink(const struct shrink_order *order, struct shrunk *ret_shrunk)
{
    struct search search = {.order = order,
                            .text = FL_BUF_INIT(SHRINK_TEXT_BYTES_MAX),
                            .sweep = order->sweep,
                            .wanted = FINGERPRINT_INIT,
                            .arena = FL_ARENA_INIT(SEARCH_ARENA_BYTES_MAX),
                            .begun_us = real_us()};
    *ret_shrunk = (struct shrunk){.text = FL_BUF_INIT(SHRINK_TEXT_BYTES_MAX)};
    enum fl_error err = search_all(&search, ret_shrunk);
    ret_shrunk->runs = search.runs;
    ret_shrunk->took_us = real_us() - search.begun_us;
    scenario_plan_free(search.origin);
    fingerprint_release(&search.wanted);
    fl_buf_release(&search.text);
    fl_arena_release(&search.arena);
    if (err) shrunk_release(ret_shrunk);
    return err;
}

void shrunk_release(struct shrunk *shrunk)
{
    fl_buf_release(&shrunk->text);
}
