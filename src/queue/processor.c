#include "queue/processor.h"

#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "queue/locking.h"
#include "queue/log_text.h"
#include "queue/over_limit.h"
#include "queue/poller.h"
#include "queue/retry.h"
#include "queue/together.h"

/* --- log lines --- */

/* With three decimals: "0.012". */
static struct fl_span in_seconds(int64_t us, char out[2 * FL_DIGITS_BYTES])
{
    char digits[FL_DIGITS_BYTES];
    int64_t ms = (us + 500) / 1000;
    struct fl_span whole = fl_digits(ms / 1000, digits);
    memcpy(out, whole.bytes, whole.length);
    struct fl_span decimals = fl_digits(1000 + ms % 1000, digits); /* 1, three digits */
    memcpy(out + whole.length, decimals.bytes, decimals.length);
    out[whole.length] = '.';
    return (struct fl_span){out, whole.length + decimals.length};
}

static void measure(const struct fl_processor *p, const struct fl_job *job, const char *name,
                    const char *error_class)
{
    const struct fl_metrics_of of = {job->payload->worker, job->queue, error_class};
    fl_metrics_count(p->metrics, name, 1, &of);
}

/* How long only what succeeds takes is told: a failure may come at any time. */
static void measure_success(const struct fl_processor *p, const struct fl_job *job,
                            const struct fl_delivery *delivery)
{
    if (!p->metrics || !p->metrics->statsd.ops) return; /* no look at the clock */
    const struct fl_metrics_of of = {job->payload->worker, job->queue, NULL};
    int64_t now_us = fl_clock_mono_us(p->settler.ports->clock);
    fl_metrics_count(p->metrics, "jobs.success", 1, &of);
    fl_metrics_timing(p->metrics, "jobs.perform", now_us - delivery->since_us, &of);
}

static void log_job(const struct fl_processor *p, const struct fl_payload *payload,
                    const char *message, int64_t started_us)
{
    struct fl_log_field fields[FL_JOB_LOG_FIELDS + 1];
    char elapsed[2 * FL_DIGITS_BYTES];
    size_t count = fl_job_log_context(payload, fields);
    if (started_us >= 0) {
        int64_t us = fl_clock_mono_us(p->settler.ports->clock) - started_us;
        fields[count++] =
            (struct fl_log_field){"elapsed", in_seconds(us, elapsed), FL_LOG_RAW_JSON};
    }
    fl_log_write(p->settler.ports->log, &(struct fl_log_line){.level = FL_LOG_INFO,
                                                              .message = fl_span_from(message),
                                                              .fields = fields,
                                                              .field_count = count});
}

static void log_failure(const struct fl_job *job)
{
    fl_job_log(job, FL_LOG_WARN, "%s: %s", job->failure.error_class,
               fl_failure_message(&job->failure));
}

/* What the job leaves when it moves on: `end` for its lock, `step` for its batch. */
static struct fl_release release_of(const struct fl_job *job, const struct fl_job_lock *lock,
                                    enum fl_lock_end end, enum fl_batch_step step)
{
    struct fl_release release = fl_lock_release(lock, job->payload->jid, end);
    if (step == FL_BATCH_STEP_SUCCEEDED) release.forgets_cursor = job->has_iterated;
    if (!job->payload->batch) return release;
    release.bid = fl_span_from(job->payload->batch);
    release.step = step;
    return release;
}

/* --- failed --- */

/* `own_s`: what the class's hook wants; 0: the usual wait. */
static int64_t next_run_us(const struct fl_processor *p, int64_t now_us, int64_t retry_count,
                           int64_t own_s)
{
    const struct fl_wire_facts *facts = p->settings->facts;
    uint64_t draw = fl_random_below(p->settler.ports->random, "retry jitter",
                                    fl_retry_jitter_bound(facts, retry_count));
    int64_t wait_s = own_s ? own_s : fl_retry_delay_s(retry_count);
    return now_us + (wait_s + fl_retry_jitter_s(facts, retry_count, draw)) * FL_SECOND_US;
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
        if (!fl_settle_wait(&p->settler, attempt, FL_ENOMEM, fl_error_text(err))) return false;
    }
}

