/* `fault NAME: VERB ... CLAUSES`, and the verbs of a `sweep`, which is sweep.c's; clauses are
 * address.c's. */
#include <string.h>

#include "harness/scenario/reach.h"
#include "harness/scenario/reading.h"

static bool read_target(struct reading *r, struct plan_fault *fault)
{
    if (line_skip(&r->line, "process-of")) {
        fault->target = PLAN_TARGET_PROCESS_OF;
        return reading_job(r, &fault->target_name);
    }
    if (line_skip(&r->line, "all")) {
        fault->target = PLAN_TARGET_ALL;
        return true;
    }
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || !reading_is_process(token->text))
        return reading_problem(r, token, "a process: p1, process-of JOB or all");
    fault->target = PLAN_TARGET_PROCESS;
    return reading_process(r, &fault->target_name);
}

static bool read_error_line(struct reading *r, struct plan_fault *fault)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_STRING) {
        if (!reading_text(r, "an error line", &fault->text)) return false;
        return !strpbrk(fault->text, "\r\n") ||
               reading_problem(r, token, "an error of a single line");
    }
    const struct word *word =
        token->kind == TOKEN_WORD ? words_find(&words_errors, token->text) : NULL;
    if (!word) return reading_problem_among(r, token, &words_errors);
    line_take(&r->line);
    fault->text = word->means;
    return true;
}

/* One of a table's words, kept as text. */
static bool read_way(struct reading *r, const struct words *words, const char **ret_text)
{
    const struct token *token = line_peek(&r->line);
    int ignored;
    if (!reading_word(r, words, &ignored)) return false;
    *ret_text = token->text.bytes;
    return true;
}

static bool read_http_way(struct reading *r, struct plan_fault *fault)
{
    const struct token *token = line_peek(&r->line);
    long long status;
    if (token->kind != TOKEN_WORD || !fl_span_int64(token->text, &status))
        return read_way(r, &words_http, &fault->text);
    int64_t number;
    if (!reading_number(r, "a status from 100 to 599", 100, 599, &number)) return false;
    fault->http_status = (int)number;
    return true;
}

/* `oom nth N|* [once|forever] in PROCESS [within FUNCTION]`; a sweep counts by itself, so its N is
 * * or left out. */
static bool read_oom(struct reading *r, struct plan_fault *fault)
{
    int mode = PLAN_ONCE;
    bool nth = line_skip(&r->line, "nth");
    if (!nth && !fault->sweep) return reading_expect(r, "nth");
    if (nth && fault->sweep && !reading_expect(r, "*")) return false;
    if (!fault->sweep) {
        int64_t number;
        if (!reading_number(r, "a number from 1", 1, INT64_MAX, &number)) return false;
        fault->oom_nth = (uint64_t)number;
    }
    if (!line_at(&r->line, "in") && !reading_word(r, &words_oom_modes, &mode)) return false;
    fault->oom_mode = mode == PLAN_FOREVER ? PLAN_FOREVER : PLAN_ONCE;
    if (!reading_expect(r, "in") || !read_target(r, fault)) return false;
    return !line_skip(&r->line, "within") ||
           reading_name(r, "the name of a function", READING_NAME, &fault->within);
}

static bool read_deleted(struct reading *r, struct plan_fault *fault)
{
    if (!reading_name(r, "the name of a table", READING_NAME, &fault->text)) return false;
    if (!reading_pairs(r, READING_PAIRS_EQUAL, &fault->match, &fault->match_count)) return false;
    return fault->match_count > 0 || reading_problem(r, line_peek(&r->line), "COLUMN=VALUE");
}

/* `PROCESS [grace 10s]` */
static bool read_term(struct reading *r, struct plan_fault *fault)
{
    if (!read_target(r, fault)) return false;
    return !line_skip(&r->line, "grace") ||
           reading_duration(r, "a duration, like 10s", &fault->amount_us);
}

static bool read_clock(struct reading *r, struct plan_fault *fault)
{
    if (line_skip(&r->line, "redis"))
        fault->target = PLAN_TARGET_REDIS;
    else if (!read_target(r, fault))
        return false;
    if (!line_skip(&r->line, "rate")) return reading_jump(r, &fault->amount_us);
    return reading_ratio(r, "a rate, like 11/10", PLAN_CLOCK_RATE_MAX, &fault->rate_of,
                         &fault->rate_in);
}

/* `5s`, or `1ms..5s`. */
static bool read_delay(struct reading *r, struct plan_fault *fault)
{
    struct fl_span low, high;
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || !reading_split_range(token->text, &low, &high))
        return reading_duration(r, "a duration, like 5s", &fault->amount_us);
    return reading_span(r, &fault->amount_us, &fault->amount_max_us);
}

