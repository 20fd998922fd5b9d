/* `zcard(retry) = 3`: what Redis or the database hold at a moment, as a condition or a claim. */
#include <string.h>

#include "core/time_text.h"
#include "harness/scenario/reading.h"

bool reading_at_gauge(const struct reading *r)
{
    const struct token *token = line_peek(&r->line);
    return token->kind == TOKEN_WORD && token->text.length > 1 && token->quoted_from != 0 &&
           memchr(token->text.bytes + 1, '(', token->text.length - 1);
}

static bool has_field(enum plan_measure measure)
{
    return measure == PLAN_GAUGE_HGET || measure == PLAN_GAUGE_SISMEMBER;
}

static bool is_text(enum plan_measure measure)
{
    return measure == PLAN_GAUGE_GET || measure == PLAN_GAUGE_HGET;
}

/* What stands in the parentheses: a key, with a field behind a comma where the measure has one. */
static bool read_inside(struct reading *r, const struct token *at, struct fl_span inside,
                        struct plan_gauge *gauge)
{
    const char *comma = memchr(inside.bytes, ',', inside.length);
    struct fl_span key = inside;
    if (has_field(gauge->measure)) {
        if (!comma || comma == inside.bytes || comma + 1 == inside.bytes + inside.length)
            return reading_problem(r, at, "a key and a member or field with a comma between them");
        key.length = (size_t)(comma - inside.bytes);
        struct fl_span field = {comma + 1, inside.length - key.length - 1};
        gauge->field = reading_copy(r, field);
        if (!gauge->field) return false;
    }
    if (gauge->measure == PLAN_GAUGE_ROWS && !reading_is_name(key, READING_NAME))
        return reading_problem(r, at, "the name of a table");
    if (!key.length || memchr(inside.bytes, '\0', inside.length))
        return reading_problem(r, at, "a key in the parentheses, without NUL bytes");
    gauge->key = reading_copy(r, key);
    return gauge->key != NULL;
}

static bool read_measure(struct reading *r, struct plan_gauge *gauge)
{
    const struct token *token = line_peek(&r->line);
    const char *open = memchr(token->text.bytes, '(', token->text.length);
    struct token name = *token;
    name.text.length = (size_t)(open - token->text.bytes);
    const struct word *word = words_find(&words_gauges, name.text);
    if (!word) return reading_problem_among(r, &name, &words_gauges);
    gauge->measure = (enum plan_measure)word->value;
    struct fl_span inside = {open + 1, token->text.length - name.text.length - 1};
    if (!inside.length || inside.bytes[inside.length - 1] != ')')
        return reading_problem(r, token, "a ) at the end, like zcard(retry)");
    inside.length--;
    line_take(&r->line);
    if (!read_inside(r, token, inside, gauge)) return false;
    return gauge->measure != PLAN_GAUGE_ROWS ||
           reading_pairs(r, READING_PAIRS_CONTAIN, &gauge->columns, &gauge->column_count);
}

static bool read_value_of_text(struct reading *r, struct plan_gauge *gauge)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_END || memchr(token->text.bytes, '\0', token->text.length))
        return reading_problem(r, token, "a text");
    line_take(&r->line);
    gauge->text = token->text.bytes;
    return true;
}

static bool read_relation(struct reading *r, struct plan_gauge *gauge)
{
    const struct token *token = line_peek(&r->line);
    int relation;
    if (!reading_word(r, &words_relations, &relation)) return false;
    gauge->relation = (enum plan_relation)relation;
    bool of_texts = is_text(gauge->measure) && (gauge->relation == PLAN_RELATION_EQUAL ||
                                                gauge->relation == PLAN_RELATION_UNEQUAL ||
                                                gauge->relation == PLAN_RELATION_CONTAINS);
    if (of_texts) return read_value_of_text(r, gauge);
    if (gauge->relation == PLAN_RELATION_CONTAINS)
        return reading_problem(r, token, "= != < <= > or >=: this is a number");
    if (gauge->measure == PLAN_GAUGE_TTL)
        return reading_duration(r, "a duration, like 30s", &gauge->number);
    return reading_number(r, "a number", INT64_MIN, INT64_MAX, &gauge->number);
}

bool read_gauge(struct reading *r, const struct plan_gauge **ret_gauge)
{
    struct plan_gauge *gauge = fl_arena_alloc(&r->plan->arena, sizeof *gauge);
    if (!gauge) {
        r->err = FL_ENOMEM;
        return false;
    }
    if (!reading_at_gauge(r)) return reading_problem_among(r, line_peek(&r->line), &words_gauges);
    *gauge = (struct plan_gauge){.where = reading_where(r, line_peek(&r->line))};
    if (!read_measure(r, gauge) || !read_relation(r, gauge)) return false;
    *ret_gauge = gauge;
    return true;
}
