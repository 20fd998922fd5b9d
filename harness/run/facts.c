/* Effects are noted as they close; the rest is read off the fakes and the ledger at the end. */
#include "harness/run/facts.h"

#include <stdlib.h>
#include <string.h>

#include "harness/run/stage.h"
#include "harness/trace/digest.h"

enum { TEXT_BYTES_MAX = 4096 };

void run_facts_release(struct run_facts *facts)
{
    fl_arena_release(&facts->arena);
    fl_arena_release(&facts->names);
    free(facts->effects);
    free(facts->moments);
    free(facts->key_changes);
    *facts = (struct run_facts){0};
}

/* --- effects --- */

static bool grow(struct run_facts *facts)
{
    uint32_t capacity = facts->effect_capacity ? 2 * facts->effect_capacity : 64;
    if (facts->effect_count < facts->effect_capacity) return true;
    if (facts->effect_count >= RUN_EFFECTS_MAX) return false;
    struct run_effect *grown = realloc(facts->effects, capacity * sizeof *grown);
    facts->incomplete |= !grown;
    if (!grown) return false;
    facts->effects = grown;
    facts->effect_capacity = capacity;
    return true;
}

/* Jobs and processes by the scenario's names. */
static struct fl_span renamed(struct run *run, struct fl_span text)
{
    struct fl_buf named = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_arena *arena = &run->result->facts.arena;
    char *copy = NULL;
    size_t length = text.length;
    if (trace_rename(run_naming(run), text, &named) == FL_OK && named.bytes) {
        copy = fl_arena_copy(arena, fl_buf_span(&named));
        length = named.length;
    }
    fl_buf_release(&named);
    if (text.length && !copy) run->result->facts.incomplete = true;
    return copy ? (struct fl_span){copy, length} : (struct fl_span){"", 0};
}

static struct fl_span copied(struct run_facts *facts, struct fl_span text)
{
    const char *copy = fl_arena_copy(&facts->arena, text);
    if (!copy) facts->incomplete = true;
    return copy ? (struct fl_span){copy, text.length} : (struct fl_span){"", 0};
}

static bool is_listed(const struct run *run, const struct effect_context *context, bool idle)
{
    if (run->order->wants & RUN_WANTS_EFFECTS) return true;
    if (!(run->order->wants & RUN_WANTS_DEEDS)) return false;
    return context->job || (!idle && !(context->role && strcmp(context->role, "heartbeat") == 0));
}

/* Two plays of a run are compared by these lines; what does not fit is left out of both. */
static void note_allocations(struct run *run, const struct effect *effect)
{
    const struct effect_context *context = effect->context;
    const struct node *node = run_node(run, context->process);
    if (!(run->order->wants & RUN_WANTS_ALLOCATIONS) || !node || !node->alive) return;
    uint64_t made = sim_memory_allocations(sim_process_memory(node->process));
    enum fl_error err = fl_buf_printf(&run->result->allocations, "%s %llu %s.%llu %s\n",
                                      context->process, (unsigned long long)made, context->name,
                                      (unsigned long long)effect->ordinal, effect->label->text);
    (void)err;
}

void run_note_effect(struct run *run, const struct effect *effect,
                     const struct effect_outcome *outcome)
{
    struct run_facts *facts = &run->result->facts;
    const struct effect_context *context = effect->context;
    uint32_t after = run->stores ? run_note_closing(run, effect, outcome) : 0;
    note_allocations(run, effect);
    if (!is_listed(run, context, outcome->idle)) return;
    if (!grow(facts)) return;
    facts->effects[facts->effect_count++] = (struct run_effect){
        .who = fl_span_from(context->name),
        .job = fl_span_from(context->job ? context->job : ""),
        .process = fl_span_from(context->process),
        .role = fl_span_from(context->role),
        .what = fl_span_from(effect->label->text),
        .detail = copied(facts, (struct fl_span){effect->detail, effect->detail_length}),
        .ordinal = effect->ordinal,
        .occurrence = effect->occurrence,
        .applied = outcome->applied,
        .idle = outcome->idle,
        .before = effect->moment,
        .after = after,
    };
}