/* `JOB WAY`, or `JOB *` in a sweep. */
static bool read_poison(struct reading *r, struct plan_fault *fault)
{
    if (!reading_job(r, &fault->text)) return false;
    fault->counts = fault->sweep && line_skip(&r->line, "*");
    if (fault->counts) return true;
    const struct token *token = line_peek(&r->line);
    const struct word *way =
        token->kind == TOKEN_WORD ? words_find(&words_poisons, token->text) : NULL;
    if (!way) return reading_problem_among(r, token, &words_poisons);
    line_take(&r->line);
    fault->number = (uint64_t)(way - words_poisons.rows);
    return true;
}

static bool read_verb_arguments(struct reading *r, struct plan_fault *fault)
{
    switch (fault->verb) {
    case PLAN_ERROR: return read_error_line(r, fault);
    case PLAN_LOSE_ACK: return true;
    case PLAN_DELAY: return read_delay(r, fault);
    case PLAN_KILL:
    case PLAN_OOMKILL:
    case PLAN_QUIET:
    case PLAN_RETIRE:
    case PLAN_RESTART: return read_target(r, fault);
    case PLAN_TERM: return read_term(r, fault);
    case PLAN_PAUSE:
        return read_target(r, fault) &&
               reading_duration(r, "a duration, like 90s", &fault->amount_us);
    case PLAN_DEPLOY:
        return read_target(r, fault) && reading_text(r, "the path of a module", &fault->text);
    case PLAN_CLOCK: return read_clock(r, fault);
    case PLAN_OOM: return read_oom(r, fault);
    case PLAN_HTTP: return read_http_way(r, fault);
    case PLAN_DB: return read_way(r, &words_db, &fault->text);
    case PLAN_MAIL: return read_way(r, &words_mail, &fault->text);
    case PLAN_DELETED: return read_deleted(r, fault);
    case PLAN_DUPLICATE: return reading_job(r, &fault->text);
    case PLAN_POISON: return read_poison(r, fault);
    case PLAN_TEAR: return read_redis_arguments(r, fault);
    case PLAN_REORDER: return reading_text(r, "the name of a queue", &fault->text);
    case PLAN_CUT_REPLY:
    case PLAN_SLICE:
    case PLAN_STALL:
    case PLAN_RESET:
    case PLAN_REFUSE:
    case PLAN_REDIS:
    case PLAN_FAILOVER:
    case PLAN_REDIS_RESTART:
    case PLAN_EVICT:
    case PLAN_EXPIRE:
    case PLAN_SCRIPT_FLUSH:
    case PLAN_FLUSHALL:
    case PLAN_MAXMEMORY: return read_redis_arguments(r, fault);
    }
    return false;
}

/* Faults that meet an effect may meet any; all others need a place or a time. */
static bool needs_address(enum plan_verb verb)
{
    switch (verb) {
    case PLAN_ERROR:
    case PLAN_LOSE_ACK:
    case PLAN_DELAY:
    case PLAN_OOM:
    case PLAN_HTTP:
    case PLAN_DB:
    case PLAN_MAIL:
    case PLAN_CUT_REPLY:
    case PLAN_TEAR:
    case PLAN_SLICE:
    case PLAN_STALL:
    case PLAN_RESET: return false;
    case PLAN_KILL:
    case PLAN_OOMKILL:
    case PLAN_PAUSE:
    case PLAN_TERM:
    case PLAN_QUIET:
    case PLAN_RETIRE:
    case PLAN_RESTART:
    case PLAN_DEPLOY:
    case PLAN_CLOCK:
    case PLAN_DELETED:
    case PLAN_DUPLICATE:
    case PLAN_POISON:
    case PLAN_REORDER:
    case PLAN_REFUSE:
    case PLAN_REDIS:
    case PLAN_FAILOVER:
    case PLAN_REDIS_RESTART:
    case PLAN_EVICT:
    case PLAN_EXPIRE:
    case PLAN_SCRIPT_FLUSH:
    case PLAN_FLUSHALL:
    case PLAN_MAXMEMORY: return true;
    }
    return false;
}

static bool has_address(const struct plan_address *address)
{
    return address->at_us != -1 || address->pattern || address->job || address->process ||
           address->chance_in != 0 || address->after_fault || address->gauge;
}

