/* Reading a plan costs as much as a short run, so the last few are kept: a worker gets batches of a
 * few scenarios in turn. */
#include "harness/cli/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/choice/choices.h"
#include "harness/choice/steps.h"
#include "harness/cli/plan_choices.h"
#include "harness/cli/request.h"
#include "harness/run/run.h"

enum { PLANS_KEPT = 4, MESSAGE_BYTES_MAX = 64 * 1024, ARENA_BYTES_MAX = 64 * 1024 * 1024 };

struct kept_plan {
    struct plan *plan;
    struct fl_buf key; /* path and settings */
};

struct serve {
    struct run_house *house;
    struct kept_plan kept[PLANS_KEPT];
    uint32_t next; /* the slot to give up */
};

enum fl_error serve_new(struct serve **ret_serve)
{
    struct serve *serve = calloc(1, sizeof *serve);
    if (!serve) return FL_ENOMEM;
    for (uint32_t i = 0; i < PLANS_KEPT; i++)
        serve->kept[i].key = FL_BUF_INIT(ARENA_BYTES_MAX);
    enum fl_error err = run_house_new(&serve->house);
    if (err) {
        free(serve);
        return err;
    }
    *ret_serve = serve;
    return FL_OK;
}

void serve_free(struct serve *serve)
{
    if (!serve) return;
    for (uint32_t i = 0; i < PLANS_KEPT; i++) {
        scenario_plan_free(serve->kept[i].plan);
        fl_buf_release(&serve->kept[i].key);
    }
    run_house_free(serve->house);
    free(serve);
}

/* --- plans --- */
static enum fl_error make_key(const struct run_request *request, struct fl_span extra,
                              struct fl_buf *key)
{
    fl_buf_truncate(key, 0);
    enum fl_error err = fl_buf_append_text(key, request->path);
    for (uint32_t i = 0; !err && i < request->setting_count; i++)
        err = fl_buf_printf(key, "\n%s\n%s", request->settings[i].name, request->settings[i].value);
    if (!err) err = fl_buf_append_text(key, request->changes.bare ? "\nbare\n" : "\nwhole\n");
    if (!err && request->changes.instead) err = fl_buf_append_text(key, "instead\n");
    if (!err) err = fl_buf_append_span(key, extra);
    return err;
}

static enum fl_error find_plan(struct serve *serve, const struct run_request *request,
                               struct fl_span extra, const struct plan **ret_plan,
                               struct fl_buf *message)
{
    const struct scenario_changes changes = {
        .extra = extra, .bare = request->changes.bare, .instead = request->changes.instead};
    struct fl_buf key = FL_BUF_INIT(ARENA_BYTES_MAX);
    enum fl_error err = make_key(request, extra, &key);
    for (uint32_t i = 0; !err && i < PLANS_KEPT; i++) {
        struct kept_plan *kept = &serve->kept[i];
        if (!kept->plan || !fl_span_equal(fl_buf_span(&kept->key), fl_buf_span(&key))) continue;
        *ret_plan = kept->plan;
        fl_buf_release(&key);
        return FL_OK;
    }
    struct plan *plan = NULL;
    if (!err)
        err = scenario_read_changed(request->path, &changes, request->settings,
                                    request->setting_count, &plan, message);
    if (err) {
        fl_buf_release(&key);
        return err;
    }
    struct kept_plan *slot = &serve->kept[serve->next++ % PLANS_KEPT];
    scenario_plan_free(slot->plan);
    fl_buf_release(&slot->key);
    *slot = (struct kept_plan){plan, key};
    *ret_plan = plan;
    return FL_OK;
}

/* --- runs --- */
static enum fl_error choices_of_plan(const struct plan *plan, struct sim_choices **ret_choices)
{
    struct fl_buf record = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX);
    uint32_t line;
    enum fl_error err = plan_choices_record(plan, &record);
    if (!err) err = sim_choices_from_text(fl_buf_span(&record), ret_choices, &line);
    fl_buf_release(&record);
    return err;
}

static enum fl_error make_choices(const struct run_request *request, const struct plan *plan,
                                  uint64_t seed, struct sim_choices **ret_choices)
{
    uint32_t line;
    switch (request->source) {
    case REQUEST_SEEDED:
        if (plan_choices_made(plan)) return choices_of_plan(plan, ret_choices);
        return plan->fifo ? sim_choices_fifo(seed, ret_choices)
                          : sim_choices_from_seed(seed, ret_choices);
    case REQUEST_RECORDED: return sim_choices_from_text(request->choices, ret_choices, &line);
    case REQUEST_THEN_SEEDED:
        return sim_choices_from_text_then_seed(request->choices, seed, ret_choices, &line);
    case REQUEST_BY_PRIORITY:
        return sim_choices_by_priority(seed, request->depth, request->horizon, ret_choices);
    }
    return FL_EINVAL;
}