/* What retry_for and the class's hook make of a job that would be retried. */
static void ask_about_retry(const struct fl_processor *p, struct fl_job *job,
                            const struct fl_worker *worker, int64_t now_us,
                            struct fl_verdict *verdict, int64_t *ret_own_s)
{
    *ret_own_s = 0;
    fl_retry_decide(job->payload, worker, job->failure.kind, p->settings->options.max_retries,
                    p->settings->facts, verdict);
    if (verdict->fate == FL_FATE_RETRIED && fl_retry_is_too_late(job->payload, worker, now_us))
        fl_retry_give_up(job->payload, worker, verdict);
    if (verdict->fate != FL_FATE_RETRIED) return;
    *ret_own_s = fl_job_retry_in(job, worker, verdict->retry_count);
    if (*ret_own_s == FL_RETRY_IN_KILL) fl_retry_give_up(job->payload, worker, verdict);
    if (*ret_own_s != FL_RETRY_IN_DISCARD) return;
    fl_job_log(job, FL_LOG_INFO, "discarded by its retry_in hook");
    verdict->fate = FL_FATE_DROPPED;
    verdict->is_told = p->settings->facts->discard_is_death;
}

static void fail(const struct fl_processor *p, const struct fl_delivery *delivery,
                 struct fl_job *job, const struct fl_worker *worker, const struct fl_job_lock *lock)
{
    struct fl_verdict verdict;
    struct fl_buf failed = FL_BUF_INIT(FL_DELIVERY_BYTES_MAX);
    struct fl_settlement settlement = {.kind = FL_SETTLE_ACKNOWLEDGE};
    int64_t now_us = fl_clock_wall_us(p->settler.ports->clock);
    int64_t own_s;
    ask_about_retry(p, job, worker, now_us, &verdict, &own_s);
    if (verdict.fate != FL_FATE_DROPPED && !write_failed(p, job, &verdict, now_us, &failed)) {
        fl_buf_release(&failed);
        return;
    }
    settlement.job = fl_buf_span(&failed);
    bool again = verdict.fate == FL_FATE_RETRIED;
    settlement.release = release_of(job, lock, again ? FL_LOCK_END_RETRY : FL_LOCK_END_DONE,
                                    again ? FL_BATCH_STEP_FAILED : FL_BATCH_STEP_DIED);
    switch (verdict.fate) {
    case FL_FATE_RETRIED:
        settlement.kind = FL_SETTLE_RETRY;
        settlement.at_us = next_run_us(p, now_us, verdict.retry_count, own_s);
        break;
    case FL_FATE_BURIED:
        fl_job_exhaust(job, worker, verdict.retry_count);
        fl_job_log(job, FL_LOG_INFO, "Adding dead %s job %s", fl_job_class(job), fl_job_jid(job));
        settlement.kind = FL_SETTLE_BURY;
        break;
    case FL_FATE_EXHAUSTED: fl_job_exhaust(job, worker, verdict.retry_count); break;
    case FL_FATE_DROPPED: break;
    }
    if (!again && verdict.is_told) fl_job_die(job, verdict.retry_count);
    fl_settle(&p->settler, p->thread, delivery, &settlement);
    fl_buf_release(&failed);
}

/* --- one delivery --- */

static void note_in_tally(const struct fl_processor *p, const struct fl_delivery *delivery,
                          const struct fl_worker *worker, enum fl_tally_end end)
{
    if (!p->tally) return;
    int64_t took_us = fl_clock_mono_us(p->settler.ports->clock) - delivery->since_us;
    fl_tally_note(p->tally, worker, took_us, end);
}

static void run_failed(const struct fl_processor *p, const struct fl_delivery *delivery,
                       struct fl_job *job, const struct fl_worker *worker,
                       const struct fl_job_lock *lock)
{
    enum fl_failure kind = job->failure.kind;
    log_job(p, job->payload, "fail", delivery->since_us);
    measure(p, job, "jobs.failure", job->failure.error_class);
    log_failure(job);
    fl_stats_count(p->stats, 1, 1);
    note_in_tally(p, delivery, worker, FL_TALLY_FAILED);
    if (fl_handoff_owns(p->settler.handoff, p->thread))
        fail(p, delivery, job, worker, lock);
    else
        fl_job_log(job, FL_LOG_WARN, "failed after it had been given back: that is void");
    if (kind == FL_SYSTEM) fl_control_fail(p->settler.control, FL_EXIT_SYSTEM);
}

