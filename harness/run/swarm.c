#include "harness/run/swarm.h"

#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/fault/fault.h"

enum { MORE_PROCESSES = 3, VERBS_MAX = 64 };

static const int threads[] = {0, 1, 2, 10, 25};
static const int64_t polls_us[] = {0, FL_SECOND_US, 30 * FL_SECOND_US};
static const int64_t latencies[] = {1, 10, 100, 1000};
/* Summer time begins and ends in Europe, a leap day, the last second of 31 bits, New Year's Eve. */
static const char *const starts[] = {"",
                                     "2026-03-29T00:30Z",
                                     "2026-10-25T00:30Z",
                                     "2028-02-28T23:59Z",
                                     "2038-01-19T03:13Z",
                                     "2026-12-31T23:59Z"};

struct drawing {
    struct swarm *swarm;
    struct sim_choices *choices;
    struct fl_arena *arena;
    enum fl_error err; /* sticks */
};

static uint64_t draw(struct drawing *d, const char *label, uint64_t bound)
{
    return sim_choose_below(d->choices, SIM_CHOICE_RANDOM, "swarm", label, bound);
}

static void say(struct drawing *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct drawing *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!d->err && d->swarm->text.length) d->err = fl_buf_append_text(&d->swarm->text, ", ");
    if (!d->err) d->err = fl_buf_vprintf(&d->swarm->text, format, args);
    va_end(args);
}

/* A copy of the list that may be changed; NULL with err set. */
static void *own(struct drawing *d, const void *items, uint32_t count, size_t item_bytes)
{
    void *copy = fl_arena_alloc_array(d->arena, count + 1, item_bytes);
    if (!copy)
        d->err = FL_ENOMEM;
    else if (count)
        memcpy(copy, items, count * item_bytes);
    return copy;
}

/* --- processes --- */

static struct plan_processes *own_processes(struct drawing *d)
{
    struct plan *plan = &d->swarm->plan;
    static const struct plan_processes standard = {.count = 1};
    uint32_t count = plan->processes_count ? plan->processes_count : 1;
    struct plan_processes *groups =
        own(d, plan->processes_count ? plan->processes : &standard, count, sizeof *groups);
    if (!groups) return NULL;
    plan->processes = groups;
    plan->processes_count = count;
    return groups;
}

static void vary_count(struct drawing *d, struct plan_processes *last, uint32_t total)
{
    uint32_t more = (uint32_t)draw(d, "processes", MORE_PROCESSES);
    if (!more || total + more > PLAN_PROCESSES_MAX) return;
    last->count += more;
    say(d, "%" PRIu32 " process%s more", more, more > 1 ? "es" : "");
}

static void vary_threads(struct drawing *d, struct plan_processes *groups, uint32_t count)
{
    int drawn = threads[draw(d, "threads", FL_COUNT(threads))];
    if (!drawn) return;
    for (uint32_t i = 0; i < count; i++)
        groups[i].options.concurrency = drawn;
    say(d, "threads %d", drawn);
}

/* The weights go round among the queues. A strict order stays: claims rest on it. */
static void vary_weights(struct drawing *d, struct plan_processes *group)
{
    struct fl_process_options *options = &group->options;
    bool weighted = false;
    for (size_t i = 0; i < options->queue_count; i++)
        weighted |= options->queues[i].weight > 0;
    if (!weighted) return;
    size_t by = (size_t)draw(d, "weights", options->queue_count);
    struct fl_queue_option *queues =
        by ? own(d, options->queues, (uint32_t)options->queue_count, sizeof *queues) : NULL;
    if (!queues) return;
    for (size_t i = 0; i < options->queue_count; i++)
        queues[i].weight = options->queues[(i + by) % options->queue_count].weight;
    options->queues = queues;
    say(d, "weights moved on by %zu", by);
}

