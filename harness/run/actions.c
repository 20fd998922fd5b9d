/* harness/run/actions.c - carries out the faults that strike processes and data, and is told what
 * effects have done. */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/run/stage.h"
#include "harness/scenario/words.h"
#include "harness/trace/digest.h"

enum { DELETE_RETRY_US = 1000, DELETE_ATTEMPTS_MAX = 60 * 1000 };

/* --- who is meant --- */

static struct node *process_of(struct run *run, const char *job,
                               const struct effect_context *context)
{
    const char *process = NULL;
    if (context && context->job && fl_span_glob(fl_span_from(job), fl_span_from(context->job)))
        process = context->process;
    if (!process) process = ledger_holder(run->ledger, job);
    return process ? run_node(run, process) : NULL;
}

static struct node *target(struct run *run, const struct plan_fault *fault,
                           const struct effect_context *context)
{
    switch (fault->target) {
    case PLAN_TARGET_PROCESS: return run_node(run, fault->target_name);
    case PLAN_TARGET_PROCESS_OF: return process_of(run, fault->target_name, context);
    case PLAN_TARGET_NONE: return context ? run_node(run, context->process) : NULL;
    case PLAN_TARGET_ALL:
    case PLAN_TARGET_REDIS: break;
    }
    return NULL;
}

/* --- what happens to it --- */

static void stop_main(void *argument)
{
    fl_process_stop(((struct node *)argument)->program);
}

static void quiet_main(void *argument)
{
    fl_process_quiet(((struct node *)argument)->program);
}

static void retire_main(void *argument)
{
    fl_process_retire(((struct node *)argument)->program);
}

/* A signal is handled by a task of the process itself. */
static void signal_process(struct node *node, fl_task_main *main)
{
    if (!node->alive) return;
    node->leaving = true;
    if (!node->program) { /* it has installed no handler yet */
        sim_process_exit(node->process, 0);
        return;
    }
    if (sim_fiber_spawn(node->run->world, node->process, "signal", main, node, NULL))
        run_end(node->run, RUN_HARNESS_FAULT, 0, "no fiber for a signal of %s", node->name);
}

static void restart(struct node *node)
{
    struct run *run = node->run;
    node->restart_us = sim_world_now_us(run->world);
    if (node->alive) {
        node->restart_after_us = 0;
        sim_process_kill(node->process, SIM_END_KILLED);
    }
    sim_wake_all(run->world, &run->planned);
}

/* The module has been opened when the run was built. */
static void deploy(struct node *node, const struct plan_fault *fault)
{
    struct run *run = node->run;
    struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    const struct house_module *module;
    if (!node->plan) return;
    struct sim_memory *owner = sim_memory_switch(NULL);
    enum fl_error err = house_module(run->house, fault->text, run->plan->path, &module, &message);
    if (!err) err = node_deploy(node, module);
    if (err)
        run_end(run, RUN_BAD_INPUT, fault->where.line,
                "expected  at most %d modules in a process\nfound     one more", SIM_MODULES_MAX);
    fl_buf_release(&message);
    sim_memory_switch(owner);
    if (!node->alive) return;
    node->restart_after_us = fault->restart_after_us >= 0 ? fault->restart_after_us : 0;
    signal_process(node, stop_main);
}

/* Asked before the operation, and after it: what had come over the disk by then was its end. */
static void tear(struct node *node, const struct plan_fault *fault)
{
    bool armed = node->tears, torn = armed && fake_vfs_failed(node->mount);
    node->tears = !armed;
    if (!armed)
        fake_vfs_fail(node->mount, fault->number + 1, FAKE_VFS_IOERR, FAKE_VFS_FOR_EVER);
    else if (!torn)
        fake_vfs_fail(node->mount, 0, FAKE_VFS_IOERR, FAKE_VFS_ONCE);
    if (!torn) return;
    node->run->has_torn = true;
    node->restart_after_us = fault->restart_after_us;
    sim_process_kill(node->process, SIM_END_KILLED);
}

