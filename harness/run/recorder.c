/* harness/run/recorder.c - tells a recording what happens: effects, strikes, logs and marks, each
 * with what it has changed.
 *
 * A run has the same trace with and without it. What a command changes is seen when the server
 * executes it, and told with its effect, which ends later. */
#include "harness/run/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "harness/scenario/format.h"

enum {
    TEXT_BYTES_MAX = 64 * 1024,
    DIFFERENCES_MAX = 200,
    HEAD_BYTES_MAX = 1024 * 1024,
    EDITS_BYTES_MAX = 4 * 1024 * 1024
};

/* --- changes --- */

/* Without memory the event tells less; the states stay right. */
static void add_edits(struct fl_buf *to, struct fl_span edits)
{
    if (!edits.length) return;
    enum fl_error err = to->length ? fl_buf_append_char(to, ',') : FL_OK;
    if (!err) err = fl_buf_append_span(to, edits);
    (void)err;
}

/* The edits behind the first `before` bytes of them. */
static struct fl_span since(const struct run *run, size_t before)
{
    struct fl_span edits = recording_edits(run->recorder->recording);
    size_t skip = before && edits.length > before ? before + 1 : before; /* the comma */
    return (struct fl_span){edits.bytes + skip, edits.length - skip};
}

/* Looks, and copies what has changed by then. */
static void look_and_take(struct run *run, unsigned at, struct fl_buf *changes)
{
    size_t before = recording_edits(run->recorder->recording).length;
    recorder_look(run, at);
    add_edits(changes, since(run, before));
}

/* --- commands that are under way --- */

static bool is_served(const struct fake_redis_event *event)
{
    return event->origin == FAKE_REDIS_SERVED;
}

void run_record_command(struct run *run, const struct fake_redis_event *event)
{
    struct recorder *recorder = run->recorder;
    if (!recorder || !event->wrote || recorder->pending_count == RECORDER_PENDING_MAX) return;
    struct recorder_pending *pending = &recorder->pending[recorder->pending_count];
    struct fl_buf edits = FL_BUF_INIT(EDITS_BYTES_MAX);
    look_and_take(run, LOOK_AT_QUEUE, &edits);
    if (!edits.length) return;
    *pending = (struct recorder_pending){
        .fiber = is_served(event) ? NULL : sim_fiber_current(run->world),
        .by_script = event->origin == FAKE_REDIS_SCRIPT,
        .edits = edits,
    };
    struct node *node = run_node(run, event->session_name);
    pending->process = node ? node->name : "";
    snprintf(pending->command, sizeof pending->command, "%.*s", FL_SPAN_ARGS(event->args[0]));
    recorder->pending_count++;
}

/* Whoever loads or calls a script has the changes of its commands. */
static bool calls_script(const char *command)
{
    return strncasecmp(command, "EVAL", 4) == 0 || strncasecmp(command, "FCALL", 5) == 0;
}

static bool belongs(const struct recorder_pending *pending, const struct sim_fiber *fiber,
                    const char *process, const char *command)
{
    bool own = pending->fiber ? pending->fiber == fiber : strcmp(pending->process, process) == 0;
    if (pending->by_script) return own && calls_script(command);
    return own && strcasecmp(pending->command, command) == 0;
}

static void take(struct recorder *recorder, uint32_t i, struct fl_buf *changes)
{
    struct recorder_pending *pending = &recorder->pending[i];
    add_edits(changes, fl_buf_span(&pending->edits));
    fl_buf_release(&pending->edits);
    recorder->pending_count--;
    memmove(pending, pending + 1, (recorder->pending_count - i) * sizeof *pending);
}

/* The effect of a command is over: what it has changed goes with it. One command of a batch takes
 * the first change of its name. */
static void settle_command(struct run *run, const char *label, struct fl_buf *changes)
{
    struct recorder *recorder = run->recorder;
    const struct sim_fiber *fiber = sim_fiber_current(run->world);
    const struct node *node = fiber ? run_node_of(run, sim_fiber_process(fiber)) : NULL;
    char command[RECORDER_COMMAND_BYTES];
    snprintf(command, sizeof command, "%.*s", (int)strcspn(label + 6, " "), label + 6);
    for (uint32_t i = 0; node && i < recorder->pending_count;) {
        if (!belongs(&recorder->pending[i], fiber, node->name, command)) {
            i++;
            continue;
        }
        bool more = recorder->pending[i].by_script;
        take(recorder, i, changes);
        if (!more) return;
    }
}

