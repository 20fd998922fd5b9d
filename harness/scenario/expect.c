/* `expect CLAIM`: what must hold at the end. */
#include <string.h>

#include "harness/scenario/reading.h"

static bool read_of_job(struct reading *r, struct plan_expect *expect)
{
    return reading_expect(r, "of") && reading_job(r, &expect->job);
}

static bool read_count(struct reading *r, struct plan_expect *expect)
{
    return reading_compare(r, READING_COUNTS, &expect->compare, &expect->number);
}

/* `gap of JOB 1..2 in 15s..40s` */
static bool read_gap(struct reading *r, struct plan_expect *expect)
{
    if (!read_of_job(r, expect)) return false;
    const struct token *token = line_take(&r->line);
    struct fl_span low, high;
    long long from, to;
    if (token->kind != TOKEN_WORD || !reading_split_range(token->text, &low, &high) ||
        !fl_span_int64(low, &from) || !fl_span_int64(high, &to) || from < 1 || to <= from ||
        to > INT32_MAX)
        return reading_problem(r, token, "two runs with .. between them, like 1..2");
    expect->gap_from = (uint32_t)from;
    expect->gap_to = (uint32_t)to;
    return reading_expect(r, "in") && reading_span(r, &expect->low_us, &expect->high_us);
}

static bool read_quoted(struct reading *r, const char *what, const char **ret_text)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_STRING) return reading_problem(r, token, what);
    return reading_text(r, what, ret_text);
}

static bool read_effect(struct reading *r, struct plan_expect *expect)
{
    if (!read_quoted(r, "a pattern in quotes, like \"mail *\"", &expect->text)) return false;
    if (!read_count(r, expect)) return false;
    if (!line_skip(&r->line, "for")) return true;
    expect->for_each_job = true;
    return reading_expect(r, "each") && reading_expect(r, "job");
}

static bool read_db(struct reading *r, struct plan_expect *expect)
{
    if (!reading_name(r, "the name of a table", READING_NAME, &expect->text)) return false;
    if (!reading_pairs(r, READING_PAIRS_CONTAIN, &expect->columns, &expect->column_count))
        return false;
    const struct token *token = line_peek(&r->line);
    if (line_skip(&r->line, "count")) {
        expect->has_count = true;
        long long ignored;
        token = line_peek(&r->line);
        if (token->kind != TOKEN_WORD || !fl_span_int64(token->text, &ignored))
            return read_count(r, expect);
        return reading_number(r, "a number of rows", 0, INT64_MAX, &expect->number);
    }
    if (token->kind != TOKEN_END || expect->column_count == 0)
        return reading_problem(r, token, "COLUMN=VALUE, COLUMN~TEXT or count N");
    return true;
}

/* `redis ZCARD dead = 0`: the last = divides. */
static bool read_redis(struct reading *r, struct plan_expect *expect)
{
    struct list argv = {0};
    struct line *line = &r->line;
    uint32_t divider = line->count;
    for (uint32_t i = line->next; i < line->count; i++)
        if (token_is(&line->tokens[i], "=")) divider = i;
    while (line->next < divider) {
        const char **item = reading_add(r, &argv, sizeof *item, LINE_TOKENS_MAX);
        if (!item || !reading_text(r, "a word of the command", item)) return false;
    }
    expect->argv = (const char *const *)argv.items;
    expect->argc = argv.count;
    if (argv.count == 0 || divider == line->count)
        return reading_problem(r, line_peek(line), "a Redis command, = and its answer");
    line_take(line);
    const struct token *token = line_take(line);
    if (token->kind == TOKEN_END || memchr(token->text.bytes, '\0', token->text.length))
        return reading_problem(r, token, "the answer as text");
    expect->text = token->text.bytes;
    return true;
}

static bool read_memory(struct reading *r, struct plan_expect *expect)
{
    return reading_expect(r, "of") && reading_process(r, &expect->text) &&
           reading_compare(r, READING_SIZES, &expect->compare, &expect->number);
}

/* --- one job or process --- */
static bool read_starts(struct reading *r, struct plan_expect *expect)
{
    if (line_skip(&r->line, "before")) {
        expect->kind = PLAN_EXPECT_ORDER;
        return reading_job(r, &expect->other_job);
    }
    expect->kind = PLAN_EXPECT_STARTS;
    if (!line_skip(&r->line, "in")) return reading_problem(r, line_peek(&r->line), "in or before");
    return reading_span(r, &expect->low_us, &expect->high_us);
}

static bool read_ends(struct reading *r, struct plan_expect *expect)
{
    expect->kind = PLAN_EXPECT_ENDS;
    return reading_expect(r, "in") && reading_span(r, &expect->low_us, &expect->high_us);
}

static bool read_exits(struct reading *r, struct plan_expect *expect)
{
    expect->kind = PLAN_EXPECT_EXIT;
    return reading_process(r, &expect->text) && reading_expect(r, "exits") &&
           reading_number(r, "an exit status from 0 to 255", 0, 255, &expect->number);
}

static bool read_job_claim(struct reading *r, struct plan_expect *expect)
{
    const struct token *subject = line_peek(&r->line);
    int claim;
    if (subject->kind == TOKEN_WORD && reading_is_process(subject->text))
        return read_exits(r, expect);
    /* A line that knows neither its first word nor its second is a misspelt claim. */
    const struct token *second = &r->line.tokens[r->line.next + (subject->kind != TOKEN_END)];
    if (subject->kind == TOKEN_END || !reading_is_name(subject->text, READING_GLOB) ||
        (!words_find(&words_states, second->text) && words_nearest(&words_expects, subject->text)))
        return reading_problem_among(r, subject, &words_expects);
    if (!reading_job(r, &expect->job) || !reading_word(r, &words_states, &claim)) return false;
    if (claim == WORD_JOB_STARTS) return read_starts(r, expect);
    if (claim == WORD_JOB_ENDS) return read_ends(r, expect);
    if (claim == WORD_JOB_EXITS) return reading_problem(r, subject, "a process: p1, p2, ...");
    expect->kind = PLAN_EXPECT_JOB;
    expect->state = (enum plan_job_state)claim;
    return true;
}

