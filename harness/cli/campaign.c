/* A shot is one run of a round: aimed before any of the round is known, and judged when all have
 * come back, in their order. */
#include "harness/cli/campaign.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/assert.h"
#include "harness/cli/corpus.h"
#include "harness/cli/evidence.h"
#include "harness/explore/guided.h"
#include "harness/explore/seen.h"
#include "harness/explore/weights.h"

enum { PROBLEM_BYTES_MAX = 64 * 1024 };

struct shot {
    uint64_t number; /* of the run, from 0 */
    uint64_t seed;
    uint32_t node;              /* of the tree */
    const struct replay *known; /* of the corpus, and no run of the campaign; NULL */
    struct fl_buf choices;
    uint64_t ticket;
    bool answered, died;
    struct run_answer answer;
};

struct campaign {
    const struct campaign_order *order;
    struct campaign_result *result;
    struct shot shots[CAMPAIGN_ROUND];
    uint32_t shot_count;
    uint64_t next; /* number of a run */
    uint64_t horizon;
    struct fl_buf weights; /* of urw: a record's first lines */
    struct seen states, traces;
    struct tree *tree;
    struct dpor *dpor;
    struct guided guided;
    struct corpus corpus;
    int64_t begun_us;
    bool over;
};

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* --- aiming --- */

static struct coordinator_scenario scenario_of(const struct campaign *c, const struct shot *shot)
{
    const struct campaign_order *order = c->order;
    struct coordinator_scenario scenario = {.path = order->path,
                                            .settings = order->settings,
                                            .setting_count = order->setting_count,
                                            .seed_first = shot->seed,
                                            .seed_last = shot->seed,
                                            .single = true,
                                            .sweep = -1,
                                            .choices = fl_buf_span(&shot->choices)};
    if (shot->known) {
        scenario.source = shot->known->choices.length ? REQUEST_RECORDED : REQUEST_SEEDED;
        return scenario;
    }
    switch (order->strategy) {
    case CAMPAIGN_PCT:
        scenario.source = REQUEST_BY_PRIORITY;
        scenario.depth = campaign_pct_depth(order);
        scenario.horizon = c->horizon;
        break;
    case CAMPAIGN_DPOR:
    case CAMPAIGN_DFS:
    case CAMPAIGN_URW:
    case CAMPAIGN_GUIDED: scenario.source = REQUEST_THEN_SEEDED; break;
    case CAMPAIGN_RANDOM:
        if (order->swarm) scenario.source = REQUEST_THEN_SEEDED;
        break;
    case CAMPAIGN_STRATEGIES: break;
    }
    return scenario;
}

static enum fl_error submit(struct campaign *c, struct shot *shot)
{
    const struct coordinator_scenario scenario = scenario_of(c, shot);
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = {
        .path = scenario.path,
        .settings = scenario.settings,
        .setting_count = scenario.setting_count,
        .seed = shot->seed,
        .seeds = 1,
        .sweep = -1,
        .points = 1,
        .source = scenario.source,
        .choices = scenario.choices,
        .depth = scenario.depth,
        .horizon = scenario.horizon,
        .tells_choices = c->order->strategy == CAMPAIGN_GUIDED || c->order->corpus,
        .tells_alternatives = c->tree && !shot->known,
        .alternatives_from = c->tree ? tree_from(c->tree, shot->node) : 0,
        .wants = RUN_WANTS_STATE,
    };
    if (c->order->strategy == CAMPAIGN_GUIDED) request.wants |= RUN_WANTS_EFFECTS;
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(c->order->pool, -1, fl_buf_span(&line), &shot->ticket);
    fl_buf_release(&line);
    return err;
}

/* The number of the next run that is this shard's; false: there is none. */
static bool next_number(struct campaign *c, uint64_t *ret_number)
{
    const struct campaign_order *order = c->order;
    uint32_t shards = order->shards ? order->shards : 1;
    while (c->next % shards != order->shard)
        c->next++;
    if (order->runs && c->next >= order->runs) return false;
    *ret_number = c->next;
    return true;
}