static void fill_item(struct run_item *item, const struct run_result *result, unsigned wants)
{
    if (wants) item->facts = &result->facts;
    if (wants & RUN_WANTS_STATE) item->state = fl_buf_span(&result->state);
    if (wants & RUN_WANTS_RECORDING) item->recording = fl_buf_span(&result->recording);
    item->verdict = result->verdict;
    item->trace_hash[0] = result->trace_hash[0];
    item->trace_hash[1] = result->trace_hash[1];
    item->effects = result->effects;
    item->virtual_us = result->virtual_us;
    item->failed_line = result->failed_line;
    item->trace = fl_buf_span(&result->trace);
    item->allocations = fl_buf_span(&result->allocations);
    item->never = fl_buf_span(&result->never);
    item->indeterminate = result->indeterminate;
    if (result->verdict == RUN_PASSED && !result->indeterminate) return;
    item->text = fl_buf_span(&result->text);
    item->swept_at = fl_buf_span(&result->swept_at);
}

/* Empty where they are not logged, or cannot be told whole. */
static struct fl_span tell_steps(const struct sim_choices *choices, struct fl_buf *out)
{
    const struct sim_steps *steps = sim_choices_steps(choices);
    if (!steps || sim_steps_format(steps, out)) return (struct fl_span){"", 0};
    return fl_buf_span(out);
}

/* Plays one run and adds it to the answer. */
static enum run_verdict play(struct run_house *house, const struct run_request *request,
                             const struct plan *plan, uint64_t seed, int32_t sweep,
                             struct run_answer_writer *writer)
{
    struct sim_choices *choices;
    struct run_result result = {0};
    struct fl_buf recorded = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX),
                  alternatives = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX),
                  steps = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX);
    struct run_item item = {.seed = seed, .sweep = sweep};
    enum fl_error err = make_choices(request, plan, seed, &choices);
    if (err) {
        item.verdict = err == FL_EPARSE ? RUN_BAD_INPUT : RUN_HARNESS_FAULT;
        item.text = FL_SPAN("the recorded choices cannot be read");
        run_answer_add(writer, &item);
        return item.verdict;
    }
    struct run_order order = {.house = house,
                              .plan = plan,
                              .choices = choices,
                              .sweep = sweep,
                              .want_trace = request->record,
                              .effects_max = request->effects_max,
                              .wants = request->wants,
                              .same_as = request->may_be_same ? &request->same_as : NULL};
    if (request->tells_alternatives)
        sim_choices_list_alternatives(choices, request->alternatives_from, &alternatives);
    run_play(&order, &result);
    fill_item(&item, &result, request->wants);
    item.misses = sim_choices_misses(choices);
    item.scheduled = sim_choices_scheduled(choices);
    item.alternatives = fl_buf_span(&alternatives);
    item.steps = tell_steps(choices, &steps);
    if ((request->record || request->tells_choices) &&
        sim_choices_format(choices, &recorded) == FL_OK)
        item.choices = fl_buf_span(&recorded);
    run_answer_add(writer, &item);
    fl_buf_release(&recorded);
    fl_buf_release(&alternatives);
    fl_buf_release(&steps);
    run_result_release(&result);
    sim_choices_free(choices);
    return item.verdict;
}

static int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int64_t real_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

static int64_t used_us(void)
{
    return clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

static enum fl_error play_all(struct run_house *house, const struct run_request *request,
                              const struct plan *plan, struct fl_buf *answer)
{
    int64_t begun_us = real_us(), used_before_us = used_us();
    struct run_answer_writer writer = run_answer_begin(answer);
    for (uint32_t i = 0; i < request->seeds; i++)
        for (uint32_t k = 0; k < request->points; k++) {
            int32_t sweep = request->sweep < 0 ? -1 : request->sweep + (int32_t)k;
            if (play(house, request, plan, request->seed + i, sweep, &writer) == RUN_SWEPT) break;
        }
    writer.used_us = used_us() - used_before_us;
    return run_answer_end(&writer, real_us() - begun_us);
}

/* Each variant is a plan of its own. */
static enum fl_error play_variants(struct serve *serve, const struct run_request *request,
                                   struct fl_buf *answer, struct fl_buf *message)
{
    int64_t begun_us = real_us(), used_before_us = used_us();
    struct run_answer_writer writer = run_answer_begin(answer);
    for (uint32_t i = 0; i < request->variant_count; i++) {
        const struct plan *plan;
        enum fl_error err = find_plan(serve, request, request->variants[i], &plan, message);
        if (err) return err;
        play(serve->house, request, plan, request->seed, request->sweep, &writer);
    }
    writer.used_us = used_us() - used_before_us;
    return run_answer_end(&writer, real_us() - begun_us);
}

static enum fl_error play_file(struct serve *serve, const struct run_request *request,
                               struct fl_buf *answer, struct fl_buf *message)
{
    const struct plan *plan;
    enum fl_error err = find_plan(serve, request, request->changes.extra, &plan, message);
    return err ? err : play_all(serve->house, request, plan, answer);
}

void serve_request(void *context, struct fl_span line, struct fl_buf *answer)
{
    struct serve *serve = context;
    struct fl_arena arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct run_request request;
    enum fl_error err = run_request_read(line, &arena, &request);
    if (!err)
        err = request.variant_count ? play_variants(serve, &request, answer, &message)
                                    : play_file(serve, &request, answer, &message);
    if (err) {
        fl_buf_truncate(answer, 0);
        const char *text = message.length ? message.bytes : fl_error_text(err);
        /* No memory even for this: the coordinator finds an answer that it cannot read. */
        if (run_answer_error(answer, text) != FL_OK) fl_buf_truncate(answer, 0);
    }
    fl_buf_release(&message);
    fl_arena_release(&arena);
}
