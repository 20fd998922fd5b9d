/* harness/run/left_locks.c - locks of unique jobs whose jobs have ended.
 *
 * With reliable fetch the end of a job and the release of its locks are one step, so a lock that a
 * job holds behind its end keeps all others of its kind away for good, or until the reaper comes.
 * It is not judged where it may be nobody's fault: basic fetch takes two steps, and a Redis that
 * has lost writes may have lost either. */
#include "harness/check/meaning.h"
#include "harness/run/stage.h"

static bool may_be_nobodys_fault(const struct plan *plan)
{
    bool any = false;
    for (uint32_t i = 0; i < plan->processes_count; i++)
        any |= plan->processes[i].options.fetch == FL_FETCH_BASIC;
    for (uint32_t i = 0; i < plan->fault_count; i++)
        any |= plan->faults[i].verb == PLAN_FAILOVER || plan->faults[i].verb == PLAN_REDIS_RESTART;
    return any;
}

/* It has ended in a way that gives its locks back. */
static bool is_over(const struct ledger_job *job)
{
    if (!job || !job->ended) return false;
    return job->state == PLAN_STATE_DONE || job->state == PLAN_STATE_DISCARDED ||
           job->state == PLAN_STATE_DEAD || job->state == PLAN_STATE_DROPPED;
}

/* The first holder that is over; NULL: none is. */
static const struct ledger_job *former_holder(const struct run *run,
                                              const struct fake_redis_key *key)
{
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    while (fake_redis_next(key, &cursor, &element)) {
        const struct ledger_job *job = ledger_find(run->ledger, element.member);
        if (is_over(job)) return job;
    }
    return NULL;
}

void run_judge_locks(struct run *run)
{
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    if (may_be_nobodys_fault(run->plan)) return;
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]);
        if (!meaning_is_lock(name) || fake_redis_key_type(keys[i]) != FAKE_REDIS_HASH) continue;
        if (fake_redis_key_expires_us(keys[i]) != FL_NEVER_US) continue;
        const struct ledger_job *job = former_holder(run, keys[i]);
        if (!job) continue;
        run_end(run, RUN_FAILED, 0,
                "expected  every lock to be given back\nfound     %.*s is held by %s (%s), and "
                "nothing ends it",
                FL_SPAN_ARGS(name), job->name, ledger_state_text(job->state));
        return;
    }
}