/* false: nothing more to aim at in this round. */
static bool aim(struct campaign *c, struct shot *shot, enum fl_error *err)
{
    *shot = (struct shot){.choices = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX)};
    if (!next_number(c, &shot->number)) return false;
    if (c->tree && !tree_next(c->tree, &shot->node)) return false;
    if (c->dpor && !dpor_next(c->dpor, &shot->node)) return false;
    c->next++;
    bool same_seed = c->tree || c->dpor;
    shot->seed = same_seed ? c->order->seed : (c->order->seed + shot->number) & INT64_MAX;
    if (c->dpor) *err = dpor_write(c->dpor, shot->node, &shot->choices);
    if (c->tree) *err = tree_write(c->tree, shot->node, &shot->choices);
    if (c->order->swarm) *err = fl_buf_append_text(&shot->choices, SIM_SWARM_LINE "\n");
    if (c->order->strategy == CAMPAIGN_URW && !*err)
        *err =
            fl_buf_printf(&shot->choices, "instant\n%.*s", FL_SPAN_ARGS(fl_buf_span(&c->weights)));
    if (c->order->strategy == CAMPAIGN_GUIDED && !*err)
        *err = fl_buf_append_span(&shot->choices, guided_vary(&c->guided, shot->seed));
    return true;
}

static enum fl_error send_round(struct campaign *c)
{
    enum fl_error err = FL_OK;
    c->shot_count = 0;
    while (!err && c->shot_count < CAMPAIGN_ROUND) {
        struct shot *shot = &c->shots[c->shot_count];
        if (!aim(c, shot, &err)) break;
        c->shot_count++;
        if (!err) err = submit(c, shot);
    }
    if (c->shot_count == 0) c->over = true;
    return err;
}

/* --- answers --- */

static enum fl_error await_round(struct campaign *c)
{
    for (uint32_t i = 0; i < c->shot_count; i++) {
        struct pool_answer answer;
        enum fl_error err = pool_next(c->order->pool, &answer);
        if (err) return err;
        uint32_t at = 0;
        while (at < c->shot_count && c->shots[at].ticket != answer.ticket)
            at++;
        fl_assert(at < c->shot_count);
        struct shot *shot = &c->shots[at];
        shot->died = answer.death != POOL_ANSWERED;
        if (shot->died) continue;
        err = run_answer_read(answer.line, &shot->answer);
        if (err) return err;
        shot->answered = true;
    }
    return FL_OK;
}

static enum fl_error note_effects(struct campaign *c, const struct run_item *item)
{
    const struct run_facts *facts = item->facts;
    struct fl_span previous = {"", 0};
    bool is_new = false;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; facts && i < facts->effect_count && !err; i++) {
        bool struck = facts->struck && i >= facts->struck_after;
        err = guided_note(&c->guided, previous, facts->effects[i].what, struck, &is_new);
        previous = facts->effects[i].what;
    }
    if (err || !is_new) return err;
    return guided_keep(&c->guided, item->choices);
}

static enum fl_error learn(struct campaign *c, const struct shot *shot, const struct run_item *item)
{
    bool is_new, whole = true;
    enum fl_error err = FL_OK;
    if (c->dpor && item->steps.length)
        err = dpor_take(c->dpor, shot->node, item->steps, &whole);
    else if (c->dpor)
        dpor_cut(c->dpor); /* more than can be told */
    if (err || !whole) return err;
    err = seen_add(&c->traces, item->trace_hash[0], &is_new);
    if (!err) err = seen_add(&c->states, seen_digest(item->state), &is_new);
    if (!err) err = never_take(&c->result->never, item->never);
    if (!err && c->tree) err = tree_take(c->tree, shot->node, item->alternatives);
    if (!err && c->order->strategy == CAMPAIGN_GUIDED) err = note_effects(c, item);
    return err;
}

static void remember(struct campaign *c, const struct shot *shot)
{
    struct campaign_result *result = c->result;
    result->has_first = true;
    fl_buf_truncate(&result->first_choices, 0);
    enum fl_error err = fl_buf_append_span(&result->first_choices, fl_buf_span(&shot->choices));
    fl_assert(!err || err == FL_ENOMEM);
    result->first = scenario_of(c, shot);
    result->first.choices = fl_buf_span(&result->first_choices);
}