enum ran { RAN_WELL, RAN_AND_SETTLED };

static void run_ended(const struct fl_processor *p, const struct fl_delivery *delivery,
                      const struct fl_job *job, const struct fl_worker *worker,
                      enum fl_outcome outcome)
{
    if (outcome == FL_DISCARDED) fl_job_log(job, FL_LOG_INFO, "discarded: %s", job->discard_reason);
    log_job(p, job->payload, "done", delivery->since_us);
    measure_success(p, job, delivery);
    fl_stats_count(p->stats, 1, 0);
    note_in_tally(p, delivery, worker, FL_TALLY_DONE);
}

/* --- one that excludes others --- */

/* The same job runs elsewhere. */
static void must_wait(const struct fl_processor *p, const struct fl_delivery *delivery,
                      struct fl_job *job, const struct fl_worker *worker,
                      const struct fl_job_lock *lock)
{
    int64_t now_us = fl_clock_wall_us(p->settler.ports->clock);
    struct fl_settlement settlement = {
        .job = delivery->bytes,
        .release = release_of(job, lock, FL_LOCK_END_DONE, FL_BATCH_STEP_SUCCEEDED)};
    switch (lock->on_conflict) {
    case FL_CONFLICT_RAISE:
        fl_fail(job, FL_TRANSIENT, "LockConflict", "the same job runs already");
        run_failed(p, delivery, job, worker, lock);
        return;
    case FL_CONFLICT_RESCHEDULE:
        settlement.kind = FL_SETTLE_SCHEDULE;
        settlement.at_us = now_us + FL_LOCK_RESCHEDULE_S * FL_SECOND_US;
        settlement.release = (struct fl_release){0};
        break;
    case FL_CONFLICT_REJECT:
        settlement.kind = FL_SETTLE_BURY;
        settlement.release = release_of(job, lock, FL_LOCK_END_DONE, FL_BATCH_STEP_DIED);
        break;
    case FL_CONFLICT_DROP: settlement.kind = FL_SETTLE_ACKNOWLEDGE; break;
    }
    fl_job_log(job, FL_LOG_INFO, "the same job runs already: %s",
               fl_conflict_text(lock->on_conflict));
    fl_stats_count(p->stats, 1, 0);
    fl_settle(&p->settler, p->thread, delivery, &settlement);
}

/* It has not run, and keeps what it held. */
static void wait_elsewhere(const struct fl_processor *p, const struct fl_delivery *delivery,
                           const struct fl_job *job)
{
    const struct fl_settlement settlement = {.kind = FL_SETTLE_REQUEUE,
                                             .job = delivery->bytes,
                                             .release = {.jid = fl_span_from(job->payload->jid)}};
    fl_settle(&p->settler, p->thread, delivery, &settlement);
}

/* False: it must not run; whatever had to be stored has been. */
static bool may_run(const struct fl_processor *p, const struct fl_delivery *delivery,
                    struct fl_job *job, const struct fl_worker *worker,
                    const struct fl_job_lock *lock)
{
    if (lock->kind == FL_LOCK_NONE) return true;
    switch (fl_locking_begin(&p->settler, p->thread, delivery, lock, job->payload->jid)) {
    case FL_LOCK_MAY_RUN: return true;
    case FL_LOCK_MUST_WAIT: must_wait(p, delivery, job, worker, lock); break;
    case FL_LOCK_STOPPING: wait_elsewhere(p, delivery, job); break;
    case FL_LOCK_VOID: break;
    }
    return false;
}

static bool read_lock(const struct fl_processor *p, const struct fl_job *job,
                      const struct fl_worker *worker, struct fl_job_lock *ret_lock)
{
    for (int attempt = 1;; attempt++) {
        enum fl_error err = fl_lock_of(job->payload, worker, job->queue, ret_lock);
        if (!err) return true;
        if (!fl_settle_wait(&p->settler, attempt, err, fl_error_text(err))) return false;
    }
}

/* Locks are given back, and batches told, in the step that acknowledges. */
static enum ran unlock(const struct fl_processor *p, const struct fl_delivery *delivery,
                       const struct fl_job *job, const struct fl_job_lock *lock)
{
    const struct fl_settlement settlement = {
        .kind = FL_SETTLE_ACKNOWLEDGE,
        .release = release_of(job, lock, FL_LOCK_END_DONE, FL_BATCH_STEP_SUCCEEDED)};
    if (!settlement.release.count && !fl_is_together(&settlement.release)) return RAN_WELL;
    fl_settle(&p->settler, p->thread, delivery, &settlement);
    return RAN_AND_SETTLED;
}

