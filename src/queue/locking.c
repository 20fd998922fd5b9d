#include "queue/locking.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/script.h"

/* What is asked for, by whom. */
struct wish {
    const struct fl_settler *settler;
    const struct fl_job_lock *lock;
    struct fl_span jid, job; /* job: empty with basic fetch, which owns nothing */
    char private_key[FL_KEY_BYTES];
    struct fl_span list;
};

static void wish_init(struct wish *wish, const struct fl_settler *settler,
                      const struct fl_delivery *delivery, const struct fl_job_lock *lock,
                      const char *jid)
{
    const struct fl_moves *moves = settler->moves;
    *wish = (struct wish){.settler = settler, .lock = lock, .jid = fl_span_from(jid)};
    wish->list = fl_moves_private_key(moves, delivery->queue, wish->private_key);
    wish->job = moves->fetch == FL_FETCH_RELIABLE ? delivery->bytes : FL_SPAN("");
}

enum answer { NOT_MINE = -1, REFUSED = 0, GRANTED = 1 };

/* A job that held the lock of those that wait gives that back in the same step. */
static enum fl_error take_lock(const struct wish *wish, int64_t *ret_answer,
                               char words[FL_SCRIPT_ERROR_BYTES])
{
    const struct fl_ports *ports = wish->settler->ports;
    const struct fl_job_lock *lock = wish->lock;
    char now[24], ttl[24], limit[FL_DIGITS_BYTES];
    snprintf(now, sizeof(now), "%" PRId64, fl_clock_wall_us(ports->clock) / FL_SECOND_US);
    snprintf(ttl, sizeof(ttl), "%" PRId64, lock->ttl_ms);
    const struct fl_span keys[] = {fl_span_from(lock->running), FL_SPAN(FL_KEY_LOCK_DIGESTS),
                                   wish->list, fl_span_from(lock->waiting)};
    const struct fl_span args[] = {wish->jid, fl_span_from(now), fl_span_from(ttl), wish->job,
                                   fl_digits(lock->limit, limit)};
    size_t count = lock->kind == FL_LOCK_UNTIL_AND_WHILE_EXECUTING ? 4 : 3;
    return fl_script_call(FL_SCRIPT_LOCK, ports->redis, ports->clock, keys, count, args,
                          FL_COUNT(args), ret_answer, words);
}

static enum fl_error give_back_lock(const struct wish *wish, int64_t *ret_answer,
                                    char words[FL_SCRIPT_ERROR_BYTES])
{
    const struct fl_ports *ports = wish->settler->ports;
    const struct fl_span keys[] = {wish->list, fl_span_from(wish->lock->waiting),
                                   FL_SPAN(FL_KEY_LOCK_DIGESTS)};
    const struct fl_span args[] = {wish->job, wish->jid};
    return fl_script_call(FL_SCRIPT_UNLOCK, ports->redis, ports->clock, keys, FL_COUNT(keys), args,
                          FL_COUNT(args), ret_answer, words);
}

static enum fl_error begin_once(const struct wish *wish, int64_t *ret_answer,
                                char words[FL_SCRIPT_ERROR_BYTES])
{
    *ret_answer = GRANTED;
    switch (wish->lock->kind) {
    case FL_LOCK_NONE:
    case FL_LOCK_UNTIL_EXECUTED:
    case FL_LOCK_UNTIL_EXPIRED: return FL_OK;
    case FL_LOCK_UNTIL_EXECUTING: return give_back_lock(wish, ret_answer, words);
    case FL_LOCK_WHILE_EXECUTING:
    case FL_LOCK_UNTIL_AND_WHILE_EXECUTING: break;
    }
    return take_lock(wish, ret_answer, words);
}

static enum fl_lock_begin begin_of(const struct fl_settler *settler, int64_t answer)
{
    if (answer == GRANTED) return FL_LOCK_MAY_RUN;
    if (answer == REFUSED) return FL_LOCK_MUST_WAIT;
    fl_log_printf(settler->ports->log, FL_LOG_WARN,
                  "the job was no longer this process's: it does not run here");
    return FL_LOCK_VOID;
}

/* Whoever has the lock may let go long before it must: it is worth asking now and then. False: it
 * has been waited for long enough. */
static bool waits(const struct fl_settler *settler, int64_t until_us)
{
    struct fl_clock clock = settler->ports->clock;
    int64_t next_us = fl_clock_deadline_us(clock, FL_LOCK_PAUSE_US);
    if (fl_clock_mono_us(clock) >= until_us) return false;
    fl_task_sleep_until(settler->ports->tasks, next_us < until_us ? next_us : until_us);
    return true;
}

enum fl_lock_begin fl_locking_begin(const struct fl_settler *settler, int thread,
                                    const struct fl_delivery *delivery,
                                    const struct fl_job_lock *lock, const char *jid)
{
    struct wish wish;
    wish_init(&wish, settler, delivery, lock, jid);
    int64_t until_us = fl_clock_deadline_us(settler->ports->clock, lock->timeout_us);
    for (int attempt = 1; fl_handoff_owns(settler->handoff, thread); attempt++) {
        int64_t answer;
        char words[FL_SCRIPT_ERROR_BYTES] = "";
        enum fl_error err = begin_once(&wish, &answer, words);
        if (!err && answer == REFUSED && waits(settler, until_us)) {
            if (fl_control_phase(settler->control) >= FL_PHASE_STOPPING) return FL_LOCK_STOPPING;
            attempt = 0;
            continue;
        }
        if (!err) return begin_of(settler, answer);
        if (!fl_settle_wait(settler, attempt, err, *words ? words : fl_error_text(err))) break;
    }
    return FL_LOCK_VOID;
}
