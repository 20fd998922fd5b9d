/* The arguments of verbs that strike Redis itself and the wire to it. */
#include "harness/scenario/reading.h"

/* `for 5s`: what lasts comes to its end. */
static bool read_for(struct reading *r, struct plan_fault *fault)
{
    return reading_expect(r, "for") &&
           reading_duration(r, "a duration, like 5s", &fault->amount_us);
}

static bool read_count(struct reading *r, int64_t low, struct plan_fault *fault)
{
    int64_t number;
    const char *expected = low ? "a number from 1" : "a number from 0";
    if (!reading_number(r, expected, low, INT32_MAX, &number)) return false;
    fault->number = (uint64_t)number;
    return true;
}

/* `*` in a sweep. */
static bool read_counted(struct reading *r, struct plan_fault *fault)
{
    fault->counts = fault->sweep && line_skip(&r->line, "*");
    return fault->counts;
}

static bool read_state(struct reading *r, struct plan_fault *fault)
{
    int state;
    if (!reading_word(r, &words_redis_states, &state)) return false;
    fault->number = (uint64_t)state;
    return read_for(r, fault);
}

static bool read_kept(struct reading *r, struct plan_fault *fault)
{
    int kept;
    if (line_skip(&r->line, "lose")) {
        fault->kept = PLAN_KEPT_BUT_LAST;
        return read_count(r, 1, fault);
    }
    if (!reading_word(r, &words_redis_kept, &kept)) return false;
    fault->kept = (enum plan_kept)kept;
    return true;
}

static bool read_maxmemory(struct reading *r, struct plan_fault *fault)
{
    int64_t bytes;
    if (!reading_size(r, &bytes)) return false;
    fault->number = (uint64_t)bytes;
    return read_for(r, fault);
}

bool read_redis_arguments(struct reading *r, struct plan_fault *fault)
{
    switch ((int)fault->verb) {
    case PLAN_TEAR:
    case PLAN_CUT_REPLY: return read_counted(r, fault) || read_count(r, 0, fault);
    case PLAN_SLICE: return read_count(r, 1, fault);
    case PLAN_REFUSE: return read_for(r, fault);
    case PLAN_REDIS: return read_state(r, fault);
    case PLAN_FAILOVER: return reading_expect(r, "lose") && read_count(r, 0, fault);
    case PLAN_REDIS_RESTART: return read_kept(r, fault);
    case PLAN_EVICT:
    case PLAN_EXPIRE: return reading_text(r, "a key", &fault->text);
    case PLAN_MAXMEMORY: return read_maxmemory(r, fault);
    }
    return true; /* the others have none */
}