/* --- one that was over a limit --- */

static bool write_over_limit(const struct fl_processor *p, const struct fl_payload *payload,
                             int64_t count, struct fl_buf *out)
{
    for (int attempt = 1;; attempt++) {
        enum fl_error err = fl_over_limit_payload(payload, count, out);
        if (!err) return true;
        if (!fl_settle_wait(&p->settler, attempt, err, fl_error_text(err))) return false;
    }
}

/* It has not failed: neither its retries nor its error say anything of this. */
static void run_again_later(const struct fl_processor *p, const struct fl_delivery *delivery,
                            const struct fl_job *job, const struct fl_job_lock *lock)
{
    struct fl_buf later = FL_BUF_INIT(FL_DELIVERY_BYTES_MAX);
    int64_t count = fl_over_limit_count(job->payload) + 1;
    uint64_t draw = fl_random_below(p->settler.ports->random, "over limit", FL_OVER_LIMIT_DRAWS);
    int64_t delay_s = fl_over_limit_delay_s(count, draw);
    fl_job_log(job, FL_LOG_INFO, "over the limit of %s: again in %" PRId64 " s",
               fl_failure_message(&job->failure), delay_s);
    fl_stats_count(p->stats, 1, 0);
    if (write_over_limit(p, job->payload, count, &later)) {
        const struct fl_settlement settlement = {
            .kind = FL_SETTLE_SCHEDULE,
            .job = fl_buf_span(&later),
            .at_us = fl_clock_wall_us(p->settler.ports->clock) + delay_s * FL_SECOND_US,
            .release = release_of(job, lock, FL_LOCK_END_RETRY, FL_BATCH_NO_STEP)};
        fl_settle(&p->settler, p->thread, delivery, &settlement);
    }
    fl_buf_release(&later);
}

static bool is_over_limit(const struct fl_job *job)
{
    return job->failure.kind == FL_OVER_LIMIT &&
           fl_over_limit_count(job->payload) < FL_OVER_LIMIT_MAX;
}

/* --- one that was interrupted --- */

static bool write_requeued(const struct fl_processor *p, const struct fl_payload *payload,
                           struct fl_buf *out)
{
    for (int attempt = 1;; attempt++) {
        int64_t now_us = fl_clock_wall_us(p->settler.ports->clock);
        enum fl_error err = fl_promoted_payload(payload, p->settings->facts, now_us, "", out);
        if (!err) return true;
        if (!fl_settle_wait(&p->settler, attempt, err, fl_error_text(err))) return false;
    }
}

/* Nor has this one failed. It does not wait, but others come first. */
static void run_again_at_once(const struct fl_processor *p, const struct fl_delivery *delivery,
                              const struct fl_job *job, const struct fl_job_lock *lock)
{
    struct fl_buf again = FL_BUF_INIT(FL_DELIVERY_BYTES_MAX);
    fl_job_log(job, FL_LOG_INFO, "interrupted: back to its queue");
    fl_stats_count(p->stats, 1, 0);
    if (write_requeued(p, job->payload, &again)) {
        const struct fl_settlement settlement = {
            .kind = FL_SETTLE_REQUEUE,
            .job = fl_buf_span(&again),
            .release = release_of(job, lock, FL_LOCK_END_RETRY, FL_BATCH_NO_STEP)};
        fl_settle(&p->settler, p->thread, delivery, &settlement);
    }
    fl_buf_release(&again);
}

/* --- running it --- */

static enum ran perform(const struct fl_processor *p, const struct fl_delivery *delivery,
                        struct fl_job *job, const struct fl_worker *worker,
                        const struct fl_job_lock *lock)
{
    log_job(p, job->payload, "start", -1);
    measure(p, job, "jobs.count", NULL);
    enum fl_outcome outcome = fl_job_perform(job, worker);
    if (outcome == FL_FAILED) {
        if (is_over_limit(job))
            run_again_later(p, delivery, job, lock);
        else if (job->failure.kind == FL_INTERRUPTED)
            run_again_at_once(p, delivery, job, lock);
        else
            run_failed(p, delivery, job, worker, lock);
        return RAN_AND_SETTLED;
    }
    run_ended(p, delivery, job, worker, outcome);
    return unlock(p, delivery, job, lock);
}