/* A run whose worker has died could not tell its choices. */
static enum fl_error store(struct campaign *c, const struct shot *shot, const struct run_item *item)
{
    bool is_new = false;
    if (!c->order->corpus || !item || item->verdict == RUN_BAD_INPUT ||
        item->verdict == RUN_HARNESS_FAULT)
        return FL_OK;
    const struct replay failure = {.scenario = c->order->path,
                                   .settings = c->order->settings,
                                   .setting_count = c->order->setting_count,
                                   .seed = shot->seed,
                                   .sweep = -1,
                                   .has_trace = true,
                                   .trace_hash = {item->trace_hash[0], item->trace_hash[1]},
                                   .choices = item->choices};
    enum fl_error err =
        corpus_store(c->order->corpus, &failure, item->verdict, item->text, &is_new);
    c->result->stored += is_new;
    if (err != FL_EIO) return err;
    c->over = true;
    return fl_buf_printf(&c->result->problem, "nothing can be written into %s", c->order->corpus);
}

static enum fl_error note_failure(struct campaign *c, const struct shot *shot,
                                  const struct run_item *item)
{
    struct campaign_result *result = c->result;
    bool first = result->failed == 0 && result->known_failed == 0;
    if (shot->known)
        result->known_failed++;
    else
        result->failed++;
    if (first) remember(c, shot);
    if (!shot->known && !result->first_run) result->first_run = shot->number + 1;
    if (c->order->ending == CAMPAIGN_STOPS) c->over = true;
    return shot->known ? FL_OK : store(c, shot, item);
}

/* Of the corpus: it is no run of the campaign, which learns nothing from it. */
static enum fl_error take_known(struct campaign *c, const struct shot *shot,
                                const struct run_item *item)
{
    c->result->known++;
    return item && item->verdict == RUN_PASSED ? FL_OK : note_failure(c, shot, item);
}

static enum fl_error take(struct campaign *c, const struct shot *shot)
{
    const struct run_item *item =
        shot->answered && shot->answer.item_count ? &shot->answer.items[0] : NULL;
    if (shot->answered && !item) {
        c->over = true;
        return fl_buf_append_text(&c->result->problem, shot->answer.error
                                                           ? shot->answer.error
                                                           : "a run worker's answer lacks its run");
    }
    if (shot->known) return take_known(c, shot, item);
    if (!c->result->has_first) remember(c, shot);
    c->result->runs++;
    enum fl_error err = FL_OK;
    if (!item || item->verdict != RUN_PASSED) err = note_failure(c, shot, item);
    if (err) return err;
    c->result->indeterminate += item && item->indeterminate;
    if (!item && c->tree) tree_cut(c->tree);
    if (!item && c->dpor) dpor_cut(c->dpor);
    if (!item) return FL_OK;
    if (item->verdict != RUN_BAD_INPUT && item->verdict != RUN_HARNESS_FAULT)
        return learn(c, shot, item);
    c->over = true; /* what cannot be played once cannot be played again */
    return FL_OK;
}

static void end_round(struct campaign *c)
{
    for (uint32_t i = 0; i < c->shot_count; i++) {
        if (c->shots[i].answered) run_answer_release(&c->shots[i].answer);
        fl_buf_release(&c->shots[i].choices);
    }
}

static enum fl_error finish_round(struct campaign *c, enum fl_error err)
{
    if (!err) err = await_round(c);
    for (uint32_t i = 0; i < c->shot_count && !err && !c->over; i++)
        err = take(c, &c->shots[i]);
    end_round(c);
    return err;
}

static enum fl_error play_round(struct campaign *c)
{
    enum fl_error err = finish_round(c, send_round(c));
    if (c->order->budget_us && real_us() - c->begun_us >= c->order->budget_us) {
        c->result->out_of_time = !c->over;
        c->over = true;
    }
    return err;
}

/* --- the corpus --- */

static enum fl_error play_known(struct campaign *c, uint32_t first)
{
    enum fl_error err = FL_OK;
    c->shot_count = 0;
    while (!err && c->shot_count < CAMPAIGN_ROUND && first + c->shot_count < c->corpus.count) {
        struct shot *shot = &c->shots[c->shot_count];
        *shot = (struct shot){.choices = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX),
                              .known = &c->corpus.replays[first + c->shot_count]};
        shot->seed = shot->known->seed;
        c->shot_count++;
        err = fl_buf_append_span(&shot->choices, shot->known->choices);
        if (!err) err = submit(c, shot);
    }
    return finish_round(c, err);
}

