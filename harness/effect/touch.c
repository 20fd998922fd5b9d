/* harness/effect/touch.c - what an effect that is no command of Redis touches (those tell by
 * themselves: run/footprint.h), and what its process learns from it.
 *
 * A database is one object: its locks are those of a file. Receivers of mail and addresses on the
 * web are an object each; files are only read, and metrics only counted. */
#include <string.h>

#include "harness/choice/steps.h"
#include "harness/effect/effect.h"
#include "harness/effect/ports.h"
#include "harness/trace/digest.h"

static struct sim_steps *steps_of(const struct effect_process *process)
{
    return sim_choices_steps(sim_world_choices(process->effects->world));
}

static struct fl_span first_word(struct fl_span text)
{
    const char *blank = text.length ? memchr(text.bytes, ' ', text.length) : NULL;
    if (blank) text.length = (size_t)(blank - text.bytes);
    return text;
}

/* False: it touches nothing that others could notice. */
bool effect_access(struct fl_span label, struct fl_span detail, struct sim_access *ret_access)
{
    struct sim_access access = {SIM_EVERYTHING, SIM_WRITES};
    if (fl_span_starts(label, FL_SPAN("redis ")) || fl_span_starts(label, FL_SPAN("file ")))
        return false;
    if (fl_span_starts(label, FL_SPAN("db "))) {
        access.object = digest_span(1, FL_SPAN("db"));
        if (fl_span_starts(label, FL_SPAN("db SELECT"))) access.touch = SIM_READS;
    } else if (fl_span_is(label, "mail")) {
        access.object = digest_span(2, first_word(detail));
    } else if (fl_span_starts(label, FL_SPAN("http "))) {
        access.object = digest_span(3, detail);
    } else if (fl_span_is(label, "statsd")) {
        access = (struct sim_access){digest_span(4, first_word(detail)), SIM_ADDS};
    }
    *ret_access = access;
    return true;
}

static bool access_of(const struct effect *effect, struct sim_access *ret_access)
{
    return effect_access(fl_span_from(effect->label->text),
                         (struct fl_span){effect->detail, effect->detail_length}, ret_access);
}

void effect_touches(struct effect_process *process, const struct effect *effect)
{
    struct sim_steps *steps = steps_of(process);
    struct sim_access access;
    if (steps && access_of(effect, &access)) sim_steps_hold(steps, access.object, access.touch);
}

void effect_is_counted(struct effect_process *process)
{
    sim_steps_touch_unseen(steps_of(process), digest_span(5, FL_SPAN("faults")), SIM_WRITES);
}

void effect_has_touched(struct effect_process *process, const struct effect *effect,
                        const struct effect_outcome *outcome)
{
    struct sim_steps *steps = steps_of(process);
    struct sim_access access;
    if (!steps) return;
    if (access_of(effect, &access)) {
        sim_steps_touch_unseen(steps, access.object, access.touch);
        sim_steps_let_go(steps);
    }
    sim_steps_learn(steps, digest_span(outcome->request, fl_span_from(effect->label->text)));
    sim_steps_learn(steps, digest_span(outcome->reply, outcome->text));
}
