#include "harness/scenario/reach.h"

#include <string.h>

enum { TEXT_BYTES = 512 }; /* of a label and its detail: what lies behind is not compared */

/* What happens to a Redis command on its way. */
static bool is_of_the_wire(enum plan_verb verb)
{
    return verb == PLAN_CUT_REPLY || verb == PLAN_SLICE || verb == PLAN_STALL || verb == PLAN_RESET;
}

/* Verbs that change what one effect does, and so need one. */
static bool changes_an_effect(enum plan_verb verb)
{
    return is_of_the_wire(verb) || verb == PLAN_ERROR || verb == PLAN_LOSE_ACK ||
           verb == PLAN_DELAY || verb == PLAN_TEAR || verb == PLAN_HTTP || verb == PLAN_DB ||
           verb == PLAN_MAIL;
}

static bool names_effect(const struct plan_address *address)
{
    return address->pattern || address->each_step || address->nth || address->job ||
           address->process || address->role || address->chance_in || address->gauge;
}

bool reach_needs_effect(const struct plan_fault *fault)
{
    return changes_an_effect(fault->verb) || names_effect(&fault->address);
}

const char *reach_pattern(const struct plan_fault *fault)
{
    if (fault->address.pattern) return fault->address.pattern;
    if (is_of_the_wire(fault->verb)) return "redis *";
    if (fault->verb == PLAN_HTTP) return "http *";
    if (fault->verb == PLAN_DB || fault->verb == PLAN_TEAR) return "db *";
    if (fault->verb == PLAN_MAIL) return "mail*";
    return NULL;
}

static bool glob(const char *pattern, struct fl_span text)
{
    return !pattern || (text.length && fl_span_glob(fl_span_from(pattern), text));
}

bool reach_means_actor(const struct plan_address *address, const struct reach_actor *actor)
{
    if (!glob(address->job, actor->job)) return false;
    if (address->delivery && address->delivery != actor->delivery) return false;
    return glob(address->process, actor->process) && glob(address->role, actor->role);
}

bool reach_means_label(const struct plan_fault *fault, struct fl_span label)
{
    return !is_of_the_wire(fault->verb) || fl_span_starts(label, FL_SPAN("redis "));
}

bool reach_pattern_means(const char *pattern, struct fl_span label, struct fl_span detail)
{
    char text[TEXT_BYTES];
    if (!pattern || fl_span_glob(fl_span_from(pattern), label)) return true;
    if (label.length + 1 >= sizeof text) return false;
    size_t room = sizeof text - label.length - 1;
    size_t kept = detail.length < room ? detail.length : room;
    memcpy(text, label.bytes, label.length);
    text[label.length] = ' ';
    if (kept) memcpy(text + label.length + 1, detail.bytes, kept);
    return fl_span_glob(fl_span_from(pattern), (struct fl_span){text, label.length + 1 + kept});
}