static void strike_node(struct node *node, const struct plan_fault *fault)
{
    struct run *run = node->run;
    switch (fault->verb) {
    case PLAN_KILL:
    case PLAN_OOMKILL:
        if (!node->alive) return;
        node->restart_after_us = fault->restart_after_us;
        sim_process_kill(node->process,
                         fault->verb == PLAN_KILL ? SIM_END_KILLED : SIM_END_OOMKILLED);
        return;
    case PLAN_PAUSE:
        run_note_pause(node);
        sim_process_pause(node->process, sim_world_now_us(run->world) + fault->amount_us);
        return;
    case PLAN_TERM:
        node->restart_after_us = fault->restart_after_us;
        if (fault->amount_us && node->alive)
            node->kill_us = sim_world_now_us(run->world) + fault->amount_us;
        signal_process(node, stop_main);
        return;
    case PLAN_QUIET: signal_process(node, quiet_main); return;
    case PLAN_RETIRE:
        node->restart_after_us = fault->restart_after_us;
        signal_process(node, retire_main);
        return;
    case PLAN_RESTART: restart(node); return;
    case PLAN_DEPLOY: deploy(node, fault); return;
    case PLAN_CLOCK:
        run->crons.is_stale = true;
        if (fault->rate_in)
            sim_process_clock_rate(node->process, fault->rate_of, fault->rate_in);
        else
            sim_process_clock_jump(node->process, fault->amount_us);
        return;
    case PLAN_OOM:
        if (node->alive) node_fail_memory(node, fault);
        return;
    case PLAN_ERROR:
    case PLAN_LOSE_ACK:
    case PLAN_DELAY:
    case PLAN_HTTP:
    case PLAN_DB:
    case PLAN_DELETED:
    case PLAN_DUPLICATE:
    case PLAN_POISON:
    case PLAN_REORDER:
    case PLAN_TEAR:
    case PLAN_MAIL:
    case PLAN_CUT_REPLY:
    case PLAN_SLICE:
    case PLAN_STALL:
    case PLAN_RESET:
    case PLAN_REFUSE:
    case PLAN_REDIS:
    case PLAN_FAILOVER:
    case PLAN_REDIS_RESTART:
    case PLAN_EVICT:
    case PLAN_EXPIRE:
    case PLAN_SCRIPT_FLUSH:
    case PLAN_FLUSHALL:
    case PLAN_MAXMEMORY: return;
    }
}

/* The striker's own process comes last: it may not return. */
static void strike_all(struct run *run, const struct plan_fault *fault)
{
    const struct sim_fiber *fiber = sim_fiber_current(run->world);
    struct node *own = fiber ? run_node_of(run, sim_fiber_process(fiber)) : NULL;
    for (uint32_t i = 0; i <= run->node_count; i++)
        if (&run->nodes[i] != own) strike_node(&run->nodes[i], fault);
    if (own) strike_node(own, fault);
}

/* --- data --- */

struct deletion {
    struct run *run;
    const struct plan_fault *fault;
};

static enum fl_error try_delete(struct run *run, const struct plan_fault *fault)
{
    struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    enum fl_error err =
        database_delete(&run->database, fault->text, fault->match, fault->match_count, &message);
    database_rest(&run->database);
    if (err && err != FL_EBUSY)
        run_end(run, RUN_BAD_INPUT, fault->where.line,
                "expected  a record that can be deleted\nfound     %s",
                message.length ? message.bytes : fl_error_text(err));
    fl_buf_release(&message);
    return err;
}

static void delete_main(void *argument)
{
    const struct deletion *deletion = argument;
    struct run *run = deletion->run;
    for (int i = 0; i < DELETE_ATTEMPTS_MAX; i++) {
        if (try_delete(run, deletion->fault) != FL_EBUSY) return;
        sim_sleep_until(run->world, sim_world_now_us(run->world) + DELETE_RETRY_US,
                        "the database's write lock");
    }
}

