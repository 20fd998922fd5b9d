/* harness/run/accidents.c - what strikes Redis itself: states that refuse commands and limits,
 * which last for a time, and accidents that change what it holds. */
#include <stdio.h>

#include "core/assert.h"
#include "harness/run/stage.h"

/* --- what the server's watcher is told --- */

static void tell_illness(const struct run *run, unsigned states, size_t memory_max_bytes)
{
    const struct run_watcher *watcher = run->server.watcher;
    if (watcher) watcher->ailed(watcher->self, states, memory_max_bytes);
}

static void tell_forgotten(const struct run *run)
{
    const struct run_watcher *watcher = run->server.watcher;
    if (watcher) watcher->scripts_forgotten(watcher->self);
}

static void tell_replaced(const struct run *run)
{
    const struct run_watcher *watcher = run->server.watcher;
    if (watcher) watcher->keys_replaced(watcher->self, run->house->engine);
}

/* --- what lasts --- */

static void apply_lasting(struct run *run)
{
    struct fake_redis *engine = run->house->engine;
    unsigned states = 0;
    size_t memory_max_bytes = 0;
    run->server.refuses_until_us = 0;
    for (uint32_t i = 0; i < run->lasting_count; i++) {
        const struct run_lasting *lasting = &run->lasting[i];
        const struct plan_fault *fault = lasting->fault;
        if (fault->verb == PLAN_REDIS) states |= (unsigned)fault->number;
        if (fault->verb == PLAN_MAXMEMORY) memory_max_bytes = (size_t)fault->number;
        if (fault->verb == PLAN_REFUSE && lasting->until_us > run->server.refuses_until_us)
            run->server.refuses_until_us = lasting->until_us;
    }
    tell_illness(run, states, memory_max_bytes);
    fake_redis_set_memory_max(engine, memory_max_bytes);
    fake_redis_set_states(engine, states);
}

static void begin_lasting(struct run *run, const struct plan_fault *fault)
{
    if (run->lasting_count == RUN_LASTING_MAX) {
        run_end(run, RUN_BAD_INPUT, fault->where.line,
                "expected  at most %d states of Redis at a time\nfound     more", RUN_LASTING_MAX);
        return;
    }
    int64_t until_us = sim_world_now_us(run->world) + fault->amount_us;
    run->lasting[run->lasting_count++] = (struct run_lasting){fault, until_us};
    apply_lasting(run);
}

int64_t run_lasting_until_us(const struct run *run)
{
    int64_t first_us = FL_NEVER_US;
    for (uint32_t i = 0; i < run->lasting_count; i++)
        if (run->lasting[i].until_us < first_us) first_us = run->lasting[i].until_us;
    return first_us;
}

void run_end_lasting(struct run *run, int64_t until_us)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->lasting_count; i++)
        if (run->lasting[i].until_us > until_us) run->lasting[kept++] = run->lasting[i];
    if (kept == run->lasting_count) return;
    run->lasting_count = kept;
    apply_lasting(run);
    run_mark(run, "redis", "well again", "");
}

/* --- what it holds --- */

static void on_lost(void *context, unsigned db, const struct fl_span *args, size_t count)
{
    struct run *run = context;
    char detail[EFFECT_DETAIL_BYTES];
    (void)db;
    int length = snprintf(detail, sizeof detail, "%.*s", FL_SPAN_ARGS(args[0]));
    for (size_t i = 1; i < count && i < 3 && length < (int)sizeof detail; i++)
        length += snprintf(detail + length, sizeof detail - (size_t)length, " %.*s",
                           FL_SPAN_ARGS(args[i]));
    run_mark(run, "redis", "lost", detail);
}