/* A fault comes between a command and the end of its effect, perhaps for good. */
static void settle_all(struct run *run, const char *process, struct fl_buf *changes)
{
    for (uint32_t i = 0; i < run->recorder->pending_count;)
        if (strcmp(run->recorder->pending[i].process, process) == 0)
            take(run->recorder, i, changes);
        else
            i++;
}

/* --- events --- */

/* Where the running fiber stands. */
static void locate(struct run *run, struct recording_event *event)
{
    const struct sim_fiber *fiber = sim_fiber_current(run->world);
    struct node *node = fiber ? run_node_of(run, sim_fiber_process(fiber)) : NULL;
    if (!node) return;
    const struct effect_context *context = effect_process_context(&node->effects);
    event->process = node->name;
    event->role = sim_fiber_role(fiber);
    event->job = context->job;
    event->delivery = context->job ? context->delivery : 0;
    if (!event->who) event->who = context->name;
}

/* Releases the changes. */
static void add(struct run *run, struct recording_event *event, struct fl_buf *changes)
{
    struct fl_buf detail = FL_BUF_INIT(TEXT_BYTES_MAX), outcome = FL_BUF_INIT(TEXT_BYTES_MAX);
    event->changes = fl_buf_span(changes);
    event->detail = recorder_named(run, event->detail, &detail);
    event->outcome = recorder_named(run, event->outcome, &outcome);
    recording_add(run->recorder->recording, event);
    fl_buf_release(&detail);
    fl_buf_release(&outcome);
    fl_buf_release(changes);
}

/* Only a statement that may have committed is worth a look at the rows. */
static unsigned where_to_look(const char *label)
{
    if (strncmp(label, "db ", 3) == 0)
        return strncmp(label, "db SELECT", 9) == 0 ? 0 : LOOK_AT_DATABASE;
    return strncmp(label, "mail", 4) == 0 || strncmp(label, "http", 4) == 0 ? LOOK_AT_OUTSIDE : 0;
}

void run_record_effect(struct run *run, const struct effect *effect,
                       const struct effect_outcome *outcome)
{
    if (!run->recorder) return;
    struct recording_event event = {
        .kind = RECORDING_EFFECT,
        .at_us = sim_world_now_us(run->world),
        .who = effect->context->name,
        .ordinal = effect->ordinal,
        .what = effect->label->text,
        .detail = {effect->detail, effect->detail_length},
        .outcome = outcome->text,
        .refused = !outcome->applied,
        .idle = outcome->idle,
    };
    locate(run, &event);
    struct fl_buf changes = FL_BUF_INIT(EDITS_BYTES_MAX);
    if (strncmp(effect->label->text, "redis ", 6) == 0)
        settle_command(run, effect->label->text, &changes);
    look_and_take(run, where_to_look(effect->label->text), &changes);
    add(run, &event, &changes);
}

void run_record_until_now(struct run *run)
{
    if (!run->recorder) return;
    struct sim_memory *owner = sim_memory_switch(NULL);
    recorder_look(run, LOOK_AT_QUEUE);
    sim_memory_switch(owner);
}

static bool strikes_process(enum plan_verb verb)
{
    return verb == PLAN_KILL || verb == PLAN_OOMKILL || verb == PLAN_PAUSE || verb == PLAN_TERM ||
           verb == PLAN_QUIET || verb == PLAN_RETIRE || verb == PLAN_DEPLOY || verb == PLAN_CLOCK ||
           verb == PLAN_OOM;
}

/* A process that is dead already cannot be killed; all else that strikes has an effect, but for
 * keys and rows that were not there. */
static bool is_effective(struct run *run, const struct plan_fault *fault, bool has_changed)
{
    bool by_name = strikes_process(fault->verb) && fault->target == PLAN_TARGET_PROCESS;
    if (by_name) {
        const struct node *node = run_node(run, fault->target_name);
        return node && node->alive;
    }
    bool must_change = fault->verb == PLAN_EVICT || fault->verb == PLAN_EXPIRE ||
                       fault->verb == PLAN_FLUSHALL || fault->verb == PLAN_DELETED ||
                       fault->verb == PLAN_FAILOVER || fault->verb == PLAN_DUPLICATE ||
                       fault->verb == PLAN_POISON || fault->verb == PLAN_REORDER;
    return !must_change || has_changed;
}

