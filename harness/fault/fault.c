/* harness/fault/fault.c - an address is matched in steps, cheapest first: who acts (once a context,
 * a bit a fault), the label (once a label), the detail, what Redis and the database hold. */
#include "harness/fault/fault.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/effect/pattern.h"
#include "harness/scenario/reach.h"
#include "harness/scenario/words.h"

#define FAULT_RESTART_US FL_SECOND_US /* a supervisor's patience */

struct fault {
    struct plan_fault plan; /* a copy: an OOM sweep sets its own nth */
    const struct plan_fault *origin;
    struct effect_pattern pattern;
    bool timed;       /* needs no effect to strike */
    bool enabled;     /* false: a sweep that this run does not play */
    int32_t point;    /* of a sweep: the place at which it strikes */
    uint64_t matches; /* effects that the address meant so far */
    uint32_t fired;
    int64_t last_fired_us;
};

struct fault_set {
    struct sim_choices *choices;
    struct fault *faults;
    uint32_t count;
    int32_t sweep;
    uint64_t counted; /* matches of all */
    bool healed;
    struct fault_gauges gauges;
    bool tolerates;
    uint32_t down_max;
};

static const char *const verbs[] = {
    [PLAN_ERROR] = "error",
    [PLAN_LOSE_ACK] = "lose-ack",
    [PLAN_DELAY] = "delay",
    [PLAN_KILL] = "kill",
    [PLAN_OOMKILL] = "oomkill",
    [PLAN_PAUSE] = "pause",
    [PLAN_TERM] = "term",
    [PLAN_QUIET] = "quiet",
    [PLAN_RETIRE] = "retire",
    [PLAN_RESTART] = "restart",
    [PLAN_DEPLOY] = "deploy",
    [PLAN_CLOCK] = "clock",
    [PLAN_OOM] = "oom",
    [PLAN_HTTP] = "http",
    [PLAN_DB] = "db",
    [PLAN_DELETED] = "deleted",
    [PLAN_DUPLICATE] = "duplicate",
    [PLAN_POISON] = "poison",
    [PLAN_REORDER] = "reorder",
    [PLAN_TEAR] = "tear",
    [PLAN_MAIL] = "mail",
    [PLAN_CUT_REPLY] = "cut-reply",
    [PLAN_SLICE] = "slice",
    [PLAN_STALL] = "stall",
    [PLAN_RESET] = "reset",
    [PLAN_REFUSE] = "refuse",
    [PLAN_REDIS] = "redis",
    [PLAN_FAILOVER] = "failover",
    [PLAN_REDIS_RESTART] = "redis-restart",
    [PLAN_EVICT] = "evict",
    [PLAN_EXPIRE] = "expire",
    [PLAN_SCRIPT_FLUSH] = "script-flush",
    [PLAN_FLUSHALL] = "flushall",
    [PLAN_MAXMEMORY] = "maxmemory",
};

const char *fault_verb_text(enum plan_verb verb)
{
    fl_assert((size_t)verb < FL_COUNT(verbs));
    return verbs[verb];
}

/* Of the two faults of a `sweep pairs`. Whom the first one ends comes back before the run heals. */
static void init_pair(struct fault *fault, const struct plan_fault *plan, int32_t sweep)
{
    int32_t column = sweep % PLAN_PAIR_COLUMNS;
    fault->point = plan->second ? column - 1 : sweep / PLAN_PAIR_COLUMNS;
    fault->enabled &= !plan->second || column > 0;
    if (fault->plan.restart_after_us < 0) fault->plan.restart_after_us = FAULT_RESTART_US;
}

static void fault_init(struct fault *fault, const struct plan_fault *plan, int32_t sweep)
{
    fault->plan = *plan;
    fault->origin = plan;
    fault->timed = !reach_needs_effect(plan);
    fault->enabled = !plan->sweep || sweep >= 0;
    fault->point = sweep;
    if (plan->sweep && plan->verb == PLAN_OOM) fault->plan.oom_nth = (uint64_t)sweep + 1;
    if (plan->counts && sweep >= 0) {
        fault->plan.number = (uint64_t)sweep;
        fault->enabled = plan->verb != PLAN_POISON || fault->plan.number < words_poisons.count;
    }
    effect_pattern_init(&fault->pattern, reach_pattern(plan));
}

/* Not a part of one. */
static bool is_a_sweep(const struct plan_fault *plan)
{
    return plan->sweep && !plan->follows && !plan->second;
}

