/* harness/run/guards.c - keys with a time to live that a handler sets and leaves behind.
 *
 * What it deletes again was a lock. What is left may be how it tells a repeat, and then it must
 * live for as long as one can come: until the last retry, by the formula with the longest jitter,
 * and until a process that is lost is noticed. */
#include <string.h>

#include "harness/run/stage.h"
#include "queue/heartbeat.h"
#include "queue/job.h"

enum { RECOVERY_US = 2 * FL_HEARTBEAT_TTL_S * FL_SECOND_US };

static bool is_wanted(const struct run *run)
{
    return (run->order->wants & RUN_WANTS_GUARDS) && !run->undisturbed;
}

static struct fl_span kept(struct run_facts *facts, struct fl_span text)
{
    const char *copy = fl_arena_copy(&facts->arena, text);
    if (!copy) facts->incomplete = true;
    return copy ? (struct fl_span){copy, text.length} : (struct fl_span){"", 0};
}

static struct run_guard *known(struct run_facts *facts, struct fl_span key, const char *job)
{
    for (uint32_t i = 0; i < facts->guard_count; i++)
        if (fl_span_equal(facts->guards[i].key, key) && fl_span_is(facts->guards[i].job, job))
            return &facts->guards[i];
    return NULL;
}

static struct run_guard *add(struct run_facts *facts)
{
    if (!facts->guards)
        facts->guards = fl_arena_alloc_array(&facts->arena, RUN_GUARDS_MAX, sizeof *facts->guards);
    if (!facts->guards) facts->incomplete = true;
    if (!facts->guards || facts->guard_count == RUN_GUARDS_MAX) return NULL;
    return &facts->guards[facts->guard_count++];
}

void run_note_guard(struct node *node, const struct fake_redis_event *event)
{
    struct run *run = node->run;
    struct run_facts *facts = &run->result->facts;
    const char *job = effect_process_context(&node->effects)->job;
    if (!is_wanted(run) || !job || event->count < 2 || event->db != 0) return;
    struct fl_span key = event->args[1];
    if (run_is_queue_key(run, key) || !fake_redis_find(run->house->engine, 0, key)) return;
    struct run_guard *guard = known(facts, key, job);
    if (!guard) guard = add(facts);
    if (guard && !guard->key.length)
        *guard = (struct run_guard){.key = kept(facts, key),
                                    .job = kept(facts, fl_span_from(job)),
                                    .at_us = sim_world_now_us(run->world)};
}

static int64_t retries_of(const struct node *node, const struct fl_job *job,
                          const struct fl_worker *worker)
{
    int64_t most = node->options.max_retries ? node->options.max_retries : 25;
    switch (job->payload->retry_kind) {
    case FL_RETRY_OFF: return 0;
    case FL_RETRY_ON: return most;
    case FL_RETRY_COUNT: return job->payload->retry_limit;
    case FL_RETRY_ABSENT: break;
    }
    if (worker->retry == FL_RETRY_NEVER) return 0;
    return worker->retry >= 0 ? worker->retry : most;
}

static int64_t span_us(int64_t retries)
{
    int64_t seconds = 0;
    for (int64_t i = 0; i < retries && i < 1000; i++)
        seconds += i * i * i * i + 15 + 10 * (i + 1);
    return seconds * FL_SECOND_US + RECOVERY_US;
}

/* Those without a time to live stay for ever, and those that are gone were locks. */
void run_settle_guards(struct node *node, const struct fl_job *job, const struct fl_worker *worker)
{
    struct run *run = node->run;
    struct run_facts *facts = &run->result->facts;
    const char *name = effect_process_context(&node->effects)->job;
    if (!is_wanted(run) || !name) return;
    uint32_t left = 0;
    for (uint32_t i = 0; i < facts->guard_count; i++) {
        struct run_guard guard = facts->guards[i];
        if (fl_span_is(guard.job, name) && !guard.ends_us) {
            const struct fake_redis_key *key = fake_redis_find(run->house->engine, 0, guard.key);
            int64_t dies_us = key ? fake_redis_key_expires_us(key) : FL_NEVER_US;
            if (dies_us == FL_NEVER_US) continue;
            guard.ends_us = dies_us - run->start_wall_us;
            guard.retries = retries_of(node, job, worker);
            guard.span_us = span_us(guard.retries);
        }
        facts->guards[left++] = guard;
    }
    facts->guard_count = left;
}