/* At once, unless somebody is writing: then as soon as he has done. */
static void delete_record(struct run *run, const struct plan_fault *fault)
{
    if (try_delete(run, fault) != FL_EBUSY) return;
    struct deletion *deletion = fl_arena_alloc(&run->arena, sizeof *deletion);
    fl_assert(deletion);
    *deletion = (struct deletion){run, fault};
    if (sim_fiber_spawn(run->world, NULL, "deletion", delete_main, deletion, NULL))
        run_end(run, RUN_HARNESS_FAULT, 0, "no fiber for a deletion");
}

static bool strikes_redis(const struct plan_fault *fault)
{
    return fault->verb >= PLAN_REFUSE || fault->target == PLAN_TARGET_REDIS;
}

static bool pushes(const struct plan_fault *fault)
{
    return fault->verb == PLAN_DUPLICATE || fault->verb == PLAN_POISON;
}

static void push_payload(struct run *run, const struct plan_fault *fault)
{
    bool spoilt = fault->verb == PLAN_POISON;
    if (spoilt ? run_push_spoilt(run, fault->text, fault->number)
               : run_push_again(run, fault->text))
        return;
    run_end(run, RUN_FAILED, fault->where.line,
            "expected  %s to have been pushed before it is pushed once more\n"
            "found     no such payload yet",
            fault->text);
}

/* It always returns, and only then is it known what it has changed. */
static bool strikes_data(const struct plan_fault *fault)
{
    return strikes_redis(fault) || fault->verb == PLAN_DELETED || pushes(fault) ||
           fault->verb == PLAN_REORDER;
}

static void perform(void *self, const struct plan_fault *fault,
                    const struct effect_context *context)
{
    struct run *run = self;
    if (strikes_redis(fault)) {
        run_strike_redis(run, fault);
    } else if (fault->verb == PLAN_DELETED) {
        delete_record(run, fault);
    } else if (pushes(fault)) {
        push_payload(run, fault);
    } else if (fault->verb == PLAN_TEAR) {
        tear(run_node(run, context->process), fault);
    } else if (fault->verb == PLAN_REORDER) {
        if (!run_reorder(run, fault->text))
            run_end(run, RUN_HARNESS_FAULT, fault->where.line, "no memory to turn a queue");
    } else if (fault->target == PLAN_TARGET_ALL) {
        strike_all(run, fault);
    } else {
        struct node *node = target(run, fault, context);
        if (node) strike_node(node, fault);
    }
    if (strikes_data(fault)) run_record_fault(run, fault, context ? context->name : NULL);
}

/* --- words --- */

static enum fl_error describe_redis(const struct plan_fault *fault, struct fl_buf *out)
{
    unsigned long long number = fault->number;
    bool loses = fault->verb == PLAN_FAILOVER ||
                 (fault->verb == PLAN_REDIS_RESTART && fault->kept == PLAN_KEPT_BUT_LAST);
    if (loses) return fl_buf_printf(out, " lose %llu", number);
    if (fault->verb == PLAN_REDIS_RESTART)
        return fl_buf_printf(out, " %s", words_text(&words_redis_kept, (int)fault->kept));
    if (fault->verb == PLAN_REDIS)
        return fl_buf_printf(out, " %s", words_text(&words_redis_states, (int)number));
    if (fault->verb == PLAN_CUT_REPLY || fault->verb == PLAN_SLICE || fault->verb == PLAN_TEAR)
        return fl_buf_printf(out, " %llu", number);
    if (fault->verb == PLAN_EVICT || fault->verb == PLAN_EXPIRE)
        return fl_buf_printf(out, " %s", fault->text);
    return FL_OK;
}