static bool read_class(struct reading *r, struct plan_expect *expect)
{
    int class;
    if (!reading_word(r, &words_classes, &class)) return false;
    expect->class = (enum plan_class) class;
    return true;
}

static bool read_gauge_claim(struct reading *r, struct plan_expect *expect)
{
    expect->kind = PLAN_EXPECT_GAUGE;
    return read_gauge(r, &expect->gauge);
}

/* `jobs lost = 0` */
static bool read_account(struct reading *r, struct plan_expect *expect)
{
    int account;
    if (!reading_word(r, &words_accounts, &account)) return false;
    expect->account = (enum plan_account)account;
    return read_count(r, expect);
}

static bool read_jobs(struct reading *r, struct plan_expect *expect)
{
    if (line_at(&r->line, "of")) {
        expect->kind = PLAN_EXPECT_JOBS;
        return read_of_job(r, expect) && read_count(r, expect);
    }
    expect->kind = PLAN_EXPECT_ACCOUNT;
    return read_account(r, expect);
}

static bool read_claim(struct reading *r, struct plan_expect *expect)
{
    const struct token *token = line_peek(&r->line);
    const struct word *word = NULL;
    if (token->kind == TOKEN_WORD && token->quoted_from == SIZE_MAX)
        word = words_find(&words_expects, token->text);
    if (reading_at_gauge(r)) return read_gauge_claim(r, expect);
    if (!word) return read_job_claim(r, expect);
    line_take(&r->line);
    switch ((enum word_expect)word->value) {
    case WORD_EXPECT_RUNS:
        expect->kind = PLAN_EXPECT_RUNS;
        return read_of_job(r, expect) && read_count(r, expect);
    case WORD_EXPECT_DELIVERIES:
        expect->kind = PLAN_EXPECT_DELIVERIES;
        return read_of_job(r, expect) && read_count(r, expect);
    case WORD_EXPECT_GAP: expect->kind = PLAN_EXPECT_GAP; return read_gap(r, expect);
    case WORD_EXPECT_EFFECT: expect->kind = PLAN_EXPECT_EFFECT; return read_effect(r, expect);
    case WORD_EXPECT_DB: expect->kind = PLAN_EXPECT_DB; return read_db(r, expect);
    case WORD_EXPECT_LOG:
        expect->kind = PLAN_EXPECT_LOG;
        return read_quoted(r, "a text in quotes", &expect->text) && read_count(r, expect);
    case WORD_EXPECT_REDIS: expect->kind = PLAN_EXPECT_REDIS; return read_redis(r, expect);
    case WORD_EXPECT_STATE:
        expect->kind = PLAN_EXPECT_STATE;
        return reading_expect(r, "same-as") && reading_expect(r, "reference");
    case WORD_EXPECT_DRAINED:
        expect->kind = PLAN_EXPECT_DRAINED;
        return reading_expect(r, "within") &&
               reading_duration(r, "a duration, like 5m", &expect->high_us);
    case WORD_EXPECT_MEMORY: expect->kind = PLAN_EXPECT_MEMORY; return read_memory(r, expect);
    case WORD_EXPECT_FAIR:
        expect->fair = true;
        return read_claim(r, expect) &&
               (!expect->always || reading_problem(r, token, "a claim on the end of a run"));
    case WORD_EXPECT_ALWAYS: expect->always = true; return read_gauge_claim(r, expect);
    case WORD_EXPECT_JOBS: return read_jobs(r, expect);
    case WORD_EXPECT_LINEARIZABLE:
        expect->kind = PLAN_EXPECT_LINEARIZABLE;
        return reading_text(r, "a key, or a pattern of keys", &expect->text);
    case WORD_EXPECT_EXCLUSIVE:
        expect->kind = PLAN_EXPECT_EXCLUSIVE;
        return reading_text(r, "a key, or a pattern of keys", &expect->text);
    case WORD_EXPECT_RELEASED:
        expect->kind = PLAN_EXPECT_RELEASED;
        return reading_text(r, "a key, or a pattern of keys", &expect->text);
    case WORD_EXPECT_STATELESS: expect->kind = PLAN_EXPECT_STATELESS; return true;
    case WORD_EXPECT_CLASS: expect->kind = PLAN_EXPECT_CLASS; return read_class(r, expect);
    }
    return false;
}

static struct plan_expect *read_either(struct reading *r)
{
    struct plan_expect *expect = reading_add(r, &r->expects, sizeof *expect, PLAN_LINES_MAX);
    if (!expect) return NULL;
    expect->where = reading_where(r, &r->line.tokens[0]);
    expect->source = reading_copy(r, line_trimmed(r->line.source));
    return expect->source && read_claim(r, expect) && reading_end(r, NULL) ? expect : NULL;
}

bool read_expect(struct reading *r)
{
    return read_either(r) != NULL;
}

bool read_sometimes(struct reading *r)
{
    struct plan_expect *expect = read_either(r);
    if (!expect) return false;
    expect->sometimes = true;
    if (expect->always)
        return reading_problem(r, &r->line.tokens[1], "a claim on the end of a run, or expect");
    return expect->kind != PLAN_EXPECT_CLASS ||
           reading_problem(r, &r->line.tokens[0], "expect: a class is no matter of one run");
}
