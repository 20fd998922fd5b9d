/* A fault's line: verb, arguments, clauses. */
#include <inttypes.h>

#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

static void print_target(struct printing *p, const struct plan_fault *fault)
{
    switch (fault->target) {
    case PLAN_TARGET_NONE: break;
    case PLAN_TARGET_ALL: print_text(p, " all"); break;
    case PLAN_TARGET_REDIS: print_text(p, " redis"); break;
    case PLAN_TARGET_PROCESS: print_text(p, " %s", fault->target_name); break;
    case PLAN_TARGET_PROCESS_OF: print_text(p, " process-of %s", fault->target_name); break;
    }
}

static void print_oom(struct printing *p, const struct plan_fault *fault)
{
    const char *mode = fault->oom_mode == PLAN_FOREVER ? "forever" : "once";
    if (fault->sweep)
        print_text(p, " nth * %s in", mode);
    else
        print_text(p, " nth %" PRIu64 " %s in", fault->oom_nth, mode);
}

static void print_for(struct printing *p, const struct plan_fault *fault)
{
    print_text(p, " for ");
    print_duration(p, fault->amount_us);
}

static void print_poison(struct printing *p, const struct plan_fault *fault)
{
    const char *way = fault->counts ? "*" : words_poisons.rows[fault->number].text;
    print_text(p, " %s %s", fault->text, way);
}

static void print_kept(struct printing *p, const struct plan_fault *fault)
{
    if (fault->kept == PLAN_KEPT_BUT_LAST)
        print_text(p, " lose %" PRIu64, fault->number);
    else
        print_text(p, " %s", words_text(&words_redis_kept, (int)fault->kept));
}

static void print_amount(struct printing *p, const struct plan_fault *fault)
{
    print_text(p, " ");
    print_duration(p, fault->amount_us);
    if (!fault->amount_max_us) return;
    print_text(p, "..");
    print_duration(p, fault->amount_max_us);
}

static void print_clock(struct printing *p, const struct plan_fault *fault)
{
    print_text(p, " ");
    if (fault->rate_in)
        print_text(p, "rate %u/%u", fault->rate_of, fault->rate_in);
    else
        print_offset(p, fault->amount_us);
}

static void print_http(struct printing *p, const struct plan_fault *fault)
{
    if (fault->text)
        print_text(p, " %s", fault->text);
    else
        print_text(p, " %d", fault->http_status);
}

static void print_count(struct printing *p, const struct plan_fault *fault)
{
    if (fault->counts)
        print_text(p, " *");
    else
        print_text(p, " %" PRIu64, fault->number);
}

static void print_arguments(struct printing *p, const struct plan_fault *fault)
{
    if (fault->verb == PLAN_OOM) print_oom(p, fault);
    print_target(p, fault);
    if (fault->within) print_text(p, " within %s", fault->within);
    switch (fault->verb) {
    case PLAN_ERROR:
        print_text(p, " ");
        print_quoted(p, fl_span_from(fault->text));
        break;
    case PLAN_DELAY:
    case PLAN_PAUSE: print_amount(p, fault); break;
    case PLAN_TERM:
        if (fault->amount_us) print_text(p, " grace");
        if (fault->amount_us) print_amount(p, fault);
        break;
    case PLAN_CLOCK: print_clock(p, fault); break;
    case PLAN_HTTP: print_http(p, fault); break;
    case PLAN_DB:
    case PLAN_MAIL:
    case PLAN_DUPLICATE: print_text(p, " %s", fault->text); break;
    case PLAN_POISON: print_poison(p, fault); break;
    case PLAN_DELETED:
        print_text(p, " %s", fault->text);
        print_pairs(p, fault->match, fault->match_count);
        break;
    case PLAN_LOSE_ACK:
    case PLAN_KILL:
    case PLAN_OOMKILL:
    case PLAN_QUIET:
    case PLAN_RETIRE:
    case PLAN_RESTART:
    case PLAN_OOM:
    case PLAN_STALL:
    case PLAN_RESET:
    case PLAN_SCRIPT_FLUSH:
    case PLAN_FLUSHALL: break;
    case PLAN_TEAR:
    case PLAN_CUT_REPLY: print_count(p, fault); break;
    case PLAN_SLICE: print_text(p, " %" PRIu64, fault->number); break;
    case PLAN_REFUSE: print_for(p, fault); break;
    case PLAN_REDIS:
        print_text(p, " %s", words_text(&words_redis_states, (int)fault->number));
        print_for(p, fault);
        break;
    case PLAN_FAILOVER: print_text(p, " lose %" PRIu64, fault->number); break;
    case PLAN_REDIS_RESTART: print_kept(p, fault); break;
    case PLAN_DEPLOY:
    case PLAN_REORDER:
    case PLAN_EVICT:
    case PLAN_EXPIRE:
        print_text(p, " ");
        print_word(p, fl_span_from(fault->text));
        break;
    case PLAN_MAXMEMORY:
        print_text(p, " ");
        print_size(p, (int64_t)fault->number);
        print_for(p, fault);
        break;
    }
}

