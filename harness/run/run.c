/* harness/run/run.c - builds a run from a plan, plays it, judges it, takes it down. */
#include "harness/run/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/check/account.h"
#include "harness/picture/recording.h"
#include "harness/run/stage.h"

enum { SCRIPTS_MAX = 4096, MAILS_MAX = 1024 * 1024 };

/* --- verdicts --- */

void run_end(struct run *run, enum run_verdict verdict, uint32_t line, const char *format, ...)
{
    run->over = true;
    if (run->world) sim_world_let_pass(run->world, INT64_MIN);
    if (run->result->verdict != RUN_PASSED) return;
    run->result->verdict = verdict;
    run->result->failed_line = line;
    struct sim_memory *owner = sim_memory_switch(NULL);
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(&run->result->text, format, args);
    va_end(args);
    if (verdict == RUN_STUCK && !err) run_say_pending(run, &run->result->text);
    sim_memory_switch(owner);
}

void run_mark(struct run *run, const char *who, const char *what, const char *detail)
{
    trace_add(run->trace, &(struct trace_event){.kind = TRACE_MARK,
                                                .at_us = sim_world_now_us(run->world),
                                                .who = who,
                                                .what = what,
                                                .detail = fl_span_from(detail)});
}

/* --- the end --- */

void run_close(struct run *run)
{
    run->over = true;
    sim_world_free(run->world); /* kills the processes, whose hooks need the rest */
    database_close(&run->database);
    fake_http_free(run->web);
    fake_mail_free(run->office);
    fake_statsd_free(run->statsd);
    fake_files_free(run->files);
    tally_free(run->tally);
    operations_free(run->operations);
    ledger_free(run->ledger);
    effects_release(&run->effects);
    fault_set_free(run->faults);
    trace_free(run->trace);
    run_record_close(run);
    free(run->nodes);
    fl_map_release(&run->scripts);
    fl_map_release(&run->mail_keys);
    fl_buf_release(&run->struck);
    fl_buf_release(&run->swarm.text);
    fl_buf_release(&run->leak);
    fl_buf_release(&run->statics);
    fl_arena_release(&run->arena);
    free(run);
}

/* What the jobs came to, and what was done in the name of jobs that belonged to others by then. */
static enum fl_error report_jobs(struct run *run)
{
    struct fl_buf *out = &run->result->text, stale = FL_BUF_INIT(RUN_STRUCK_BYTES);
    enum fl_error err = FL_OK;
    if (!run->ledger) return FL_OK;
    struct account account = account_of(run->ledger);
    if (account_is_notable(&account)) {
        err = fl_buf_append_text(out, "\njobs      ");
        account_describe(&account, out);
    }
    run_say_stale(run, &stale);
    if (!err && stale.length) err = fl_buf_printf(out, "\nstale     %s", stale.bytes);
    fl_buf_release(&stale);
    return err;
}

static void report(struct run *run)
{
    struct run_result *result = run->result;
    if (!run->trace) return;
    trace_hash(run->trace, result->trace_hash);
    result->effects = run->effects.count;
    result->virtual_us = sim_world_now_us(run->world);
    enum fl_error err = FL_OK;
    if (run->order->want_trace) err = trace_text(run->trace, &result->trace);
    if (err || result->verdict == RUN_PASSED || result->verdict == RUN_SWEPT) return;
    if (run->struck.length) err = fl_buf_printf(&result->text, "\nstruck    %s", run->struck.bytes);
    if (!err && run->swarm.text.length)
        err = fl_buf_printf(&result->text, "\nswarm     %s", run->swarm.text.bytes);
    if (!err) err = report_jobs(run);
    if (!err) err = fl_buf_append_text(&result->text, "\n");
    if (!err) err = trace_timeline(run->trace, RUN_TIMELINE_EVENTS, &result->text);
    (void)err; /* a report that does not fit is cut */
}

