/* `repeat i 1..3` ... `end`: the lines between them are read once for each number. The numbers are
 * a setting, so whatever a line can say of a setting it can say of them; blocks do not nest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/scenario/reading.h"

static bool read_number_range(struct reading *r, uint64_t *ret_low, uint64_t *ret_high)
{
    static const char what[] = "two numbers with .. between them, like 1..10";
    const struct token *token = line_peek(&r->line);
    struct fl_span low, high;
    long long first, last;
    if (token->kind != TOKEN_WORD || !reading_split_range(token->text, &low, &high) ||
        !fl_span_int64(low, &first) || !fl_span_int64(high, &last) || first < 0 || last < first)
        return reading_problem(r, token, what);
    line_take(&r->line);
    *ret_low = (uint64_t)first;
    *ret_high = (uint64_t)last;
    return true;
}

/* The lines that follow find the number under its name. */
static bool set_number(struct reading *r, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    r->repetition.number = number;
    r->repetition.setting->value = reading_copy(r, fl_span_from(digits));
    return r->repetition.setting->value != NULL;
}

bool read_repeat(struct reading *r)
{
    struct repetition *repetition = &r->repetition;
    const struct token *at = &r->line.tokens[0];
    const char *name;
    uint64_t low = 0;
    int64_t step = 1;
    if (repetition->setting) return reading_problem(r, at, "end: a repeat has no other inside");
    if (!reading_setting_name(r, &name) || !read_number_range(r, &low, &repetition->last))
        return false;
    if (line_skip(&r->line, "step") && !reading_number(r, "a step from 1", 1, INT32_MAX, &step))
        return false;
    if (!reading_end(r, NULL)) return false;
    struct line_setting *setting = fl_arena_alloc(&r->plan->arena, sizeof *setting);
    if (!setting) {
        r->err = FL_ENOMEM;
        return false;
    }
    *setting = (struct line_setting){.next = r->settings, .name = name};
    r->settings = repetition->setting = setting;
    repetition->step = (uint64_t)step;
    repetition->where = reading_where(r, at);
    repetition->begun = true;
    return set_number(r, low);
}

/* Settings that the block has made are its own: the next time it makes them anew. */
bool read_end(struct reading *r)
{
    if (!r->repetition.setting)
        return reading_problem(r, &r->line.tokens[0], "a repeat above, which this would end");
    if (!reading_end(r, NULL)) return false;
    r->repetition.ended = true;
    return true;
}

void repeat_follow(struct reading *r, struct fl_span *text)
{
    struct repetition *repetition = &r->repetition;
    if (repetition->begun) {
        repetition->begun = false;
        repetition->body = *text;
        repetition->body_line = r->line.number;
    }
    if (!repetition->ended) return;
    repetition->ended = false;
    r->settings = repetition->setting;
    bool more = repetition->last - repetition->number >= repetition->step;
    if (more && r->problems.count == 0) { /* each mistake is told once */
        if (!set_number(r, repetition->number + repetition->step)) return;
        *text = repetition->body;
        r->line.number = repetition->body_line;
        return;
    }
    r->settings = repetition->setting->next;
    repetition->setting = NULL;
}

void repeat_check(struct reading *r)
{
    if (!r->repetition.setting || r->err) return;
    problems_add(&r->problems, r->repetition.where.line, r->repetition.where.column,
                 "a line `end` below", FL_SPAN("repeat"), NULL);
    r->repetition = (struct repetition){0};
}
