#include "queue/processor.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/log_text.h"
#include "queue/retry.h"

/* --- the last step of a delivery -----------------------------------------------------------------
 */

struct settlement {
    enum { ACKNOWLEDGE, STORE_RETRY, BURY } kind;
    struct fl_span job; /* the new bytes */
    int64_t at_us;
};

static enum fl_error settle_once(const struct fl_processor *p, const struct fl_delivery *delivery,
                                 const struct settlement *settlement, enum fl_move *ret_move,
                                 char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    switch (settlement->kind) {
    case ACKNOWLEDGE: return fl_move_acknowledge(p->moves, delivery, ret_move, ret_error);
    case STORE_RETRY:
        return fl_move_to_retry(p->moves, delivery, settlement->job, settlement->at_us, ret_move,
                                ret_error);
    case BURY: return fl_move_to_dead(p->moves, delivery, settlement->job, ret_move, ret_error);
    }
    fl_panic("settlement %d", (int)settlement->kind);
}

static bool may_have_been_applied(enum fl_error err)
{
    return err == FL_ELOST || err == FL_ETIMEDOUT || err == FL_EPROTOCOL;
}

/* Waits before another attempt; false when memory did not come back. */
static bool wait_for_next_attempt(const struct fl_processor *p, int attempt, enum fl_error err,
                                  const char *what)
{
    if (attempt == 1)
        fl_log_printf(p->ports->log, FL_LOG_WARN, "the job's outcome could not be stored yet: %s",
                      what);
    if (err == FL_ENOMEM && attempt >= FL_MEMORY_ATTEMPTS_MAX) return false;
    int64_t wait_us = attempt < 4 ? FL_SECOND_US << (attempt - 1) : FL_SETTLE_WAIT_MAX_US;
    if (wait_us > FL_SETTLE_WAIT_MAX_US) wait_us = FL_SETTLE_WAIT_MAX_US;
    fl_task_sleep_until(p->ports->tasks, fl_clock_deadline_us(p->ports->clock, wait_us));
    return true;
}

static void end_for_memory(const struct fl_processor *p)
{
    fl_log_printf(p->ports->log, FL_LOG_FATAL,
                  "out of memory; the job stays with this process "
                  "and is recovered after its end");
    fl_control_fail(p->control, FL_EXIT_SYSTEM);
}

static void settle(const struct fl_processor *p, const struct fl_delivery *delivery,
                   const struct settlement *settlement)
{
    bool perhaps = false;
    for (int attempt = 1; fl_handoff_owns(p->handoff, p->thread); attempt++) {
        enum fl_move move;
        char words[FL_SCRIPT_ERROR_BYTES] = "";
        enum fl_error err = settle_once(p, delivery, settlement, &move, words);
        if (!err) {
            if (move == FL_MOVE_NOT_OWNER && !perhaps)
                fl_log_printf(p->ports->log, FL_LOG_WARN,
                              "the job was no longer this process's: its outcome is void");
            return;
        }
        perhaps = perhaps || may_have_been_applied(err);
        if (!wait_for_next_attempt(p, attempt, err, *words ? words : fl_error_text(err))) {
            end_for_memory(p);
            return;
        }
    }
}

/* --- log lines
 * ------------------------------------------------------------------------------------ */