struct run *run_open(const struct run_order *order, struct run_house *house,
                     struct run_result *result)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run) return NULL;
    run->order = order;
    run->plan = order->plan;
    run->house = house;
    run->result = result;
    run->steps = sim_choices_steps(order->choices);
    run->start_wall_us = order->plan->start_us;
    run->drained_us = -1;
    run->scripts = FL_MAP_INIT(SCRIPTS_MAX);
    run->mail_keys = FL_MAP_INIT(MAILS_MAX);
    run->struck = FL_BUF_INIT(RUN_STRUCK_BYTES);
    run->leak = FL_BUF_INIT(RUN_STRUCK_BYTES);
    run->statics = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    return run;
}

void run_begin_result(struct run_result *result)
{
    *result = (struct run_result){
        .verdict = RUN_PASSED,
        .text = FL_BUF_INIT(RUN_MESSAGE_BYTES),
        .swept_at = FL_BUF_INIT(RUN_MESSAGE_BYTES),
        .state = FL_BUF_INIT(HOUSE_STATE_BYTES_MAX),
        .trace = FL_BUF_INIT(TRACE_TEXT_BYTES_MAX),
        .allocations = FL_BUF_INIT(RUN_ALLOCATIONS_BYTES_MAX),
        .recording = FL_BUF_INIT(RECORDING_BYTES_MAX + RUN_MESSAGE_BYTES),
        .never = FL_BUF_INIT(RUN_NEVER_BYTES_MAX),
        .facts = {.arena = FL_ARENA_INIT(RUN_FACTS_BYTES_MAX)},
    };
}

/* For whoever compares what is left: it is as if everybody had looked at every key once more. */
static void tell_ended(struct run *run)
{
    const struct run_watcher *watcher = run->order->watcher;
    if (!watcher || !run->nodes) return;
    fake_redis_advance(run->house->engine);
    watcher->ended(watcher->self, run->house->engine);
}

/* Collects the final state of an undisturbed run that ended well, when asked. */
static void play(struct run *run, struct state *state)
{
    run_build(run, RUN_BUILT_WHOLE);
    if (!run->over) run_drive(run);
    run_note_all_statics(run);
    if (!run->is_anothers) run_judge(run);
    if (state && run->result->verdict == RUN_PASSED && run_collect_state(run, state))
        run_end(run, RUN_HARNESS_FAULT, 0, "the final state cannot be read");
    run_collect_facts(run);
    run_record_end(run);
    report(run);
    tell_ended(run);
    run_close(run);
}

static bool wants_reference(const struct run_order *order)
{
    const struct plan *plan = order->plan;
    if (order->wants & (RUN_WANTS_STATE | RUN_WANTS_RECORDING))
        return true; /* for what is volatile */
    for (uint32_t i = 0; i < plan->expect_count; i++)
        if (plan->expects[i].kind == PLAN_EXPECT_STATE) return true;
    return false;
}

void run_play(const struct run_order *order, struct run_result *ret_result)
{
    struct run_house *house = order->house;
    run_begin_result(ret_result);
    if (!house && run_house_new(&house)) {
        ret_result->verdict = RUN_HARNESS_FAULT;
        return;
    }
    bool has_reference = wants_reference(order) && run_reference(house, order->plan);
    struct run *run = run_open(order, house, ret_result);
    if (run) {
        run->has_reference = has_reference;
        play(run, NULL);
    } else {
        ret_result->verdict = RUN_HARNESS_FAULT;
    }
    if (!order->house) run_house_free(house);
}

void run_play_undisturbed(const struct run_order *order, int64_t later_us, struct state *state,
                          enum run_verdict *ret_verdict)
{
    struct run_result result;
    run_begin_result(&result);
    struct run *run = run_open(order, order->house, &result);
    if (run) {
        run->undisturbed = true;
        run->start_wall_us += later_us;
        play(run, state);
    } else {
        result.verdict = RUN_HARNESS_FAULT;
    }
    *ret_verdict = result.verdict;
    run_result_release(&result);
}

void run_result_release(struct run_result *result)
{
    fl_buf_release(&result->text);
    fl_buf_release(&result->swept_at);
    fl_buf_release(&result->state);
    fl_buf_release(&result->trace);
    fl_buf_release(&result->allocations);
    fl_buf_release(&result->recording);
    fl_buf_release(&result->never);
    run_facts_release(&result->facts);
}