static bool claims_times(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->expect_count; i++) {
        enum plan_expect_kind kind = plan->expects[i].kind;
        if (kind == PLAN_EXPECT_GAP || kind == PLAN_EXPECT_STARTS || kind == PLAN_EXPECT_DRAINED)
            return true;
    }
    return false;
}

static void vary_polls(struct drawing *d, struct plan_processes *groups, uint32_t count)
{
    if (claims_times(&d->swarm->plan)) return;
    int64_t poll_us = polls_us[draw(d, "poll", FL_COUNT(polls_us))];
    if (!poll_us) return;
    for (uint32_t i = 0; i < count; i++)
        groups[i].options.average_poll_us = poll_us;
    say(d, "poll %" PRId64 "s", poll_us / FL_SECOND_US);
}

static void vary_processes(struct drawing *d)
{
    struct plan_processes *groups = own_processes(d);
    uint32_t count = d->swarm->plan.processes_count, total = 0;
    if (!groups) return;
    for (uint32_t i = 0; i < count; i++)
        total += groups[i].count;
    vary_count(d, &groups[count - 1], total);
    vary_threads(d, groups, count);
    vary_polls(d, groups, count);
    for (uint32_t i = 0; i < count; i++)
        vary_weights(d, &groups[i]);
}

/* --- the rest --- */

static void vary_times(struct drawing *d)
{
    struct plan *plan = &d->swarm->plan;
    if (!sim_choices_instant(d->choices)) {
        d->swarm->latency_times = latencies[draw(d, "latency", FL_COUNT(latencies))];
        if (d->swarm->latency_times > 1)
            say(d, "calls %" PRId64 " times as long", d->swarm->latency_times);
    }
    if (plan->start_us != PLAN_START_DEFAULT_US) return;
    const char *start = starts[draw(d, "start", FL_COUNT(starts))];
    if (!*start) return;
    enum fl_error err = fl_instant_parse(fl_span_from(start), &plan->start_us);
    fl_assert(!err);
    say(d, "start %s", start);
}

/* By chance, alone, and nothing waits for it. */
static bool may_be_off(const struct plan *plan, uint32_t index)
{
    const struct plan_fault *fault = &plan->faults[index];
    bool followed = index + 1 < plan->fault_count && plan->faults[index + 1].follows;
    return fault->address.chance_in && !fault->name && !fault->follows && !followed;
}

/* A kind is on or off as a whole. */
static void vary_faults(struct drawing *d)
{
    struct plan *plan = &d->swarm->plan;
    bool asked[VERBS_MAX] = {0}, off[VERBS_MAX] = {0};
    struct plan_fault *faults = own(d, plan->faults, plan->fault_count, sizeof *faults);
    uint32_t left = 0;
    if (!faults) return;
    for (uint32_t i = 0; i < plan->fault_count; i++) {
        enum plan_verb verb = plan->faults[i].verb;
        fl_assert((int)verb < VERBS_MAX);
        if (may_be_off(plan, i) && !asked[verb]) {
            asked[verb] = true;
            off[verb] = draw(d, fault_verb_text(verb), 2) == 1;
            if (off[verb]) say(d, "no %s", fault_verb_text(verb));
        }
        if (!may_be_off(plan, i) || !off[verb]) faults[left++] = plan->faults[i];
    }
    plan->faults = faults;
    plan->fault_count = left;
}

enum fl_error swarm_draw(const struct plan *plan, struct sim_choices *choices,
                         struct fl_arena *arena, struct swarm *ret_swarm)
{
    struct drawing d = {.swarm = ret_swarm, .choices = choices, .arena = arena};
    *ret_swarm = (struct swarm){
        .plan = *plan, .latency_times = 1, .text = FL_BUF_INIT(SWARM_TEXT_BYTES_MAX)};
    vary_processes(&d);
    if (!d.err) vary_times(&d);
    if (!d.err) vary_faults(&d);
    if (d.err) fl_buf_release(&ret_swarm->text);
    return d.err;
}