static void log_job(const struct fl_processor *p, const struct fl_payload *payload,
                    const char *message, int64_t started_us)
{
    struct fl_log_field fields[FL_JOB_LOG_FIELDS + 1];
    char elapsed[32];
    size_t count = fl_job_log_context(payload, fields);
    if (started_us >= 0) {
        int64_t ms = (fl_clock_mono_us(p->ports->clock) - started_us + 500) / 1000;
        snprintf(elapsed, sizeof(elapsed), "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
        fields[count++] = (struct fl_log_field){"elapsed", fl_span_from(elapsed), FL_LOG_RAW_JSON};
    }
    fl_log_write(p->ports->log, &(struct fl_log_line){.level = FL_LOG_INFO,
                                                      .message = fl_span_from(message),
                                                      .fields = fields,
                                                      .field_count = count});
}

static void log_failure(const struct fl_job *job)
{
    fl_job_log(job, FL_LOG_WARN, "%s: %s", job->failure.error_class,
               fl_failure_message(&job->failure));
}

/* --- failed
 * --------------------------------------------------------------------------------------- */

static int64_t next_run_us(const struct fl_processor *p, int64_t now_us, int64_t retry_count)
{
    const struct fl_wire_facts *facts = p->settings->facts;
    uint64_t draw = fl_random_below(p->ports->random, "retry jitter",
                                    fl_retry_jitter_bound(facts, retry_count));
    int64_t wait_s = fl_retry_delay_s(retry_count) + fl_retry_jitter_s(facts, retry_count, draw);
    return now_us + wait_s * FL_SECOND_US;
}

/* The payload of a failed job; without memory for it the process must end. */
static bool write_failed(const struct fl_processor *p, const struct fl_job *job,
                         const struct fl_verdict *verdict, int64_t now_us, struct fl_buf *out)
{
    for (int attempt = 1;; attempt++) {
        enum fl_error err = fl_retry_payload(job->payload, verdict, &job->failure, job->queue,
                                             p->settings->facts, now_us, out);
        if (!err) return true;
        fl_buf_truncate(out, 0);
        if (err != FL_ENOMEM) { /* too large with its error: it keeps its place as it was */
            fl_job_log(job, FL_LOG_ERROR, "the failure does not fit the payload: %s",
                       fl_error_text(err));
            if (!fl_buf_append_span(out, job->payload->raw)) return true;
        }
        if (!wait_for_next_attempt(p, attempt, FL_ENOMEM, fl_error_text(err))) return false;
    }
}

static void fail(const struct fl_processor *p, const struct fl_delivery *delivery,
                 struct fl_job *job, const struct fl_worker *worker)
{
    struct fl_verdict verdict;
    struct fl_buf failed = FL_BUF_INIT(FL_DELIVERY_BYTES_MAX);
    struct settlement settlement = {.kind = ACKNOWLEDGE};
    int64_t now_us = fl_clock_wall_us(p->ports->clock);
    fl_retry_decide(job->payload, worker, job->failure.kind, p->settings->options.max_retries,
                    &verdict);
    if (verdict.fate != FL_FATE_DROPPED && !write_failed(p, job, &verdict, now_us, &failed)) {
        end_for_memory(p);
        fl_buf_release(&failed);
        return;
    }
    settlement.job = fl_buf_span(&failed);
    switch (verdict.fate) {
    case FL_FATE_RETRIED:
        settlement.kind = STORE_RETRY;
        settlement.at_us = next_run_us(p, now_us, verdict.retry_count);
        break;
    case FL_FATE_BURIED:
        fl_job_exhaust(job, worker, verdict.retry_count);
        fl_job_log(job, FL_LOG_INFO, "Adding dead %s job %s", fl_job_class(job), fl_job_jid(job));
        settlement.kind = BURY;
        break;
    case FL_FATE_EXHAUSTED: fl_job_exhaust(job, worker, verdict.retry_count); break;
    case FL_FATE_DROPPED: break;
    }
    settle(p, delivery, &settlement);
    fl_buf_release(&failed);
}

/* --- one delivery
 * ---------------------------------------------------------------------------------- */

static void run_job(const struct fl_processor *p, const struct fl_delivery *delivery,
                    const struct fl_payload *payload)
{
    struct fl_job job;
    const struct fl_worker *worker = fl_registry_find(p->world->registry, payload->worker);
    int64_t started_us = delivery->since_us;
    fl_job_init(&job, p->world, payload, p->settings->queues[delivery->queue].name);
    log_job(p, payload, "start", -1);
    enum fl_outcome outcome = fl_job_perform(&job, worker);
    if (!fl_handoff_owns(p->handoff, p->thread)) {
        fl_job_log(&job, FL_LOG_WARN, "ended after it had been given back: its outcome is void");
    } else if (outcome == FL_FAILED) {
        enum fl_failure kind = job.failure.kind;
        log_job(p, payload, "fail", started_us);
        log_failure(&job);
        fl_stats_count(p->stats, 1, 1);
        fail(p, delivery, &job, worker);
        if (kind == FL_SYSTEM) fl_control_fail(p->control, FL_EXIT_SYSTEM);
    } else {
        if (outcome == FL_DISCARDED)
            fl_job_log(&job, FL_LOG_INFO, "discarded: %s", job.discard_reason);
        log_job(p, payload, "done", started_us);
        fl_stats_count(p->stats, 1, 0);
        settle(p, delivery, &(struct settlement){.kind = ACKNOWLEDGE});
    }
    fl_job_release(&job);
}

/* What is no job cannot fail either: its bytes go to the dead set as they are. */
static void bury_raw(const struct fl_processor *p, const struct fl_delivery *delivery,
                     const char *why)
{
    fl_log_printf(p->ports->log, FL_LOG_ERROR, "buried a payload of %s that is no job: %s",
                  p->settings->queues[delivery->queue].name, why);
    settle(p, delivery, &(struct settlement){.kind = BURY, .job = delivery->bytes});
}

static enum fl_error parse(const struct fl_processor *p, const struct fl_delivery *delivery,
                           struct fl_payload *ret_payload)
{
    for (int attempt = 1;; attempt++) {
        enum fl_error err = fl_payload_parse(delivery->bytes, ret_payload);
        if (err != FL_ENOMEM) return err;
        if (!wait_for_next_attempt(p, attempt, err, fl_error_text(err))) return err;
    }
}

static void run(const struct fl_processor *p, const struct fl_delivery *delivery)
{
    struct fl_payload payload;
    enum fl_error err = parse(p, delivery, &payload);
    if (err == FL_ENOMEM) {
        end_for_memory(p);
        return;
    }
    if (err) {
        bury_raw(p, delivery, err == FL_EPARSE ? "not a JSON object" : fl_error_text(err));
        return;
    }
    fl_task_set_context(p->ports->tasks, *payload.jid ? payload.jid : NULL);
    if (payload.worker)
        run_job(p, delivery, &payload);
    else
        bury_raw(p, delivery, "it has no class");
    fl_task_set_context(p->ports->tasks, NULL);
    fl_payload_release(&payload);
}

void fl_processor_run(void *processor)
{
    const struct fl_processor *p = processor;
    struct fl_delivery *delivery;
    while ((delivery = fl_handoff_take(p->handoff, p->thread))) {
        run(p, delivery);
        fl_handoff_finish(p->handoff, p->thread);
    }
    fl_control_worker_ended(p->control);
}