/* `f1:` */
static bool read_fault_name(struct reading *r, struct plan_fault *fault)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || token->text.length < 2) return true;
    struct fl_span name = {token->text.bytes, token->text.length - 1};
    if (name.bytes[name.length] != ':') return true;
    if (!reading_is_name(name, READING_NAME))
        return reading_problem(r, token, "a name for the fault, like f1:");
    const struct plan_fault *faults = r->faults.items;
    for (uint32_t i = 0; i + 1 < r->faults.count; i++)
        if (faults[i].name && fl_span_is(name, faults[i].name))
            return reading_problem(r, token, "a name that no other fault has");
    line_take(&r->line);
    fault->name = reading_copy(r, name);
    return fault->name != NULL;
}

/* --- faults of several parts --- */
static struct plan_fault *fault_at(struct reading *r, uint32_t index)
{
    return (struct plan_fault *)r->faults.items + index;
}

static struct plan_fault *add_fault(struct reading *r, bool sweep)
{
    struct plan_fault *fault = reading_add(r, &r->faults, sizeof *fault, PLAN_FAULTS_MAX);
    if (!fault) return NULL;
    fault->where = reading_where(r, &r->line.tokens[0]);
    fault->sweep = sweep;
    fault->times = 1;
    fault->restart_after_us = -1;
    fault->address.at_us = fault->address.after_us = -1;
    return fault;
}

static bool read_verb(struct reading *r, struct plan_fault *fault)
{
    int verb;
    if (!reading_word(r, &words_verbs, &verb)) return false;
    fault->verb = (enum plan_verb)verb;
    return read_verb_arguments(r, fault);
}

bool read_fault_verb(struct reading *r, bool sweep)
{
    struct plan_fault *fault = add_fault(r, sweep);
    return fault && read_verb(r, fault);
}

/* `with VERB ...`: memory that is about to fail is armed, it does not strike with anything. */
static bool read_with(struct reading *r, uint32_t first)
{
    while (line_at(&r->line, "with")) {
        const struct token *with = line_take(&r->line);
        struct plan_fault *part = add_fault(r, fault_at(r, first)->sweep);
        if (!part) return false;
        part->follows = true;
        part->where = reading_where(r, with); /* tells the parts apart */
        if (!read_verb(r, part)) return false;
        if (part->verb == PLAN_OOM || fault_at(r, first)->verb == PLAN_OOM)
            return reading_problem(r, with, "oom alone, without with");
    }
    return true;
}

bool read_fault_parts(struct reading *r, bool sweep)
{
    uint32_t first = r->faults.count;
    return read_fault_verb(r, sweep) && read_with(r, first);
}

/* Whether the process that meets the fault gets no further for a while, or ever. */
static bool holds_up(enum plan_verb verb)
{
    return verb == PLAN_KILL || verb == PLAN_OOMKILL || verb == PLAN_PAUSE || verb == PLAN_DELAY;
}

/* All parts strike where the first does; at an effect they strike one after another. */
static bool join_parts(struct reading *r, uint32_t first)
{
    const struct plan_fault *leader = fault_at(r, first);
    bool at_effect = reach_needs_effect(leader);
    for (uint32_t i = first + 1; i < r->faults.count; i++) {
        struct plan_fault *part = fault_at(r, i);
        if (!at_effect && reach_needs_effect(part))
            return reading_problem(r, &r->line.tokens[0], "when: a part of it needs an effect");
        if (at_effect && !part->second && holds_up(part[-1].verb))
            return reading_problem(r, &r->line.tokens[0],
                                   "kill, oomkill, pause and delay behind all other parts");
        part->address = leader->address;
        part->times = leader->times;
        part->restart_after_us = leader->restart_after_us;
    }
    return true;
}

bool read_fault_rest(struct reading *r, uint32_t first)
{
    struct plan_fault *fault = fault_at(r, first);
    fault->address.where = reading_where(r, line_peek(&r->line));
    fault->address.each_step = fault->sweep && fault->verb != PLAN_OOM && !fault->counts;
    if (!read_clauses(r, fault) || !join_parts(r, first)) return false;
    if (fault->address.until_us && !reach_needs_effect(fault))
        return reading_problem(r, &r->line.tokens[0], "when: until needs an effect");
    if (has_address(&fault->address) || !needs_address(fault->verb)) return true;
    return reading_problem(r, line_peek(&r->line), "when, at or p: where the fault strikes");
}

bool read_fault(struct reading *r)
{
    uint32_t first = r->faults.count;
    struct plan_fault *fault = add_fault(r, false);
    return fault && read_fault_name(r, fault) && read_verb(r, fault) && read_with(r, first) &&
           read_fault_rest(r, first);
}