void run_record_fault(struct run *run, const struct plan_fault *fault, const char *at)
{
    if (!run->recorder) return;
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct fl_buf what = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct recording_event event = {.kind = RECORDING_FAULT,
                                    .at_us = sim_world_now_us(run->world),
                                    .line = fault->where.line,
                                    .detail = fl_span_from(at ? at : "by time")};
    run_describe_fault(fault, &what);
    event.what = what.length ? what.bytes : fault_verb_text(fault->verb);
    locate(run, &event);
    struct fl_buf changes = FL_BUF_INIT(EDITS_BYTES_MAX);
    look_and_take(run, LOOK_AT_QUEUE | LOOK_AT_DATABASE, &changes);
    event.effective = is_effective(run, fault, changes.length > 0);
    if (event.process) settle_all(run, event.process, &changes);
    add(run, &event, &changes);
    fl_buf_release(&what);
    sim_memory_switch(owner);
}

/* Of the trace, what neither effects nor faults tell. */
static void hear(void *self, const struct trace_event *traced)
{
    struct run *run = self;
    if (traced->kind != TRACE_LOG && traced->kind != TRACE_MARK) return;
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct recording_event event = {
        .kind = traced->kind == TRACE_LOG ? RECORDING_LOG : RECORDING_MARK,
        .at_us = traced->at_us,
        .who = traced->who,
        .what = traced->what,
        .detail = traced->detail,
        .outcome = traced->outcome,
        .idle = traced->idle,
    };
    const struct node *node = run_node(run, traced->who);
    bool of_redis = strcmp(traced->who, "redis") == 0; /* which may be in the midst of a change */
    if (node)
        event.process = node->name;
    else if (!of_redis && strcmp(traced->who, "scenario") != 0)
        locate(run, &event);
    struct fl_buf changes = FL_BUF_INIT(EDITS_BYTES_MAX);
    bool is_of_run = strncmp(traced->what, "run ", 4) == 0; /* its job's runs are counted */
    size_t before = recording_edits(run->recorder->recording).length;
    if (node) settle_all(run, node->name, &changes);
    if (!of_redis && run->ledger) recorder_look(run, LOOK_AT_QUEUE);
    if (is_of_run) add_edits(&changes, since(run, before));
    add(run, &event, &changes);
    sim_memory_switch(owner);
}

/* --- the head, and the end --- */

static enum fl_error write_faults(const struct plan *plan, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    for (uint32_t i = 0; i < plan->fault_count && !array.err; i++) {
        fl_buf_truncate(&text, 0);
        array.err = scenario_format_fault(&plan->faults[i], &text);
        fl_json_key(&array, NULL);
        if (array.err) break;
        struct fl_json_writer w = fl_json_begin_object(out);
        fl_json_put_int64(&w, "line", plan->faults[i].where.line);
        fl_json_put_bool(&w, "sweep", plan->faults[i].sweep);
        fl_json_put_string(&w, "text", fl_buf_span(&text));
        array.err = fl_json_end(&w);
    }
    fl_buf_release(&text);
    return fl_json_end(&array);
}

static enum fl_error write_claims(const struct plan *plan, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    for (uint32_t i = 0; i < plan->expect_count && !array.err; i++) {
        const struct plan_expect *expect = &plan->expects[i];
        bool of_effect = expect->kind == PLAN_EXPECT_EFFECT;
        fl_json_key(&array, NULL);
        if (array.err) break;
        struct fl_json_writer w = fl_json_begin_object(out);
        fl_json_put_int64(&w, "line", expect->where.line);
        fl_json_put_string(&w, "text", fl_span_from(expect->source ? expect->source : ""));
        if (expect->job) fl_json_put_string(&w, "job", fl_span_from(expect->job));
        if (of_effect) fl_json_put_string(&w, "effect", fl_span_from(expect->text));
        array.err = fl_json_end(&w);
    }
    return fl_json_end(&array);
}

static enum fl_error write_head(const struct run *run, struct fl_buf *out)
{
    const struct plan *plan = run->plan;
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_bool(&w, "head", true);
    fl_json_put_string(&w, "title", fl_span_from(plan->title ? plan->title : ""));
    if (plan->why) fl_json_put_string(&w, "why", fl_span_from(plan->why));
    fl_json_key(&w, "faults");
    if (!w.err) w.err = write_faults(plan, out);
    fl_json_key(&w, "claims");
    if (!w.err) w.err = write_claims(plan, out);
    return fl_json_end(&w);
}