enum fl_error fault_set_new(const struct plan *plan, int32_t sweep, struct sim_choices *choices,
                            struct fault_set **ret_set)
{
    uint32_t sweeps = 0;
    for (uint32_t i = 0; i < plan->fault_count; i++)
        sweeps += is_a_sweep(&plan->faults[i]);
    if (sweeps > 1 || plan->fault_count > FAULTS_MAX) return FL_EINVAL;
    struct fault_set *set = calloc(1, sizeof *set);
    if (!set) return FL_ENOMEM;
    set->faults = calloc(plan->fault_count ? plan->fault_count : 1, sizeof *set->faults);
    if (!set->faults) {
        free(set);
        return FL_ENOMEM;
    }
    set->choices = choices;
    set->sweep = sweep;
    set->tolerates = plan->tolerates;
    set->down_max = plan->down_max;
    set->count = plan->fault_count;
    for (uint32_t i = 0; i < set->count; i++) {
        fault_init(&set->faults[i], &plan->faults[i], sweep);
        if (plan->faults[i].follows) set->faults[i].timed = set->faults[i - 1].timed;
        if (plan->faults[i].second) init_pair(&set->faults[i - 1], &plan->faults[i - 1], sweep);
        if (plan->faults[i].second) init_pair(&set->faults[i], &plan->faults[i], sweep);
    }
    *ret_set = set;
    return FL_OK;
}

void fault_set_free(struct fault_set *set)
{
    if (!set) return;
    free(set->faults);
    free(set);
}

void fault_set_ask(struct fault_set *set, struct fault_gauges gauges)
{
    set->gauges = gauges;
}

static struct reach_actor actor_of(const struct effect_context *context)
{
    return (struct reach_actor){.job = fl_span_from(context->job ? context->job : ""),
                                .delivery = context->delivery,
                                .process = fl_span_from(context->process),
                                .role = fl_span_from(context->role)};
}

/* Which faults may mean effects of this context: asked once, then a bit each. */
static bool know_context(const struct fault_set *set, struct effect_identities *identities,
                         struct effect_context *context)
{
    if (context->faults) return true;
    context->faults = fl_arena_alloc_array(&identities->arena, (set->count + 63) / 64 + 1,
                                           sizeof *context->faults);
    if (!context->faults) return false;
    const struct reach_actor actor = actor_of(context);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct fault *fault = &set->faults[i];
        if (fault->enabled && !fault->timed && reach_means_actor(&fault->plan.address, &actor))
            context->faults[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return true;
}

static const struct fault *named(const struct fault_set *set, const char *name)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->faults[i].plan.name && strcmp(set->faults[i].plan.name, name) == 0)
            return &set->faults[i];
    return NULL;
}

/* From when on the address holds; FL_NEVER_US: not yet known. */
static int64_t armed_us(const struct fault_set *set, const struct plan_address *address)
{
    int64_t at_us = address->at_us >= 0 ? address->at_us : 0;
    if (!address->after_fault) return at_us;
    const struct fault *first = named(set, address->after_fault);
    if (!first || !first->fired) return FL_NEVER_US;
    int64_t after_us = first->last_fired_us + (address->after_us > 0 ? address->after_us : 0);
    return after_us > at_us ? after_us : at_us;
}

static bool is_of_the_answer(enum plan_verb verb)
{
    return verb == PLAN_LOSE_ACK || verb == PLAN_CUT_REPLY || verb == PLAN_SLICE;
}

/* The match with this number: does the fault strike, and at which moment? */
static bool strikes(struct fault *fault, enum plan_moment *ret_moment)
{
    const struct plan_fault *plan = &fault->plan;
    bool after = plan->address.moment == PLAN_AFTER || is_of_the_answer(plan->verb);
    *ret_moment = after ? PLAN_AFTER : PLAN_BEFORE;
    if (plan->counts) return fault->matches == (plan->address.nth ? plan->address.nth : 1);
    if (plan->sweep) {
        uint64_t point = (uint64_t)fault->point;
        if (plan->address.moment == PLAN_BEFORE_AND_AFTER) {
            *ret_moment = point % 2 ? PLAN_AFTER : PLAN_BEFORE;
            point /= 2;
        }
        return fault->matches == point + 1;
    }
    if (plan->times && fault->fired >= plan->times) return false;
    return fault->matches >= plan->address.nth;
}

static bool chance(const struct fault_set *set, const struct fault *fault,
                   const struct effect_context *context, const struct effect_label *label)
{
    const struct plan_address *address = &fault->plan.address;
    if (!address->chance_in) return true;
    return sim_choose_below(set->choices, SIM_CHOICE_FAULT, context->name, label->text,
                            address->chance_in) < address->chance_of;
}