void run_describe_fault(const struct plan_fault *fault, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, fault_verb_text(fault->verb));
    if (!err && fault->target == PLAN_TARGET_PROCESS_OF)
        err = fl_buf_printf(out, " process-of %s", fault->target_name);
    if (!err && fault->target == PLAN_TARGET_PROCESS)
        err = fl_buf_printf(out, " %s", fault->target_name);
    if (!err && fault->target == PLAN_TARGET_ALL) err = fl_buf_append_text(out, " all");
    if (!err && fault->target == PLAN_TARGET_REDIS) err = fl_buf_append_text(out, " redis");
    if (!err && fault->verb == PLAN_DEPLOY) err = fl_buf_printf(out, " %s", fault->text);
    if (!err && fault->verb == PLAN_OOM)
        err = fl_buf_printf(out, " nth %llu", (unsigned long long)fault->oom_nth);
    if (!err && fault->verb == PLAN_POISON)
        err = fl_buf_printf(out, " %s %s", fault->text, words_poisons.rows[fault->number].text);
    if (!err && fault->verb == PLAN_REORDER) err = fl_buf_printf(out, " %s", fault->text);
    if (!err) err = describe_redis(fault, out);
    (void)err; /* a description that does not fit is cut */
}

/* --- what effects tell --- */

/* It strikes behind the effect: what has been touched by then is none of its concern. */
static bool strikes_behind(const struct fault_strike *strike)
{
    enum plan_verb verb = strike->fault->verb;
    return strike->moment == PLAN_AFTER &&
           (verb == PLAN_KILL || verb == PLAN_OOM || verb == PLAN_DEPLOY);
}

static void struck(void *self, const struct fault_strike *strike, const struct effect *effect,
                   const char *at)
{
    struct run *run = self;
    const struct plan_fault *fault = strike->fault;
    run_note_strike(run, strike, effect);
    if (run->touched && effect && strikes_behind(strike)) run_begin_touching(run);
    sim_steps_touch_unseen(run->steps, SIM_EVERYTHING, SIM_WRITES);
    footprint_forget(&run->footprint);
    if (strikes_data(fault))
        run_record_until_now(run);
    else
        run_record_fault(run, fault, at);
    /* A sweep strikes once or twice; of the others the first few are told. */
    struct fl_buf *out = fault->sweep ? &run->result->swept_at : &run->struck;
    if (!fault->sweep || !fault->follows) {
        const char *join = fault->sweep ? ", then " : "\n          ";
        enum fl_error err = fl_buf_append_text(out, out->length ? join : "");
        if (!err) run_describe_fault(fault, out);
        if (!err) err = fl_buf_printf(out, " %s", at);
        (void)err; /* a list that does not fit is cut */
    }
    sim_wake_all(run->world, &run->planned); /* others may come after it */
}

static void applied(void *self, const struct effect_context *context,
                    const struct effect_label *label, struct fl_span detail)
{
    struct run *run = self;
    tally_effect(run->tally, context, label, detail);
    if (run->witness) run->witness->applied(run->witness_self, context, label, detail);
}

static void arrived(void *self, struct effect *effect)
{
    struct run *run = self;
    for (uint32_t i = 0; run->touched && i < effect->strikes.count; i++)
        if (!strikes_behind(&effect->strikes.items[i])) run_begin_touching(run);
    if (run->stores) run_note_arrival(run, effect);
}

static void closed(void *self, const struct effect *effect, const struct effect_outcome *outcome)
{
    struct run *run = self;
    uint64_t max = run->order->effects_max;
    if (outcome->changes && effect->context->job) run_tell_change(run, effect);
    if (run->steps && outcome->applied && effect->context->job) /* two owners: who was last? */
        sim_steps_touch_unseen(run->steps, digest_span(11, fl_span_from(effect->context->job)),
                               SIM_WRITES);
    run_note_effect(run, effect, outcome);
    run_record_effect(run, effect, outcome);
    if (run->has_gauges) run_watch_gauges(run, effect);
    if (max && run->effects.count > max)
        run_end(run, RUN_FAILED, 0, "expected  at most %llu effects\nfound     more",
                (unsigned long long)max);
}

