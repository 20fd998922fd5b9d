/* harness/effect/effect.c - open, act, close.
 *
 * A strike is decided when the effect opens, for both of its moments, so that a batch of commands
 * can be cut at the right places before the first of them is sent. */
#include "harness/effect/effect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "harness/effect/ports.h"

void effects_init(struct effects *effects, struct sim_world *world, struct trace *trace,
                  struct fault_set *faults, struct effect_stage stage, struct pool_note *note)
{
    *effects = (struct effects){.world = world,
                                .trace = trace,
                                .faults = faults,
                                .stage = stage,
                                .note = note,
                                .latency_times = 1};
    effect_identities_init(&effects->identities);
}

void effects_release(struct effects *effects)
{
    effect_identities_release(&effects->identities);
}

/* As far as there is room; by hand, since it is written at every effect. */
void effects_tell(struct effects *effects, const struct fl_span *parts, size_t count)
{
    struct pool_note *to = effects->note;
    size_t used = 0;
    to->progress++;
    for (size_t i = 0; i < count; i++) {
        size_t room = sizeof to->effect - 1 - used;
        size_t length = parts[i].length < room ? parts[i].length : room;
        memcpy(to->effect + used, parts[i].bytes, length);
        used += length;
    }
    to->effect[used] = '\0';
}

/* "imp-1#2.7 redis LREM" */
static void note(struct effects *effects, const struct effect *effect)
{
    char digits[FL_DIGITS_BYTES];
    const struct fl_span parts[] = {fl_span_from(effect->context->name), FL_SPAN("."),
                                    fl_digits((int64_t)effect->ordinal, digits), FL_SPAN(" "),
                                    fl_span_from(effect->label->text)};
    effects_tell(effects, parts, FL_COUNT(parts));
}

__attribute__((noinline)) void effect_begins(const char *who, uint64_t ordinal, const char *label,
                                             uint64_t number)
{
    __asm__ volatile("" : : "r"(who), "r"(ordinal), "r"(label), "r"(number) : "memory");
}

static void note_last(struct effect_context *context, const struct effect *effect)
{
    struct effect_last *last = &context->last;
    size_t length = effect->detail_length;
    if (!context->job) return;
    last->label = effect->label;
    last->is_open = true;
    last->detail_length = length < EFFECT_LAST_BYTES ? length : EFFECT_LAST_BYTES;
    memcpy(last->detail, effect->detail, last->detail_length);
}

void effect_open(struct effect_process *process, struct fl_span label, struct fl_span detail,
                 struct effect *ret_effect)
{
    effect_open_as(process, effect_label(&process->effects->identities, label), detail, ret_effect);
    effect_tell(process, ret_effect);
}

void effect_tell(struct effect_process *process, const struct effect *effect)
{
    if (process->effects->note) note(process->effects, effect);
}

void effect_open_as(struct effect_process *process, const struct effect_label *label,
                    struct fl_span detail, struct effect *ret_effect)
{
    struct effects *effects = process->effects;
    struct effect *effect = ret_effect;
    effect->context = effect_process_context(process);
    effect->label = label;
    if (!effect->context || !effect->label) fl_panic("too many kinds of effects, or no memory");
    effect->occurrence = effect_context_count(&effects->identities, effect->context, effect->label);
    effect->ordinal = effect->context->ordinal;
    effect->detail_length =
        detail.length < EFFECT_DETAIL_BYTES ? detail.length : EFFECT_DETAIL_BYTES;
    if (effect->detail_length) memcpy(effect->detail, detail.bytes, effect->detail_length);
    note_last(effect->context, effect);
    uint64_t counted = fault_set_counted(effects->faults);
    fault_set_at_effect(effects->faults, &effects->identities, effect->context, effect->label,
                        (struct fl_span){effect->detail, effect->detail_length},
                        sim_world_now_us(effects->world), &effect->strikes);
    if (fault_set_counted(effects->faults) != counted) effect_is_counted(process);
    effect->moment = 0;
    effect_begins(effect->context->name, effect->ordinal, effect->label->text, ++effects->begun);
}

static bool is_of_the_wire(enum plan_verb verb)
{
    return verb == PLAN_CUT_REPLY || verb == PLAN_SLICE || verb == PLAN_STALL || verb == PLAN_RESET;
}

static bool is_outcome(enum plan_verb verb)
{
    return verb == PLAN_ERROR || verb == PLAN_LOSE_ACK || verb == PLAN_HTTP || verb == PLAN_DB ||
           verb == PLAN_MAIL || is_of_the_wire(verb);
}

bool effect_has_act(const struct effect *effect, enum plan_moment moment)
{
    for (uint32_t i = 0; i < effect->strikes.count; i++) {
        const struct fault_strike *strike = &effect->strikes.items[i];
        if (strike->moment == moment && !is_outcome(strike->fault->verb)) return true;
    }
    return false;
}

static void announce(struct effect_process *process, const struct effect *effect,
                     const struct fault_strike *strike)
{
    struct effects *effects = process->effects;
    char at[SIM_NAME_BYTES + EFFECT_LABEL_BYTES + 128];
    int length = snprintf(at, sizeof at, "%s %s.%" PRIu64 " %s",
                          strike->moment == PLAN_AFTER ? "after" : "before", effect->context->name,
                          effect->ordinal, effect->label->text);
    if (length >= (int)sizeof at) length = (int)sizeof at - 1;
    effects->stage.ops->struck(effects->stage.self, strike, effect, at);
    trace_add(effects->trace, &(struct trace_event){.kind = TRACE_FAULT,
                                                    .at_us = sim_world_now_us(effects->world),
                                                    .who = effect->context->name,
                                                    .what = fault_verb_text(strike->fault->verb),
                                                    .detail = {at, (size_t)length}});
}