static void strike(struct fault *fault, enum plan_moment moment, int64_t now_us,
                   struct fault_strikes *out)
{
    if (out->count == FAULT_STRIKES_MAX) return;
    fault->fired++;
    fault->last_fired_us = now_us;
    out->items[out->count++] = (struct fault_strike){&fault->plan, moment};
}

/* A part of a fault: at this effect when the first part has struck at it. */
static void follow(struct fault *fault, const struct effect_label *label, int64_t now_us,
                   struct fault_strikes *out)
{
    const struct fault *first = fault;
    while (first->plan.follows)
        first--;
    for (uint32_t i = 0; i < out->count; i++) {
        if (out->items[i].fault != &first->plan) continue;
        bool after = out->items[i].moment == PLAN_AFTER || is_of_the_answer(fault->plan.verb);
        if (!reach_means_label(&fault->plan, fl_span_from(label->text))) return;
        strike(fault, after ? PLAN_AFTER : PLAN_BEFORE, now_us, out);
        return;
    }
}

static bool gauge_holds(const struct fault_set *set, const struct plan_gauge *gauge)
{
    return !gauge || (set->gauges.holds && set->gauges.holds(set->gauges.self, gauge));
}

/* What strikes second has its places behind the effect at which the first has struck. */
static bool is_too_early(const struct fault *fault, const struct fault_strikes *strikes)
{
    const struct fault *first = fault - 1;
    if (!fault->plan.second) return false;
    for (uint32_t i = 0; i < strikes->count; i++)
        if (strikes->items[i].fault == &first->plan) return true;
    return !first->fired;
}

static void at_effect(struct fault_set *set, struct fault *fault,
                      const struct effect_context *context, const struct effect_label *label,
                      struct fl_span detail, int64_t now_us, struct fault_strikes *out)
{
    if (fault->plan.address.ordinal && fault->plan.address.ordinal != context->ordinal) return;
    if (is_too_early(fault, out) || armed_us(set, &fault->plan.address) > now_us) return;
    if (fault->plan.address.until_us && now_us > fault->plan.address.until_us) return;
    if (!effect_pattern_matches(&fault->pattern, label, detail)) return;
    if (!reach_means_label(&fault->plan, fl_span_from(label->text))) return;
    if (!gauge_holds(set, fault->plan.address.gauge)) return;
    fault->matches++;
    set->counted++;
    enum plan_moment moment;
    if (!strikes(fault, &moment) || !chance(set, fault, context, label)) return;
    strike(fault, moment, now_us, out);
}

void fault_set_at_effect(struct fault_set *set, struct effect_identities *identities,
                         struct effect_context *context, const struct effect_label *label,
                         struct fl_span detail, int64_t now_us, struct fault_strikes *ret_strikes)
{
    ret_strikes->count = 0;
    if (set->healed || !know_context(set, identities, context)) return;
    for (uint32_t word = 0; word * 64 < set->count; word++) {
        uint64_t bits = context->faults[word];
        while (bits) {
            uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(bits);
            bits &= bits - 1;
            if (set->faults[i].plan.follows)
                follow(&set->faults[i], label, now_us, ret_strikes);
            else
                at_effect(set, &set->faults[i], context, label, detail, now_us, ret_strikes);
        }
    }
}

bool fault_set_spares(const struct fault_set *set, const struct plan_fault *fault)
{
    bool ends = fault->verb == PLAN_KILL || fault->verb == PLAN_OOMKILL ||
                fault->verb == PLAN_PAUSE || fault->verb == PLAN_TERM || fault->verb == PLAN_TEAR ||
                fault->verb == PLAN_QUIET || fault->verb == PLAN_RETIRE;
    bool planned = fault->times && !fault->address.chance_in;
    if (!set->tolerates || !ends || planned || !set->gauges.down) return false;
    return set->gauges.down(set->gauges.self) >= set->down_max;
}

static bool waits_for_time(const struct fault *fault)
{
    return fault->enabled && fault->timed && fault->plan.verb != PLAN_OOM && !fault->fired;
}

int64_t fault_set_next_us(const struct fault_set *set, int64_t now_us)
{
    int64_t next_us = FL_NEVER_US;
    if (set->healed) return next_us;
    for (uint32_t i = 0; i < set->count; i++) {
        if (!waits_for_time(&set->faults[i])) continue;
        int64_t at_us = armed_us(set, &set->faults[i].plan.address);
        if (at_us < now_us) at_us = now_us;
        if (at_us < next_us) next_us = at_us;
    }
    return next_us;
}

