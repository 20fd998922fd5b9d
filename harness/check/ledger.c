/* harness/check/ledger.c - deliveries and runs, and what each job's places say of it. */
#include "harness/check/ledger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { ARRAY_FIRST = 4 };

enum fl_error ledger_new(struct fake_redis *engine, const struct fault_set *faults,
                         struct ledger **ret_ledger)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) return FL_ENOMEM;
    ledger->engine = engine;
    ledger->faults = faults;
    ledger->jobs = FL_MAP_INIT(2 * LEDGER_JOBS_MAX);
    ledger->keys = FL_MAP_INIT(LEDGER_KEYS_MAX);
    ledger->sessions = FL_MAP_INIT(LEDGER_SESSIONS_MAX);
    *ret_ledger = ledger;
    return FL_OK;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger) return;
    fl_map_release(&ledger->jobs);
    fl_map_release(&ledger->keys);
    fl_map_release(&ledger->sessions);
    fl_arena_release(&ledger->arena);
    free(ledger->all);
    free(ledger);
}

void ledger_violate(struct ledger *ledger, const char *format, ...)
{
    if (ledger->violation[0]) return;
    va_list args;
    va_start(args, format);
    vsnprintf(ledger->violation, sizeof ledger->violation, format, args);
    va_end(args);
}

const char *ledger_session(struct ledger *ledger, const char *name)
{
    char *kept = ledger->last_session;
    if (kept && strcmp(kept, name) == 0) return kept;
    kept = fl_map_get(&ledger->sessions, fl_span_from(name));
    if (kept) ledger->last_session = kept;
    if (kept) return kept;
    kept = fl_arena_copy(&ledger->arena, fl_span_from(name));
    if (kept && !fl_map_put(&ledger->sessions, fl_span_from(name), kept, NULL)) return kept;
    ledger->failed_for_memory = true;
    return NULL;
}

/* --- deliveries, tasks and runs --- */

static struct ledger_delivery *delivery_add(struct ledger *ledger, struct ledger_job *job)
{
    if (job->delivery_count == job->delivery_capacity) {
        uint32_t capacity = job->delivery_capacity ? 2 * job->delivery_capacity : ARRAY_FIRST;
        struct ledger_delivery *grown =
            fl_arena_alloc_array(&ledger->arena, capacity, sizeof *grown);
        if (!grown) return NULL;
        if (job->delivery_count)
            memcpy(grown, job->deliveries, job->delivery_count * sizeof *grown);
        job->deliveries = grown;
        job->delivery_capacity = capacity;
    }
    return &job->deliveries[job->delivery_count++];
}

void ledger_deliver(struct ledger *ledger, struct ledger_job *job, const char *session,
                    bool in_hand)
{
    struct ledger_delivery *delivery = delivery_add(ledger, job);
    if (!delivery) {
        ledger->failed_for_memory = true;
        return;
    }
    *delivery =
        (struct ledger_delivery){.process = session, .at_us = ledger->now_us, .in_hand = in_hand};
    if (in_hand) ledger->queued++;
}

/* The delivery that a task of the process works on: the oldest that none has taken, or else the
 * newest that one has. */
static struct ledger_delivery *delivery_of(struct ledger_job *job, const char *process, bool fresh)
{
    struct ledger_delivery *found = NULL;
    for (uint32_t i = 0; i < job->delivery_count; i++) {
        struct ledger_delivery *delivery = &job->deliveries[i];
        if (strcmp(delivery->process, process) != 0) continue;
        if (fresh && !delivery->taken) return delivery;
        found = delivery;
    }
    return found;
}

struct ledger_job *ledger_task_begins(struct ledger *ledger, const char *jid, const char *process,
                                      uint32_t *ret_delivery)
{
    struct ledger_job *job = ledger_find(ledger, fl_span_from(jid));
    *ret_delivery = 0;
    ledger->working++;
    if (!job) return NULL;
    struct ledger_delivery *delivery = delivery_of(job, process, true);
    if (delivery) {
        delivery->taken = true;
        *ret_delivery = (uint32_t)(delivery - job->deliveries) + 1;
    }
    return job;
}

static void out_of_hand(struct ledger *ledger, struct ledger_delivery *delivery)
{
    if (!delivery->in_hand) return;
    delivery->in_hand = false;
    ledger->queued--;
}

static void end_job(struct ledger *ledger, struct ledger_job *job, enum plan_job_state state)
{
    job->state = state;
    if (!job->ended) ledger->pending--;
    job->ended = true;
    ledger->changes++;
    ledger->changed_us = job->changed_us = ledger->now_us;
}

static enum plan_job_state outcome_state(const struct ledger_delivery *delivery)
{
    if (!delivery->run_ended || delivery->outcome == FL_FAILED) return PLAN_STATE_DROPPED;
    return delivery->outcome == FL_DISCARDED ? PLAN_STATE_DISCARDED : PLAN_STATE_DONE;
}