static const char *ordinal_suffix(uint32_t nth)
{
    if (nth % 100 / 10 == 1) return "th";
    if (nth % 10 == 1) return "st";
    if (nth % 10 == 2) return "nd";
    return nth % 10 == 3 ? "rd" : "th";
}

void print_ordinal(struct printing *p, uint32_t nth)
{
    print_text(p, "%u%s", nth, ordinal_suffix(nth));
}

static void print_conditions(struct printing *p, const struct plan_fault *fault)
{
    const struct plan_address *address = &fault->address;
    const char *join = " when ";
    if (address->job) {
        print_text(p, "%s%s", join, address->job);
        if (address->delivery) print_text(p, "#%u", address->delivery);
        if (address->ordinal) print_text(p, ".%" PRIu64, address->ordinal);
        join = " and ";
    }
    if (address->process) {
        bool bare = !address->role && strcmp(address->process, "*") != 0;
        print_text(p, "%s%s", join, address->process);
        if (!bare) print_text(p, "/%s", address->role ? address->role : "*");
        if (address->ordinal && !address->job) print_text(p, ".%" PRIu64, address->ordinal);
        join = " and ";
    }
    if (address->job || address->process) join = " "; /* step and the need no `and` */
    if (address->pattern) {
        print_text(p, "%s", join);
        print_text(p, address->nth ? "the " : "step ");
        if (address->nth) print_ordinal(p, address->nth);
        if (address->nth) print_text(p, " ");
        print_quoted(p, fl_span_from(address->pattern));
    } else if (address->each_step) {
        print_text(p, "%sstep *", join);
    }
    bool first = !address->job && !address->process && !address->pattern && !address->each_step;
    if (!address->gauge) return;
    print_text(p, first ? " when " : " and ");
    print_gauge(p, address->gauge);
}

static void print_moment(struct printing *p, const struct plan_address *address)
{
    switch (address->moment) {
    case PLAN_BEFORE: break;
    case PLAN_AFTER: print_text(p, " after"); break;
    case PLAN_BEFORE_AND_AFTER: print_text(p, " before,after"); break;
    }
}

static void print_clauses(struct printing *p, const struct plan_fault *fault)
{
    const struct plan_address *address = &fault->address;
    print_conditions(p, fault);
    if (address->at_us != -1) {
        print_text(p, " at ");
        print_offset(p, address->at_us);
    }
    if (address->until_us) {
        print_text(p, " until ");
        print_offset(p, address->until_us);
    }
    if (address->after_fault) {
        print_text(p, " ");
        print_duration(p, address->after_us);
        print_text(p, " after fault %s", address->after_fault);
    }
    if (address->chance_in) print_text(p, " p %u/%u", address->chance_of, address->chance_in);
    print_moment(p, address);
    if (fault->times == 0) print_text(p, " times always");
    if (fault->times > 1) print_text(p, " times %u", fault->times);
    if (fault->restart_after_us == -1) return;
    print_text(p, " restart after ");
    print_duration(p, fault->restart_after_us);
}

static void print_verb(struct printing *p, const struct plan_fault *fault)
{
    print_text(p, "%s", words_text(&words_verbs, (int)fault->verb));
    print_arguments(p, fault);
}

static void print_begin(struct printing *p, const struct plan_fault *fault, bool is_pair)
{
    print_text(p, fault->sweep ? "sweep    " : "fault    ");
    if (is_pair) print_text(p, "pairs ");
    if (fault->name) print_text(p, "%s: ", fault->name);
    print_verb(p, fault);
}

void print_fault(struct printing *p, const struct plan_fault *fault)
{
    print_begin(p, fault, false);
    print_clauses(p, fault);
}

uint32_t print_faults(struct printing *p, const struct plan_fault *faults, uint32_t count)
{
    uint32_t parts = 1;
    print_begin(p, faults, count > 1 && faults[1].second);
    while (parts < count && (faults[parts].follows || faults[parts].second)) {
        print_text(p, faults[parts].second ? " then " : " with ");
        print_verb(p, &faults[parts++]);
    }
    print_clauses(p, faults);
    return parts;
}