static enum fl_error fail_over(struct run *run, const struct plan_fault *fault)
{
    static const enum fake_redis_kept kept[] = {
        [PLAN_KEPT_ALL] = FAKE_REDIS_KEPT_ALL,
        [PLAN_KEPT_AOF] = FAKE_REDIS_KEPT_AOF,
        [PLAN_KEPT_RDB] = FAKE_REDIS_KEPT_RDB,
        [PLAN_KEPT_NOTHING] = FAKE_REDIS_KEPT_NOTHING,
    };
    struct fake_redis *engine = run->house->engine;
    const struct fake_redis_losses losses = {run, on_lost};
    tell_forgotten(run);
    if (fault->verb == PLAN_FAILOVER || fault->kept == PLAN_KEPT_BUT_LAST)
        return fake_redis_failover(engine, fault->number, &losses);
    return fake_redis_restart(engine, kept[fault->kept], &losses);
}

/* The first key that the glob means; it is gone before the next is asked for. */
static const struct fake_redis_key *first_key(struct run *run, const char *glob, bool with_expiry)
{
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++) {
        bool dies = fake_redis_key_expires_us(keys[i]) != FL_NEVER_US;
        if ((dies || !with_expiry) &&
            fl_span_glob(fl_span_from(glob), fake_redis_key_name(keys[i])))
            return keys[i];
    }
    return NULL;
}

static void remove_keys(struct run *run, const struct plan_fault *fault)
{
    struct fake_redis *engine = run->house->engine;
    bool early = fault->verb == PLAN_EXPIRE;
    const struct fake_redis_key *key = first_key(run, fault->text, early);
    if (!key)
        run_end(run, RUN_FAILED, fault->where.line,
                "expected  a key %s%s\nfound     none at the time of the fault", fault->text,
                early ? " that expires" : "");
    for (; key; key = first_key(run, fault->text, early)) {
        int64_t now_us = wall_clock_shows_us(&run->server.clock, sim_world_now_us(run->world));
        int64_t left_us = fake_redis_key_expires_us(key) - now_us + FL_SECOND_US;
        struct fl_span name = fake_redis_key_name(key);
        bool gone = early ? fake_redis_shift_ttl(engine, 0, name, -left_us)
                          : fake_redis_evict(engine, 0, name);
        fl_assert(gone);
    }
}

static enum fl_error change_keys(struct run *run, const struct plan_fault *fault)
{
    struct fl_buf what = FL_BUF_INIT(256);
    enum fl_error err = FL_OK;
    if (fault->verb == PLAN_EVICT || fault->verb == PLAN_EXPIRE)
        remove_keys(run, fault);
    else if (fault->verb == PLAN_FLUSHALL)
        fake_redis_flush_all(run->house->engine);
    else
        err = fail_over(run, fault);
    tell_replaced(run);
    apply_lasting(run); /* a server that has started again is as ill as it was */
    run_describe_fault(fault, &what);
    ledger_resync(run->ledger, what.length ? what.bytes : "an accident",
                  sim_world_now_us(run->world));
    fl_buf_release(&what);
    return err;
}

static void set_clock(struct run *run, const struct plan_fault *fault)
{
    if (fault->rate_in)
        server_clock_rate(&run->server, fault->rate_of, fault->rate_in);
    else
        server_clock_jump(&run->server, fault->amount_us);
    tell_replaced(run); /* keys may have died */
}

static bool lasts(enum plan_verb verb)
{
    return verb == PLAN_REFUSE || verb == PLAN_REDIS || verb == PLAN_MAXMEMORY;
}

void run_strike_redis(struct run *run, const struct plan_fault *fault)
{
    enum fl_error err = FL_OK;
    struct sim_memory *owner = sim_memory_switch(NULL);
    if (fault->verb == PLAN_CLOCK) {
        set_clock(run, fault);
    } else if (fault->verb == PLAN_SCRIPT_FLUSH) {
        tell_forgotten(run);
        fake_redis_script_flush(run->house->engine);
    } else if (lasts(fault->verb)) {
        begin_lasting(run, fault);
    } else {
        err = change_keys(run, fault);
    }
    if (err) run_end(run, RUN_HARNESS_FAULT, fault->where.line, "no memory for a failover");
    sim_memory_switch(owner);
    sim_wake_all(run->world, &run->planned);
}