const struct plan_fault *fault_set_take_due(struct fault_set *set, int64_t now_us)
{
    if (set->healed) return NULL;
    for (uint32_t i = 0; i < set->count; i++) {
        struct fault *fault = &set->faults[i];
        if (!waits_for_time(fault) || armed_us(set, &fault->plan.address) > now_us) continue;
        fault->fired++;
        fault->last_fired_us = now_us;
        return &fault->plan;
    }
    return NULL;
}

uint64_t fault_set_counted(const struct fault_set *set)
{
    return set->counted;
}

void fault_set_heal(struct fault_set *set)
{
    set->healed = true;
}

int64_t fault_set_next_end_us(const struct fault_set *set, int64_t now_us)
{
    int64_t next_us = FL_NEVER_US;
    for (uint32_t i = 0; i < set->count && !set->healed; i++) {
        int64_t until_us = set->faults[i].plan.address.until_us;
        if (until_us >= now_us && until_us && until_us + 1 < next_us) next_us = until_us + 1;
    }
    return next_us;
}

bool fault_set_spent(const struct fault_set *set, int64_t now_us)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct fault *fault = &set->faults[i];
        if (!fault->enabled || fault->plan.follows) continue;
        int64_t until_us = fault->plan.address.until_us;
        bool endless = fault->plan.address.chance_in || !fault->plan.times;
        if (until_us && now_us > until_us) continue;
        if (until_us && endless) return false;
        if (fault->plan.address.chance_in) continue;
        uint32_t times = fault->plan.sweep || fault->timed ? 1 : fault->plan.times;
        if (fault->fired < times) return false;
    }
    return true;
}

bool fault_set_unlimited(const struct fault_set *set)
{
    if (set->healed) return false;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct fault *fault = &set->faults[i];
        const struct plan_fault *plan = &fault->plan;
        bool ends = plan->sweep || plan->follows || fault->timed || plan->address.until_us;
        if (ends || (plan->times && !plan->address.chance_in)) continue;
        if (!plan->times || fault->fired < plan->times) return true;
    }
    return false;
}

int64_t fault_set_spent_us(const struct fault_set *set, const char *name)
{
    const struct fault *fault = named(set, name);
    uint32_t times = fault && fault->plan.times && !fault->timed ? fault->plan.times : 1;
    return fault && fault->fired >= times ? fault->last_fired_us : FL_NEVER_US;
}

bool fault_set_permits_copies(const struct fault_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        enum plan_verb verb = set->faults[i].plan.verb;
        bool harmless = verb == PLAN_DELAY || verb == PLAN_QUIET || verb == PLAN_RETIRE ||
                        verb == PLAN_DELETED || verb == PLAN_REORDER || verb == PLAN_MAIL ||
                        verb == PLAN_HTTP || verb == PLAN_SLICE || verb == PLAN_SCRIPT_FLUSH;
        if (set->faults[i].fired && !harmless) return true;
    }
    return false;
}

const struct plan_fault *fault_set_never_fired(const struct fault_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct fault *fault = &set->faults[i];
        if (fault->plan.sweep || fault->plan.address.chance_in || fault->fired) continue;
        return fault->origin;
    }
    return NULL;
}

bool fault_set_swept(const struct fault_set *set)
{
    bool any = false;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct fault *fault = &set->faults[i];
        if (!fault->plan.sweep || !fault->enabled || fault->plan.follows) continue;
        any = true;
        if (!fault->fired) return false;
    }
    return any;
}

bool fault_set_counts_to_the_end(const struct fault_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->faults[i].plan.counts && set->faults[i].plan.verb != PLAN_POISON) return true;
    return false;
}

/* The index-th OOM fault that needs no effect. */
static struct fault *oom(const struct fault_set *set, uint32_t index)
{
    for (uint32_t i = 0; i < set->count; i++) {
        struct fault *fault = &set->faults[i];
        if (fault->enabled && fault->timed && fault->plan.verb == PLAN_OOM && index-- == 0)
            return fault;
    }
    return NULL;
}

const struct plan_fault *fault_set_oom(const struct fault_set *set, uint32_t index)
{
    const struct fault *fault = oom(set, index);
    return fault ? &fault->plan : NULL;
}

void fault_set_oom_fired(struct fault_set *set, uint32_t index, int64_t now_us)
{
    struct fault *fault = oom(set, index);
    fl_assert(fault);
    fault->fired = 1;
    fault->last_fired_us = now_us;
}

bool fault_set_oom_has_fired(const struct fault_set *set, uint32_t index)
{
    const struct fault *fault = oom(set, index);
    return fault && fault->fired;
}