/* What is wrong with a file of it is told, and nothing played. */
static enum fl_error play_corpus(struct campaign *c)
{
    const struct replay scenario = {.scenario = c->order->path,
                                    .settings = c->order->settings,
                                    .setting_count = c->order->setting_count,
                                    .sweep = -1};
    enum fl_error err = corpus_load(c->order->corpus, &scenario, &c->corpus, &c->result->problem);
    if (err && c->result->problem.length) {
        c->over = c->result->bad_input = true;
        return FL_OK;
    }
    for (uint32_t i = 0; i < c->corpus.count && !err && !c->over; i += CAMPAIGN_ROUND)
        err = play_known(c, i);
    return err;
}

/* --- the whole --- */

/* What a strategy must know of a run in which nothing is disturbed and nobody switches. */
static enum fl_error measure(struct campaign *c)
{
    const struct campaign_order *order = c->order;
    bool urw = order->strategy == CAMPAIGN_URW;
    struct pool_answer answer;
    struct run_answer read;
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    uint64_t ticket;
    struct run_request request = {.path = order->path,
                                  .settings = order->settings,
                                  .setting_count = order->setting_count,
                                  .seed = order->seed,
                                  .seeds = 1,
                                  .sweep = -1,
                                  .points = 1,
                                  .source = REQUEST_THEN_SEEDED,
                                  .choices = urw ? FL_SPAN("instant\nby process\n")
                                                 : FL_SPAN("instant\n")};
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(order->pool, -1, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    if (!err) err = pool_next(order->pool, &answer);
    if (err || answer.death != POOL_ANSWERED) return err; /* the first run dies of it, too */
    err = run_answer_read(answer.line, &read);
    if (err) return err;
    if (read.item_count) c->horizon = read.items[0].scheduled;
    if (read.item_count && urw) err = weights_write(read.items[0].steps, &c->weights);
    run_answer_release(&read);
    return err;
}

static enum fl_error explore(struct campaign *c)
{
    enum fl_error err = FL_OK;
    if (c->order->strategy == CAMPAIGN_DFS) err = tree_new(c->order->depth, &c->tree);
    if (c->order->strategy == CAMPAIGN_DPOR) err = dpor_new(&c->dpor);
    if (c->order->strategy == CAMPAIGN_PCT || c->order->strategy == CAMPAIGN_URW) err = measure(c);
    if (!err && c->order->corpus) err = play_corpus(c);
    while (!err && !c->over)
        err = play_round(c);
    return err;
}

void campaign_run(const struct campaign_order *order, struct campaign_result *ret_result)
{
    *ret_result = (struct campaign_result){.first_choices = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX),
                                           .never = NEVER_INIT,
                                           .problem = FL_BUF_INIT(PROBLEM_BYTES_MAX)};
    struct campaign *c = calloc(1, sizeof *c);
    enum fl_error err = FL_ENOMEM;
    if (c) {
        c->order = order;
        c->result = ret_result;
        c->weights = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX);
        c->begun_us = real_us();
        err = explore(c);
        ret_result->states = c->states.count;
        ret_result->traces = c->traces.count;
        ret_result->pairs = c->guided.pairs.count;
        if (c->tree) ret_result->extent = tree_extent(c->tree, &ret_result->switches);
        if (c->dpor) ret_result->complete = dpor_complete(c->dpor);
        if (c->dpor) ret_result->sums = dpor_sums(c->dpor);
        ret_result->real_us = real_us() - c->begun_us;
        seen_release(&c->states);
        seen_release(&c->traces);
        tree_free(c->tree);
        dpor_free(c->dpor);
        guided_release(&c->guided);
        fl_buf_release(&c->weights);
        corpus_release(&c->corpus);
    }
    free(c);
    /* Without memory even for this, the problem is a text without words. */
    if (err && fl_buf_printf(&ret_result->problem, "the run workers: %s", fl_error_text(err)))
        ret_result->failed++;
}

void campaign_result_release(struct campaign_result *result)
{
    fl_buf_release(&result->first_choices);
    never_release(&result->never);
    fl_buf_release(&result->problem);
}