/* Basic fetch has no acknowledgement: what stands nowhere when its task is done has ended. */
void ledger_task_ends(struct ledger *ledger, const char *jid, const char *process, int64_t now_us)
{
    ledger->now_us = now_us;
    ledger->working--;
    struct ledger_job *job = ledger_find(ledger, fl_span_from(jid));
    struct ledger_delivery *delivery = job ? delivery_of(job, process, false) : NULL;
    if (!delivery || !delivery->in_hand) return;
    out_of_hand(ledger, delivery);
    if (!job->copies) end_job(ledger, job, outcome_state(delivery));
}

/* One process may work on two deliveries of a job: a stale one, and the newest. */
struct ledger_delivery *ledger_numbered(struct ledger_job *job, const char *process,
                                        uint32_t number)
{
    if (!job) return NULL;
    bool known = number && number <= job->delivery_count;
    return known ? &job->deliveries[number - 1] : delivery_of(job, process, false);
}

void ledger_run_begins(struct ledger *ledger, struct ledger_job *job, const char *process,
                       uint32_t number, int64_t now_us)
{
    ledger->now_us = now_us;
    struct ledger_delivery *delivery = ledger_numbered(job, process, number);
    if (!delivery) return;
    if (delivery->acknowledged)
        ledger_violate(ledger, "%s was acknowledged by %s before its work began", job->name,
                       process);
    delivery->run_begun = true;
    delivery->begun_us = now_us;
    job->runs++;
    if (!job->start_order) job->start_order = ++ledger->starts;
    ledger->changed_us = now_us;
}

void ledger_run_ends(struct ledger *ledger, struct ledger_job *job, const char *process,
                     uint32_t number, enum fl_outcome outcome, int64_t now_us)
{
    struct ledger_delivery *delivery = ledger_numbered(job, process, number);
    if (!delivery) return;
    delivery->run_ended = true;
    delivery->ended_us = now_us;
    delivery->outcome = outcome;
    ledger->changed_us = now_us;
}

void ledger_process_died(struct ledger *ledger, const char *process, int64_t now_us)
{
    ledger->now_us = now_us;
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct ledger_job *job = ledger->all[i];
        for (uint32_t k = 0; k < job->delivery_count; k++) {
            struct ledger_delivery *delivery = &job->deliveries[k];
            if (strcmp(delivery->process, process) != 0) continue;
            if (delivery->tenure == LEDGER_HELD) delivery->tenure = LEDGER_ABANDONED;
            if (!delivery->in_hand) continue;
            out_of_hand(ledger, delivery);
            if (!job->copies) end_job(ledger, job, PLAN_STATE_LOST);
        }
    }
}

const char *ledger_holder(const struct ledger *ledger, const char *name)
{
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = ledger->all[i];
        if (job->delivery_count && fl_span_glob(fl_span_from(name), fl_span_from(job->name)))
            return job->deliveries[job->delivery_count - 1].process;
    }
    return NULL;
}

/* --- states --- */

const char *ledger_state_text(enum plan_job_state state)
{
    switch (state) {
    case PLAN_STATE_DONE: return "done";
    case PLAN_STATE_DISCARDED: return "discarded";
    case PLAN_STATE_DEAD: return "dead";
    case PLAN_STATE_DROPPED: return "dropped";
    case PLAN_STATE_LOST: return "lost";
    case PLAN_STATE_RETRYING: return "retrying";
    case PLAN_STATE_SCHEDULED: return "scheduled";
    case PLAN_STATE_WAITING: return "waiting";
    }
    return "?";
}

static enum plan_job_state standing_state(const struct ledger_job *job)
{
    enum plan_job_state state = PLAN_STATE_DEAD;
    for (uint32_t i = 0; i < job->stand_count; i++) {
        if (!job->stands[i].count) continue;
        enum ledger_place place = job->stands[i].key->place;
        if (place == LEDGER_QUEUE || place == LEDGER_PRIVATE) return PLAN_STATE_WAITING;
        if (place == LEDGER_RETRY) state = PLAN_STATE_RETRYING;
        if (place == LEDGER_SCHEDULE && state == PLAN_STATE_DEAD) state = PLAN_STATE_SCHEDULED;
    }
    return state;
}

/* Whose acknowledgement it is: that of a run which has ended well, before a newer delivery's, and
 * before that of a stale run which has failed beside it. */
static struct ledger_delivery *acknowledged_of(struct ledger_job *job, const char *process)
{
    struct ledger_delivery *found = NULL;
    for (uint32_t i = 0; i < job->delivery_count; i++) {
        struct ledger_delivery *delivery = &job->deliveries[i];
        if (strcmp(delivery->process, process) != 0) continue;
        bool well = delivery->run_ended && delivery->outcome != FL_FAILED;
        if (!found || well || !found->run_ended || found->outcome == FL_FAILED) found = delivery;
    }
    return found;
}

static void judge_acknowledgement(struct ledger *ledger, struct ledger_job *job)
{
    struct ledger_delivery *delivery = acknowledged_of(job, job->remover);
    if (!delivery) {
        ledger_violate(ledger, "%s was removed by %s, which never had it", job->name, job->remover);
        return;
    }
    if (delivery->run_begun && !delivery->run_ended)
        ledger_violate(ledger, "%s was acknowledged by %s before its work had ended", job->name,
                       job->remover);
    delivery->acknowledged = true;
    end_job(ledger, job, outcome_state(delivery));
}