/* Later ones, and those for which there is no memory, are not listed. */
static void list_strike(struct run *run, const struct fault_strike *strike,
                        const struct effect *effect)
{
    struct run_facts *facts = &run->result->facts;
    const struct effect_context *context = effect->context;
    bool has_role = !context->job && strchr(context->name, '/');
    if (!facts->struck_at)
        facts->struck_at =
            fl_arena_alloc_array(&facts->arena, RUN_STRIKES_MAX, sizeof *facts->struck_at);
    if (!facts->struck_at || facts->struck_at_count == RUN_STRIKES_MAX) return;
    facts->struck_at[facts->struck_at_count++] = (struct run_strike){
        .line = strike->fault->where.line,
        .column = strike->fault->where.column,
        .after = strike->moment == PLAN_AFTER,
        .job = copied(facts, fl_span_from(context->job ? context->job : "")),
        .delivery = context->delivery,
        .process = copied(facts, fl_span_from(context->job ? "" : context->process)),
        .role = copied(facts, fl_span_from(has_role ? context->role : "")),
        .what = copied(facts, fl_span_from(effect->label->text)),
        .occurrence = effect->occurrence,
    };
}

void run_note_strike(struct run *run, const struct fault_strike *strike,
                     const struct effect *effect)
{
    struct run_facts *facts = &run->result->facts;
    facts->strikes++;
    if ((run->order->wants & RUN_WANTS_STRIKES) && effect) list_strike(run, strike, effect);
    if (facts->struck) return;
    facts->struck = true;
    facts->struck_after = facts->effect_count;
    facts->struck_moment = facts->moment_count;
}

void run_note_failed_allocation(struct run *run, const struct sim_memory *memory)
{
    struct run_facts *facts = &run->result->facts;
    void *frames[SIM_MEMORY_FRAMES];
    struct fl_buf path = FL_BUF_INIT(TEXT_BYTES_MAX);
    if (!run->order->wants || facts->failed_at.length) return;
    size_t count = sim_memory_failed_at(memory, frames);
    enum fl_error err = sim_call_path(&run->house->call_names, frames, count, &path);
    if (!err) facts->failed_at = copied(facts, fl_buf_span(&path));
    fl_buf_release(&path);
}

/* --- what the outside has got --- */

static void add_receipt(struct run_facts *facts, struct fl_span what, struct fl_span key)
{
    for (uint32_t i = 0; i < facts->receipt_count; i++) {
        struct run_receipt *known = &facts->receipts[i];
        if (!fl_span_equal(known->what, what) || !fl_span_equal(known->key, key)) continue;
        known->count++;
        return;
    }
    facts->receipts[facts->receipt_count++] =
        (struct run_receipt){copied(facts, what), copied(facts, key), 1};
}

static enum fl_error add_mails(struct run *run, struct fl_buf *what)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < fake_mail_count(run->office) && !err; i++) {
        const struct fake_mail_record *mail = fake_mail_record(run->office, i);
        fl_buf_truncate(what, 0);
        err = fl_buf_printf(what, "mail %.*s %.*s", FL_SPAN_ARGS(mail->to),
                            FL_SPAN_ARGS(mail->subject));
        if (!err) add_receipt(&run->result->facts, fl_buf_span(what), mail->idempotency_key);
    }
    return err;
}

static enum fl_error add_requests(struct run *run, struct fl_buf *what)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < fake_http_count(run->web) && !err; i++) {
        const struct fake_http_record *request = fake_http_record(run->web, i);
        if (strcmp(request->method, "GET") == 0 || !request->answer) continue;
        fl_buf_truncate(what, 0);
        err = fl_buf_printf(what, "http %s %s", request->method, request->url);
        if (!err) add_receipt(&run->result->facts, fl_buf_span(what), request->idempotency_key);
    }
    return err;
}

static enum fl_error collect_receipts(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    struct fl_buf what = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    size_t most = fake_mail_count(run->office) + fake_http_count(run->web);
    facts->receipts = fl_arena_alloc_array(&facts->arena, most + 1, sizeof *facts->receipts);
    enum fl_error err = facts->receipts ? add_mails(run, &what) : FL_ENOMEM;
    if (!err) err = add_requests(run, &what);
    fl_buf_release(&what);
    return err;
}