/* That is as good as done. */
static enum ran pass_over(const struct fl_processor *p, const struct fl_delivery *delivery,
                          const struct fl_job *job, const struct fl_job_lock *lock)
{
    fl_job_log(job, FL_LOG_INFO, "expired: it does not run any more");
    measure(p, job, "jobs.expired", NULL);
    fl_stats_count(p->stats, 1, 0);
    return unlock(p, delivery, job, lock);
}

static enum ran run_job(const struct fl_processor *p, const struct fl_delivery *delivery,
                        const struct fl_payload *payload)
{
    struct fl_job job;
    struct fl_job_lock lock;
    enum ran ran = RAN_AND_SETTLED;
    const struct fl_worker *worker = fl_registry_find(p->world->registry, payload->worker);
    fl_job_init(&job, p->world, payload, p->settings->queues[delivery->queue].name);
    job.moves = p->settler.moves;
    job.delivery = delivery;
    if (read_lock(p, &job, worker, &lock)) {
        if (fl_payload_has_expired(payload, fl_clock_wall_us(p->settler.ports->clock)))
            ran = pass_over(p, delivery, &job, &lock);
        else if (may_run(p, delivery, &job, worker, &lock))
            ran = perform(p, delivery, &job, worker, &lock);
    }
    fl_job_release(&job);
    return ran;
}

/* What is no job cannot fail either: its bytes go to the dead set as they are. */
static void bury_raw(const struct fl_processor *p, const struct fl_delivery *delivery,
                     const char *why)
{
    fl_log_printf(p->settler.ports->log, FL_LOG_ERROR, "buried a payload of %s that is no job: %s",
                  p->settings->queues[delivery->queue].name, why);
    const struct fl_settlement burial = {.kind = FL_SETTLE_BURY, .job = delivery->bytes};
    fl_settle(&p->settler, p->thread, delivery, &burial);
}

static enum fl_error parse(const struct fl_processor *p, const struct fl_delivery *delivery,
                           struct fl_payload *ret_payload)
{
    for (int attempt = 1;; attempt++) {
        enum fl_error err = fl_payload_parse(delivery->bytes, ret_payload);
        if (err != FL_ENOMEM) return err;
        if (!fl_settle_wait(&p->settler, attempt, err, fl_error_text(err))) return err;
    }
}

/* The payload is released before: it borrows the delivery's bytes, which are another thread's once
 * the acknowledgement is put off. */
static void run(const struct fl_processor *p, const struct fl_delivery *delivery)
{
    struct fl_payload payload;
    enum ran ran = RAN_AND_SETTLED;
    enum fl_error err = parse(p, delivery, &payload);
    if (!err) {
        fl_task_set_context(p->settler.ports->tasks, *payload.jid ? payload.jid : NULL);
        if (payload.worker)
            ran = run_job(p, delivery, &payload);
        else
            bury_raw(p, delivery, "it has no class");
        fl_payload_release(&payload);
    } else if (err != FL_ENOMEM) {
        bury_raw(p, delivery, err == FL_EPARSE ? "not a JSON object" : fl_error_text(err));
    }
    if (ran == RAN_AND_SETTLED || !fl_handoff_put_off(p->settler.handoff, p->thread)) {
        const struct fl_settlement settlement = {.kind = FL_SETTLE_ACKNOWLEDGE};
        if (ran == RAN_WELL) fl_settle(&p->settler, p->thread, delivery, &settlement);
        fl_handoff_finish(p->settler.handoff, p->thread);
    }
    fl_task_set_context(p->settler.ports->tasks, NULL);
}

void fl_processor_run(void *processor)
{
    const struct fl_processor *p = processor;
    struct fl_delivery *delivery;
    struct fl_done done;
    for (;;) {
        enum fl_next next = fl_handoff_take(p->settler.handoff, p->thread, &delivery, &done);
        if (next == FL_NEXT_END) break;
        if (next == FL_NEXT_DELIVERY)
            run(p, delivery);
        else
            fl_settle_done(&p->settler, p->thread, &done);
    }
    fl_control_worker_ended(p->settler.control);
}
