/* Where and how often a fault strikes: the clauses behind its verb. */
#include <string.h>

#include "core/time_text.h"
#include "harness/scenario/reading.h"

/* --- conditions --- */
static bool once(struct reading *r, const struct token *at, bool is_set)
{
    return !is_set || reading_problem(r, at, "each kind of condition once");
}

static bool read_pattern(struct reading *r, struct plan_address *address)
{
    const struct token *token = line_peek(&r->line);
    if (!once(r, token, address->pattern != NULL)) return false;
    if (token->kind != TOKEN_STRING)
        return reading_problem(r, token, "a pattern in quotes, like \"redis LPUSH *\"");
    return reading_text(r, "a pattern in quotes, like \"redis LPUSH *\"", &address->pattern);
}

static bool read_step(struct reading *r, struct plan_address *address)
{
    if (line_skip(&r->line, "*")) return true;
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_STRING)
        return reading_problem(r, token, "* or a pattern in quotes, like \"db COMMIT\"");
    return read_pattern(r, address);
}

/* 1st, 2nd, 3rd, 17th */
static bool read_ordinal(struct reading *r, uint32_t *ret_nth)
{
    const struct token *token = line_take(&r->line);
    static const char *const suffixes[] = {"st", "nd", "rd", "th"};
    if (token->kind == TOKEN_WORD && token->text.length > 2) {
        struct fl_span digits = {token->text.bytes, token->text.length - 2};
        struct fl_span suffix = {digits.bytes + digits.length, 2};
        long long nth;
        bool known = false;
        for (size_t i = 0; i < 4; i++)
            known |= fl_span_is(suffix, suffixes[i]);
        if (known && fl_span_int64(digits, &nth) && nth >= 1 && nth <= INT32_MAX) {
            *ret_nth = (uint32_t)nth;
            return true;
        }
    }
    return reading_problem(r, token, "which one: 1st, 2nd, 3rd, ...");
}

static bool read_command(struct reading *r, struct plan_address *address)
{
    const struct token *token = line_peek(&r->line);
    int64_t nth;
    if (!once(r, token, address->pattern != NULL)) return false;
    if (!reading_number(r, "a number from 1", 1, INT32_MAX, &nth)) return false;
    address->pattern = "redis *";
    address->nth = (uint32_t)nth;
    return true;
}

/* The `.7` of `imp-1#2.7`, `p1/fetch.7` and `web.7`, which is cut off: the effect's own number. A
 * job may have a point in its name, but not behind the #. */
static bool cut_ordinal(struct reading *r, const struct token *token, struct fl_span *name,
                        struct plan_address *address)
{
    const char *point = memrchr(name->bytes, '.', name->length);
    const char *mark = memrchr(name->bytes, '#', name->length);
    if (!mark) mark = memchr(name->bytes, '/', name->length);
    struct fl_span before = {name->bytes, point ? (size_t)(point - name->bytes) : 0};
    if (!point || (mark ? point < mark : !reading_is_process(before))) return true;
    struct fl_span digits = {point + 1, name->length - before.length - 1};
    long long ordinal;
    if (!fl_span_int64(digits, &ordinal) || ordinal < 1)
        return reading_problem(r, token,
                               "an effect's number from 1 after the point, like imp-1#2.7");
    if (!once(r, token, address->ordinal != 0)) return false;
    address->ordinal = (uint64_t)ordinal;
    *name = before;
    return true;
}

/* JOB or JOB#DELIVERY */
static bool read_job_address(struct reading *r, const struct token *token, struct fl_span job,
                             struct plan_address *address)
{
    const size_t whole = job.length;
    const char *hash = memchr(job.bytes, '#', job.length);
    long long delivery = 0;
    if (!once(r, token, address->job != NULL)) return false;
    if (hash) {
        job.length = (size_t)(hash - job.bytes);
        struct fl_span digits = {hash + 1, whole - job.length - 1};
        if (!fl_span_int64(digits, &delivery) || delivery < 1 || delivery > INT32_MAX)
            return reading_problem(r, token, "a delivery from 1 after the #");
    }
    if (!reading_is_name(job, READING_GLOB))
        return reading_problem_among(r, token, &words_conditions);
    address->job = reading_copy(r, job);
    address->delivery = (uint32_t)delivery;
    return address->job && reading_refer(r, token, REFERENCE_JOB, address->job);
}

/* PROCESS or PROCESS/ROLE */
static bool read_process_address(struct reading *r, const struct token *token,
                                 struct fl_span process, struct plan_address *address)
{
    const char *slash = memchr(process.bytes, '/', process.length);
    const size_t whole = process.length;
    if (!once(r, token, address->process != NULL)) return false;
    if (slash) {
        process.length = (size_t)(slash - process.bytes);
        struct fl_span role = {slash + 1, whole - process.length - 1};
        if (!reading_is_name(role, READING_GLOB))
            return reading_problem(r, token, "a role after the /, like p1/fetch");
        if (!fl_span_is(role, "*")) address->role = reading_copy(r, role);
    }
    if (!reading_is_process(process) && !fl_span_is(process, "*"))
        return reading_problem(r, token, "a process before the /: p1, p* or web");
    address->process = reading_copy(r, process);
    return address->process && reading_refer(r, token, REFERENCE_PROCESS, address->process);
}

static bool read_subject(struct reading *r, struct plan_address *address)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || token->quoted_from != SIZE_MAX)
        return reading_problem_among(r, token, &words_conditions);
    struct fl_span name = token->text;
    line_take(&r->line);
    if (!cut_ordinal(r, token, &name, address)) return false;
    if (memchr(name.bytes, '/', name.length) || reading_is_process(name))
        return read_process_address(r, token, name, address);
    return read_job_address(r, token, name, address);
}