enum fl_error run_record_begin(struct run *run)
{
    struct fl_buf head = FL_BUF_INIT(HEAD_BYTES_MAX);
    if (!(run->order->wants & RUN_WANTS_RECORDING) || run->undisturbed) return FL_OK;
    enum fl_error err = write_head(run, &head);
    if (!err && !(run->recorder = calloc(1, sizeof *run->recorder))) err = FL_ENOMEM;
    if (!err) err = recording_new(&run->result->recording, &run->recorder->recording);
    if (!err) {
        recording_add_line(run->recorder->recording, fl_buf_span(&head));
        trace_listen(run->trace, hear, run);
    }
    fl_buf_release(&head);
    return err;
}

void run_record_given(struct run *run)
{
    if (!run->recorder) return;
    struct recording_event event = {.kind = RECORDING_MARK, .who = "scenario", .what = "given"};
    struct fl_buf changes = FL_BUF_INIT(EDITS_BYTES_MAX);
    look_and_take(run, LOOK_AT_QUEUE | LOOK_AT_DATABASE | LOOK_AT_OUTSIDE, &changes);
    add(run, &event, &changes);
}

void run_record_close(struct run *run)
{
    struct recorder *recorder = run->recorder;
    if (!recorder) return;
    for (uint32_t i = 0; i < recorder->pending_count; i++)
        fl_buf_release(&recorder->pending[i].edits);
    recording_free(recorder->recording);
    free(recorder);
}

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t used = end ? length + 1 : length;
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

/* Both are sorted: a merge. */
static enum fl_error write_differences(struct fl_span reference, struct fl_span found,
                                       struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    struct fl_buf line = FL_BUF_INIT(RECORDING_LINE_BYTES_MAX);
    struct fl_span left = take_line(&reference), right = take_line(&found);
    for (int shown = 0; (left.length || right.length) && shown < DIFFERENCES_MAX && !array.err;) {
        int order = !left.length ? 1 : !right.length ? -1 : fl_span_compare(left, right);
        struct fl_span text = order < 0 ? left : right;
        if (text.length > RECORDING_LINE_BYTES_MAX - 4) text.length = RECORDING_LINE_BYTES_MAX - 4;
        fl_buf_truncate(&line, 0);
        if (order != 0) {
            array.err = fl_buf_printf(&line, "%c %.*s", order < 0 ? '-' : '+', FL_SPAN_ARGS(text));
            fl_json_put_string(&array, NULL, fl_buf_span(&line));
            shown++;
        }
        if (order <= 0) left = take_line(&reference);
        if (order >= 0) right = take_line(&found);
    }
    fl_buf_release(&line);
    return fl_json_end(&array);
}

/* Against the undisturbed run; nothing where that did not end well. */
static enum fl_error write_end(struct run *run, struct fl_buf *out)
{
    struct state state = {0};
    struct fl_buf text = FL_BUF_INIT(HOUSE_STATE_BYTES_MAX);
    const struct house_reference *reference = &run->house->reference;
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_bool(&w, "end", true);
    fl_json_put_int64(&w, "t", sim_world_now_us(run->world));
    fl_json_put_int64(&w, "left_out", (int64_t)recording_left_out(run->recorder->recording));
    if (run->has_reference && !w.err) {
        w.err = run_collect_state(run, &state);
        if (!w.err) w.err = state_format(&state, &reference->volatiles, &text);
        fl_json_key(&w, "differences");
        if (!w.err)
            w.err = write_differences(fl_buf_span(&reference->text), fl_buf_span(&text), out);
    }
    state_release(&state);
    fl_buf_release(&text);
    return fl_json_end(&w);
}

void run_record_end(struct run *run)
{
    struct fl_buf end = FL_BUF_INIT(HEAD_BYTES_MAX);
    if (!run->recorder || !run->database.disk) return; /* it has not even begun */
    trace_listen(run->trace, NULL, NULL); /* processes that end with the world are no part of it */
    struct recording_event judged = {.kind = RECORDING_MARK,
                                     .at_us = sim_world_now_us(run->world),
                                     .who = "scenario",
                                     .what = "judged"};
    struct fl_buf changes = FL_BUF_INIT(EDITS_BYTES_MAX);
    look_and_take(run, LOOK_AT_QUEUE | LOOK_AT_DATABASE | LOOK_AT_OUTSIDE, &changes);
    add(run, &judged, &changes);
    if (write_end(run, &end) == FL_OK)
        recording_add_line(run->recorder->recording, fl_buf_span(&end));
    fl_buf_release(&end);
}