static bool in_somebodys_hand(const struct ledger_job *job)
{
    for (uint32_t i = 0; i < job->delivery_count; i++)
        if (job->deliveries[i].in_hand) return true;
    return false;
}

static void judge_absence(struct ledger *ledger, struct ledger_job *job)
{
    if (in_somebodys_hand(job)) {
        job->state = PLAN_STATE_WAITING;
    } else if (job->removal == LEDGER_ACKNOWLEDGED) {
        judge_acknowledgement(ledger, job);
    } else if (job->replaced && job->removal == LEDGER_MOVED) {
        end_job(ledger, job, PLAN_STATE_DROPPED);
    } else if (job->removal == LEDGER_TRIMMED) {
        job->state = PLAN_STATE_DEAD;
    } else if (job->removal == LEDGER_LOST) {
        end_job(ledger, job, PLAN_STATE_LOST);
    } else {
        ledger_violate(ledger, "%s stands nowhere and was not acknowledged; %s took it away",
                       job->name, job->remover);
        end_job(ledger, job, PLAN_STATE_LOST);
    }
}

static void judge_copies(struct ledger *ledger, const struct ledger_job *job)
{
    if (ledger->faults && fault_set_permits_copies(ledger->faults)) return;
    const char *names[2] = {"", ""};
    uint32_t found = 0;
    for (uint32_t i = 0; i < job->stand_count && found < 2; i++) {
        for (uint32_t k = 0; k < job->stands[i].count && found < 2; k++)
            names[found++] = job->stands[i].key->name;
    }
    ledger_violate(ledger, "%s stands in two places, %s and %s, and no fault explains it",
                   job->name, names[0], names[1]);
}

static void judge(struct ledger *ledger, struct ledger_job *job)
{
    if (!job->copies) {
        judge_absence(ledger, job);
        return;
    }
    if (job->copies > 1) judge_copies(ledger, job);
    enum plan_job_state state = standing_state(job);
    bool ended = state == PLAN_STATE_DEAD;
    if (!job->accepted || (job->ended && !ended)) ledger->pending++;
    if (ended && (!job->ended || !job->accepted)) ledger->pending--;
    job->accepted = true;
    job->state = state;
    job->ended = ended;
    for (uint32_t i = 0; i < job->delivery_count;
         i++) /* given back, or stored by a basic fetcher */
        out_of_hand(ledger, &job->deliveries[i]);
}

static void untouch(struct ledger *ledger, const struct ledger_job *job)
{
    struct ledger_job **at = &ledger->touched;
    while (*at != job)
        at = &(*at)->next_touched;
    *at = job->next_touched;
}

/* A retry and a promotion write new bytes: without a jid these are a stranger's. When one job that
 * is known by its bytes has left its place, and one stranger has come, they are the same. */
static void follow_rewritten(struct ledger *ledger)
{
    struct ledger_job *gone = NULL, *fresh = NULL;
    for (struct ledger_job *job = ledger->touched; job; job = job->next_touched) {
        bool is_gone = job->by_bytes && job->accepted && !job->copies;
        bool is_fresh = !job->accepted && !job->of_plan && job->copies;
        if ((is_gone && gone) || (is_fresh && fresh)) return;
        if (is_gone) gone = job;
        if (is_fresh) fresh = job;
    }
    if (!gone || !fresh) return;
    untouch(ledger, fresh);
    ledger_adopt(ledger, gone, fresh);
}

void ledger_settle(struct ledger *ledger)
{
    follow_rewritten(ledger);
    while (ledger->touched) {
        struct ledger_job *job = ledger->touched;
        ledger->touched = job->next_touched;
        job->touched = false;
        judge(ledger, job);
        job->replaced = false;
        job->changed_us = ledger->changed_us = ledger->now_us;
        ledger->changes++;
    }
}

void ledger_describe(const struct ledger_job *job, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    if (!job->accepted) {
        const char *text = job->given_up ? "never pushed: its push failed" : "not pushed yet";
        if (job->push == LEDGER_PUSH_UNHEARD)
            text = "never pushed, which its client cannot know: the answer was lost";
        err = fl_buf_append_text(out, text);
    } else if (!job->copies) {
        err = fl_buf_append_text(out, job->ended ? ledger_state_text(job->state)
                                                 : "in the hand of its fetcher");
        if (!err && job->ended && job->state == PLAN_STATE_LOST && job->removal == LEDGER_LOST)
            err = fl_buf_printf(out, " to the fault: %s", job->remover);
    } else {
        err = fl_buf_append_text(out, ledger_state_text(job->state));
        for (uint32_t i = 0; i < job->stand_count && !err; i++)
            if (job->stands[i].count) err = fl_buf_printf(out, ", in %s", job->stands[i].key->name);
    }
    (void)err; /* a report that does not fit is cut */
}
