#include "harness/shrink/explicit.h"

#include <string.h>

static bool is_implicit(const struct plan_fault *fault)
{
    return fault->sweep || fault->address.chance_in > 0;
}

bool explicit_needed(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (is_implicit(&plan->faults[i])) return true;
    return false;
}

/* A copy: the facts of a run do not last. NULL for nothing. */
static bool name(struct fl_span text, struct fl_arena *arena, const char **ret_name)
{
    *ret_name = text.length ? fl_arena_copy(arena, text) : NULL;
    return *ret_name || !text.length;
}

/* The fault at that effect alone: by who does it, its label and its number. False: no memory. */
static bool at_strike(const struct plan_fault *fault, const struct run_strike *strike,
                      struct fl_arena *arena, struct plan_fault *ret_fault)
{
    bool after = strike->after && fault->address.moment != PLAN_BEFORE;
    struct plan_address address = {
        .where = fault->address.where,
        .at_us = -1,
        .after_us = -1,
        .delivery = strike->delivery,
        .nth = strike->occurrence,
        .moment = after ? PLAN_AFTER : PLAN_BEFORE,
    };
    if (!name(strike->job, arena, &address.job) ||
        !name(strike->process, arena, &address.process) ||
        !name(strike->role, arena, &address.role) || !name(strike->what, arena, &address.pattern))
        return false;
    *ret_fault = *fault;
    ret_fault->sweep = ret_fault->second = false;
    ret_fault->times = 1;
    ret_fault->address = address;
    return true;
}

/* Allocations have no effect that a fault could name: it counts them. */
static struct plan_fault at_allocation(const struct plan_fault *fault, int32_t point)
{
    struct plan_fault one = *fault;
    one.sweep = false;
    one.oom_nth = (uint64_t)point + 1;
    return one;
}

static struct plan_fault at_number(const struct plan_fault *fault, int32_t point)
{
    struct plan_fault one = *fault;
    one.sweep = one.counts = false;
    one.number = (uint64_t)point;
    return one;
}

static bool is_of(const struct run_strike *strike, const struct plan_fault *fault)
{
    return strike->line == fault->where.line && strike->column == fault->where.column;
}

bool explicit_faults(struct plan *plan, int32_t point, const struct run_facts *facts,
                     struct fl_arena *arena)
{
    uint32_t count = 0, most = plan->fault_count + facts->struck_at_count + 1;
    struct plan_fault *faults = fl_arena_alloc_array(arena, most, sizeof *faults);
    if (!faults) return false;
    for (uint32_t i = 0; i < plan->fault_count; i++) {
        const struct plan_fault *fault = &plan->faults[i];
        if (!is_implicit(fault)) {
            faults[count++] = *fault;
        } else if (fault->sweep && fault->verb == PLAN_OOM) {
            faults[count++] = at_allocation(fault, point);
        } else if (fault->counts) {
            faults[count++] = at_number(fault, point);
        } else {
            for (uint32_t k = 0; k < facts->struck_at_count; k++) {
                if (!is_of(&facts->struck_at[k], fault)) continue;
                if (!at_strike(fault, &facts->struck_at[k], arena, &faults[count++])) return false;
            }
        }
    }
    plan->faults = faults;
    plan->fault_count = count;
    return true;
}

static bool copy_part(struct fl_span text, struct fl_arena *arena, struct fl_span *ret_copy)
{
    const char *copy = fl_arena_copy(arena, text);
    *ret_copy = (struct fl_span){copy, text.length};
    return copy != NULL;
}

bool explicit_strike(const struct run_effect *effect, struct plan_where where, bool after,
                     struct fl_arena *arena, struct run_strike *ret_strike)
{
    struct fl_span who = effect->who, process = {"", 0}, role = {"", 0};
    long long delivery = 0;
    if (effect->job.length) { /* "hello#2" */
        size_t used = effect->job.length + 1;
        if (used < who.length)
            fl_span_int64((struct fl_span){who.bytes + used, who.length - used}, &delivery);
    } else { /* "p1/fetch" */
        const char *slash = memchr(who.bytes, '/', who.length);
        process = (struct fl_span){who.bytes, slash ? (size_t)(slash - who.bytes) : who.length};
        if (slash) role = (struct fl_span){slash + 1, who.length - process.length - 1};
    }
    *ret_strike = (struct run_strike){.line = where.line,
                                      .column = where.column,
                                      .after = after,
                                      .delivery = (uint32_t)delivery,
                                      .occurrence = effect->occurrence};
    return copy_part(effect->job, arena, &ret_strike->job) &&
           copy_part(process, arena, &ret_strike->process) &&
           copy_part(role, arena, &ret_strike->role) &&
           copy_part(effect->what, arena, &ret_strike->what);
}