/* --- jobs and state --- */

static uint64_t add_receipts(uint64_t digest, const struct run_facts *facts)
{
    for (uint32_t i = 0; i < facts->receipt_count; i++) {
        digest = digest_span(digest, facts->receipts[i].what);
        digest = digest_span(digest, facts->receipts[i].key);
        digest = digest_word(digest, facts->receipts[i].count);
    }
    return digest_word(digest, facts->receipt_count);
}

static uint64_t digest_end(const struct run_facts *facts, struct fl_span state)
{
    uint64_t digest = add_receipts(digest_span(facts->job_count, state), facts);
    for (uint32_t i = 0; i < facts->job_count; i++) {
        digest = digest_span(digest, facts->jobs[i].name);
        digest = digest_span(digest, facts->jobs[i].state);
        digest = digest_word(digest, facts->jobs[i].of_plan);
    }
    return digest;
}

static bool ends_as_asked(const struct run *run)
{
    const struct run_result *result = run->result;
    const uint64_t *wanted = run->order->same_as;
    return wanted && result->verdict == RUN_PASSED && result->facts.drained &&
           result->facts.end == *wanted;
}

static enum fl_error collect_jobs(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    const struct ledger *ledger = run->ledger;
    facts->jobs = fl_arena_alloc_array(&facts->arena, ledger->count + 1, sizeof *facts->jobs);
    if (!facts->jobs) return FL_ENOMEM;
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = ledger->all[i];
        facts->jobs[facts->job_count++] = (struct run_job){
            .name = copied(facts, fl_span_from(job->name)),
            .state = copied(facts, fl_span_from(ledger_state_text(job->state))),
            .of_plan = job->of_plan,
        };
    }
    return FL_OK;
}

static enum fl_error collect_state(struct run *run)
{
    struct state state = {0};
    fl_buf_truncate(&run->result->state, 0);
    enum fl_error err = run_collect_state(run, &state);
    if (!err) err = state_format(&state, &run->house->reference.volatiles, &run->result->state);
    state_release(&state);
    return err;
}

static enum fl_error collect_end(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    enum run_verdict verdict = run->result->verdict;
    if (!(run->order->wants & RUN_WANTS_STATE) || !run->ledger) return FL_OK;
    if (verdict == RUN_BAD_INPUT || verdict == RUN_HARNESS_FAULT || verdict == RUN_SWEPT)
        return FL_OK;
    facts->drained = run->drained_us >= 0;
    if (run->statics.length) facts->statics = copied(facts, fl_buf_span(&run->statics));
    enum fl_error err = collect_receipts(run);
    if (!err) err = collect_jobs(run);
    if (!err) err = collect_state(run);
    if (!err) facts->end = digest_end(facts, fl_buf_span(&run->result->state));
    return err;
}

/* Their names are the run's own, which they outlive; the details are renamed only now, since most
 * lists are not looked at. */
static void finish_effects(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    if (facts->same) facts->effect_count = facts->receipt_count = facts->job_count = 0;
    for (uint32_t i = 0; i < facts->effect_count; i++)
        facts->effects[i].detail = renamed(run, facts->effects[i].detail);
    facts->names = run->effects.identities.arena;
    run->effects.identities.arena = (struct fl_arena){0};
}

void run_collect_facts(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    enum fl_error err = collect_end(run);
    run_collect_overwritten(run);
    facts->same = !err && ends_as_asked(run);
    if (facts->same) fl_buf_truncate(&run->result->state, 0);
    if (run->order->wants) finish_effects(run);
    if (!err && facts->incomplete && run->order->wants & RUN_WANTS_STATE) err = FL_ENOMEM;
    if (!err) return;
    run->result->verdict = RUN_PASSED; /* a verdict without its facts would mislead */
    run_end(run, RUN_HARNESS_FAULT, 0, "the facts of the run cannot be read: %s",
            fl_error_text(err));
}