static bool read_state(struct reading *r, struct plan_address *address)
{
    return once(r, line_peek(&r->line), address->gauge != NULL) && read_gauge(r, &address->gauge);
}

static bool read_condition(struct reading *r, struct plan_address *address)
{
    if (reading_at_gauge(r)) return read_state(r, address);
    if (line_peek(&r->line)->kind == TOKEN_STRING) return read_pattern(r, address);
    if (line_skip(&r->line, "step")) return read_step(r, address);
    if (line_skip(&r->line, "cmd")) return read_command(r, address);
    if (line_skip(&r->line, "the"))
        return read_ordinal(r, &address->nth) && read_pattern(r, address);
    return read_subject(r, address);
}

/* `when A and B`; step, the and cmd may follow a subject without `and`. */
static bool read_conditions(struct reading *r, struct plan_address *address)
{
    if (!read_condition(r, address)) return false;
    for (;;) {
        const struct line *line = &r->line;
        bool joined = line_skip(&r->line, "and");
        if (joined && (line_at(line, "p") || line_at(line, "at"))) return true;
        if (!joined && !line_at(line, "step") && !line_at(line, "the") && !line_at(line, "cmd"))
            return true;
        if (!read_condition(r, address)) return false;
    }
}

/* --- clauses --- */
static bool read_chance(struct reading *r, struct plan_address *address)
{
    const struct token *token = line_peek(&r->line);
    const char *what = "a chance, like 1/50";
    if (!reading_ratio(r, what, INT32_MAX, &address->chance_of, &address->chance_in)) return false;
    return address->chance_of <= address->chance_in || reading_problem(r, token, what);
}

static bool read_until(struct reading *r, struct plan_address *address)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_offset(r, &address->until_us)) return false;
    return address->until_us > 0 || reading_problem(r, token, "a time behind the start, like +5m");
}

static bool read_times(struct reading *r, struct plan_fault *fault)
{
    int64_t times = 0;
    if (!line_skip(&r->line, "always") &&
        !reading_number(r, "a number from 1, or always", 1, INT32_MAX, &times))
        return false;
    fault->times = (uint32_t)times;
    return true;
}

static bool read_restart(struct reading *r, const struct token *at, struct plan_fault *fault)
{
    bool ends = false;
    const struct plan_fault *end = (const struct plan_fault *)r->faults.items + r->faults.count;
    for (const struct plan_fault *part = fault; part < end;
         part++) /* itself, and what is with it */
        ends |= part->verb == PLAN_KILL || part->verb == PLAN_OOMKILL || part->verb == PLAN_TERM ||
                part->verb == PLAN_QUIET || part->verb == PLAN_RETIRE || part->verb == PLAN_OOM ||
                part->verb == PLAN_DEPLOY || part->verb == PLAN_TEAR;
    if (!ends)
        return reading_problem(
            r, at, "restart only behind kill, oomkill, term, quiet, retire, deploy, tear or oom");
    return reading_expect(r, "after") &&
           reading_duration(r, "a duration, like 5s", &fault->restart_after_us);
}

/* `2s after fault f1` */
static bool read_after_fault(struct reading *r, struct plan_address *address)
{
    if (!reading_duration(r, "a duration, like 2s", &address->after_us)) return false;
    if (!reading_expect(r, "after") || !reading_expect(r, "fault")) return false;
    const struct token *token = line_peek(&r->line);
    return reading_name(r, "the name of a fault", READING_NAME, &address->after_fault) &&
           reading_refer(r, token, REFERENCE_FAULT, address->after_fault);
}

static bool read_clause(struct reading *r, struct plan_fault *fault, uint32_t *seen)
{
    const struct token *token = line_peek(&r->line);
    struct plan_address *address = &fault->address;
    int clause;
    int64_t ignored;
    if (token->kind == TOKEN_WORD && fl_duration_parse(token->text, &ignored) == FL_OK)
        return read_after_fault(r, address);
    if (!reading_option(r, &words_clauses, seen, &clause)) return false;
    switch ((enum word_clause)clause) {
    case WORD_CLAUSE_WHEN: return read_conditions(r, address);
    case WORD_CLAUSE_AT: return reading_offset(r, &address->at_us);
    case WORD_CLAUSE_UNTIL: return read_until(r, address);
    case WORD_CLAUSE_CHANCE: return read_chance(r, address);
    case WORD_CLAUSE_BEFORE: address->moment = PLAN_BEFORE; return true;
    case WORD_CLAUSE_AFTER: address->moment = PLAN_AFTER; return true;
    case WORD_CLAUSE_BEFORE_AFTER: address->moment = PLAN_BEFORE_AND_AFTER; return true;
    case WORD_CLAUSE_TIMES: return read_times(r, fault);
    case WORD_CLAUSE_RESTART: return read_restart(r, token, fault);
    case WORD_CLAUSE_AND: *seen &= ~(UINT32_C(1) << WORD_CLAUSE_AND); return true;
    case WORD_CLAUSE_WITH:
        return reading_problem(r, token, "with VERB before when, at and all other clauses");
    case WORD_CLAUSE_AFTER_FAULT: return false; /* two words, so no token is it */
    }
    return false;
}

bool read_clauses(struct reading *r, struct plan_fault *fault)
{
    uint32_t seen = 0;
    while (line_peek(&r->line)->kind != TOKEN_END)
        if (!read_clause(r, fault, &seen)) return false;
    return true;
}