static struct operations_caller caller_of(const struct effect *effect)
{
    const struct effect_context *context = effect->context;
    return (struct operations_caller){context->name, context->process, effect->ordinal};
}

static void commanded(void *self, const struct effect *effect, const struct fl_command *command)
{
    struct run *run = self;
    struct operations_caller caller = caller_of(effect);
    operations_called(run->operations, &caller, command,
                      fl_clock_wall_us(server_clock(&run->server)));
}

static void replied(void *self, const struct effect *effect, const struct fl_command *command,
                    const struct fl_reply *reply, bool arrived)
{
    struct run *run = self;
    struct operations_caller caller = caller_of(effect);
    enum operations_end end = arrived ? OPERATIONS_UNHEARD : OPERATIONS_REFUSED;
    if (reply) end = OPERATIONS_ANSWERED;
    operations_returned(run->operations, &caller, command, end, reply,
                        fl_clock_wall_us(server_clock(&run->server)));
}

static bool mailed(void *self, const struct fl_mail *mail)
{
    static char present;
    struct run *run = self;
    if (!mail->idempotency_key.length) return true;
    struct sim_memory *owner = sim_memory_switch(NULL);
    sim_steps_touch_unseen(run->steps, digest_span(9, mail->idempotency_key), SIM_WRITES);
    bool known = fl_map_get(&run->mail_keys, mail->idempotency_key) != NULL;
    enum fl_error err =
        known ? FL_OK : fl_map_put(&run->mail_keys, mail->idempotency_key, &present, NULL);
    sim_memory_switch(owner);
    fl_assert(!err);
    return !known;
}

static bool the_order_matters(const struct run *run)
{
    for (uint32_t i = 0; i < run->plan->expect_count; i++)
        if (run->plan->expects[i].kind == PLAN_EXPECT_ORDER) return true;
    return false;
}

static void job_begins(void *self, const char *process, const char *jid, const char **ret_name,
                       uint32_t *ret_delivery)
{
    struct run *run = self;
    const struct ledger_job *job = ledger_task_begins(run->ledger, jid, process, ret_delivery);
    *ret_name = job ? job->name : NULL;
    if (run->steps && the_order_matters(run))
        sim_steps_touch_unseen(run->steps, digest_span(10, FL_SPAN("starts")), SIM_WRITES);
}

static void job_ends(void *self, const char *process, const char *jid)
{
    struct run *run = self;
    struct node *node = run_node(run, process);
    if (node) run_end_measure(node);
    ledger_task_ends(run->ledger, jid, process, sim_world_now_us(run->world));
}

static void logged(void *self, const struct effect_context *context, struct fl_span text)
{
    (void)context;
    struct run *run = self;
    tally_log(run->tally, text);
    if (run->witness) run->witness->logged(run->witness_self, text);
}

static const char *script_name(void *self, struct fl_span sha)
{
    return fl_map_get(&((struct run *)self)->scripts, sha);
}

struct effect_stage run_effect_stage(struct run *run)
{
    static const struct effect_stage_ops ops = {
        .perform = perform,
        .struck = struck,
        .mailed = mailed,
        .applied = applied,
        .arrived = arrived,
        .closed = closed,
        .commanded = commanded,
        .replied = replied,
        .job_begins = job_begins,
        .job_ends = job_ends,
        .logged = logged,
        .script_name = script_name,
    };
    return (struct effect_stage){&ops, run};
}

void run_strike_by_time(struct run *run, const struct plan_fault *fault)
{
    struct fl_buf what = FL_BUF_INIT(256);
    run_describe_fault(fault, &what);
    trace_add(run->trace, &(struct trace_event){.kind = TRACE_FAULT,
                                                .at_us = sim_world_now_us(run->world),
                                                .who = "scenario",
                                                .what = fault_verb_text(fault->verb),
                                                .detail = fl_buf_span(&what)});
    fl_buf_release(&what);
    struck(run, &(struct fault_strike){fault, PLAN_BEFORE}, NULL, "by time");
    perform(run, fault, NULL);
}