static int64_t delay_of(const struct effect_process *process, const struct effect *effect,
                        const struct plan_fault *fault)
{
    if (!fault->amount_max_us) return fault->amount_us;
    uint64_t span_us = (uint64_t)(fault->amount_max_us - fault->amount_us);
    return fault->amount_us + (int64_t)sim_choose_below(sim_world_choices(process->effects->world),
                                                        SIM_CHOICE_FAULT, effect->context->name,
                                                        "delay", span_us + 1);
}

void effect_act(struct effect_process *process, const struct effect *effect,
                enum plan_moment moment)
{
    struct effects *effects = process->effects;
    if (moment == PLAN_BEFORE) effect_touches(process, effect);
    for (uint32_t i = 0; i < effect->strikes.count; i++) {
        const struct fault_strike *strike = &effect->strikes.items[i];
        bool again = moment == PLAN_AFTER && strike->fault->verb == PLAN_TEAR; /* was it torn? */
        if ((strike->moment != moment && !again) || is_outcome(strike->fault->verb)) continue;
        if (!again && fault_set_spares(effects->faults, strike->fault)) continue;
        if (!again) announce(process, effect, strike);
        if (strike->fault->verb == PLAN_DELAY)
            effect_pass(process, delay_of(process, effect, strike->fault));
        else
            effects->stage.ops->perform(effects->stage.self, strike->fault, effect->context);
    }
}

const struct plan_fault *effect_refused(const struct effect *effect)
{
    for (uint32_t i = 0; i < effect->strikes.count; i++) {
        const struct plan_fault *fault = effect->strikes.items[i].fault;
        bool instead = is_outcome(fault->verb) && !is_of_the_wire(fault->verb);
        if (instead && fault->verb != PLAN_LOSE_ACK) return fault;
    }
    return NULL;
}

static const struct plan_fault *ended(const struct effect *effect, enum plan_moment moment)
{
    for (uint32_t i = 0; i < effect->strikes.count; i++) {
        const struct fault_strike *strike = &effect->strikes.items[i];
        enum plan_verb verb = strike->fault->verb;
        bool ends = verb == PLAN_STALL || verb == PLAN_RESET;
        bool ends_after = verb == PLAN_LOSE_ACK || verb == PLAN_CUT_REPLY;
        if (strike->moment == moment && ends) return strike->fault;
        if (moment == PLAN_AFTER && ends_after) return strike->fault;
    }
    return NULL;
}

const struct plan_fault *effect_barred(const struct effect *effect)
{
    return ended(effect, PLAN_BEFORE);
}

const struct plan_fault *effect_unheard(const struct effect *effect)
{
    return ended(effect, PLAN_AFTER);
}

uint64_t effect_slice(const struct effect *effect)
{
    for (uint32_t i = 0; i < effect->strikes.count; i++)
        if (effect->strikes.items[i].fault->verb == PLAN_SLICE)
            return effect->strikes.items[i].fault->number;
    return 0;
}

void effect_close(struct effect_process *process, const struct effect *effect,
                  const struct effect_outcome *outcome)
{
    struct effects *effects = process->effects;
    struct fl_span detail = {effect->detail, effect->detail_length};
    for (uint32_t i = 0; i < effect->strikes.count; i++)
        if (is_outcome(effect->strikes.items[i].fault->verb))
            announce(process, effect, &effect->strikes.items[i]);
    trace_add(effects->trace, &(struct trace_event){.kind = TRACE_EFFECT,
                                                    .at_us = sim_world_now_us(effects->world),
                                                    .who = effect->context->name,
                                                    .ordinal = effect->ordinal,
                                                    .what = effect->label->text,
                                                    .detail = detail,
                                                    .outcome = outcome->text,
                                                    .request = outcome->request,
                                                    .reply = outcome->reply,
                                                    .idle = outcome->idle});
    effects->count++;
    effect->context->last.is_open = false;
    effect_has_touched(process, effect, outcome);
    effects->stage.ops->closed(effects->stage.self, effect, outcome);
    if (outcome->applied)
        effects->stage.ops->applied(effects->stage.self, effect->context, effect->label, detail);
}

void effect_arrives(struct effect_process *process, struct effect *effect)
{
    struct effects *effects = process->effects;
    if (effects->tells_arrivals) effects->stage.ops->arrived(effects->stage.self, effect);
}

int64_t effect_latency(struct effect_process *process, const struct effect *effect, int64_t low_us,
                       int64_t high_us)
{
    struct sim_world *world = process->effects->world;
    if (sim_choices_instant(sim_world_choices(world))) {
        effect_pass(process, 0);
        return 0;
    }
    uint32_t *place = &effect->context->seen[effect->label->id].delay_place;
    int64_t total_us =
        low_us + (int64_t)sim_choose_below_at(sim_world_choices(world), place, SIM_CHOICE_DELAY,
                                              effect->context->name, effect->label->text,
                                              (uint64_t)(high_us - low_us));
    total_us *= process->effects->latency_times;
    effect_pass(process, total_us / 2);
    return total_us - total_us / 2;
}

void effect_pass(struct effect_process *process, int64_t delay_us)
{
    struct sim_world *world = process->effects->world;
    static const char what[] = "a reply on its way";
    int64_t until_us = sim_world_now_us(world) + delay_us;
    if (sim_world_pass(world, until_us, what)) return;
    process->passing++; /* a process that dies meanwhile starts with 0 */
    sim_sleep_until(world, until_us, what);
    process->passing--;
}
