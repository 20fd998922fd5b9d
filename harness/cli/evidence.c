#include "harness/cli/evidence.h"

#include <string.h>

static enum fl_error append_crash(const struct pool_answer *answer, struct fl_buf *out)
{
    const struct pool_note *note = &answer->note;
    if (note->symbol[0])
        return fl_buf_printf(out, "found     a call of %s, which no handler may make",
                             note->symbol);
    if (note->stack_overflow) return fl_buf_append_text(out, "found     a stack overflow");
    if (answer->signal) {
        const char *name = sigabbrev_np(answer->signal);
        return fl_buf_printf(out, "found     SIG%s", name ? name : "?");
    }
    return fl_buf_printf(out, "found     the end of its process, with status %d", answer->status);
}

static const char hung[] = "expected  a handler that comes to an end\n";

bool evidence_is_of_hang(struct fl_span text)
{
    return fl_span_starts(text, fl_span_from(hung));
}

static enum fl_error append_last_effect(const struct pool_note *note, struct fl_buf *out)
{
    if (!note->effect[0]) return fl_buf_append_text(out, ", before any effect");
    return fl_buf_printf(out, ", after %.*s", (int)sizeof note->effect - 1, note->effect);
}

enum fl_error evidence_of_death(const struct pool_answer *answer, struct fl_buf *out)
{
    enum fl_error err;
    if (answer->death == POOL_HUNG) {
        err = fl_buf_printf(out, "%sfound     no effect for too long in real time", hung);
    } else {
        err = fl_buf_append_text(out, "expected  a handler that returns\n");
        if (!err) err = append_crash(answer, out);
    }
    if (!err && answer->note.where[0])
        err =
            fl_buf_printf(out, " in %.*s", (int)sizeof answer->note.where - 1, answer->note.where);
    if (err) return err;
    err = append_last_effect(&answer->note, out);
    if (!err && answer->note.remedy[0])
        err = fl_buf_printf(out, "\ninstead   %.*s", (int)sizeof answer->note.remedy - 1,
                            answer->note.remedy);
    return err;
}

static bool differs(const struct run_item *a, const struct run_item *b)
{
    return a->verdict != b->verdict || a->trace_hash[0] != b->trace_hash[0] ||
           a->trace_hash[1] != b->trace_hash[1];
}

const struct run_item *evidence_difference(const struct run_answer *a, const struct run_answer *b)
{
    const struct run_answer *longer = a->item_count > b->item_count ? a : b;
    uint32_t both = longer == a ? b->item_count : a->item_count;
    for (uint32_t i = 0; i < both; i++)
        if (differs(&a->items[i], &b->items[i])) return &a->items[i];
    return longer->item_count > both ? &longer->items[both] : NULL;
}

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    struct fl_span line = {text->bytes, end ? (size_t)(end - text->bytes) : text->length};
    size_t used = line.length + (end ? 1 : 0);
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

/* --- where two plays part --- */
enum { LINES_SHOWN = 3 };

struct parting {
    struct fl_span before[LINES_SHOWN]; /* what both have last, oldest first */
    uint32_t before_count;
    uint64_t number;           /* of the line that differs, from 1 */
    struct fl_span one, other; /* the rest of both, from there on; empty: the end */
};

/* False: they are the same. */
static bool find_parting(struct fl_span one, struct fl_span other, struct parting *ret_parting)
{
    *ret_parting = (struct parting){.number = 1};
    while (one.length || other.length) {
        struct fl_span left = one, right = other;
        struct fl_span line = take_line(&left);
        if (!one.length || !other.length || !fl_span_equal(line, take_line(&right))) {
            ret_parting->one = one;
            ret_parting->other = other;
            return true;
        }
        if (ret_parting->before_count == LINES_SHOWN)
            memmove(ret_parting->before, ret_parting->before + 1, (LINES_SHOWN - 1) * sizeof line);
        else
            ret_parting->before_count++;
        ret_parting->before[ret_parting->before_count - 1] = line;
        ret_parting->number++;
        one = left;
        other = right;
    }
    return false;
}

static enum fl_error append_lines(struct fl_buf *out, const char *who, struct fl_span rest)
{
    enum fl_error err = FL_OK;
    if (!rest.length) return fl_buf_printf(out, "%s  (the trace ends)\n", who);
    for (int i = 0; i < LINES_SHOWN && rest.length && !err; i++) {
        struct fl_span line = take_line(&rest);
        err = fl_buf_printf(out, "%s  %.*s\n", who, FL_SPAN_ARGS(line));
    }
    return err;
}

static enum fl_error append_events(const struct parting *parting, struct fl_buf *out)
{
    enum fl_error err = fl_buf_printf(out, "first difference at event %llu:\n",
                                      (unsigned long long)parting->number);
    for (uint32_t i = 0; i < parting->before_count && !err; i++)
        err = fl_buf_printf(out, "both plays  %.*s\n", FL_SPAN_ARGS(parting->before[i]));
    if (!err) err = append_lines(out, "one play  ", parting->one);
    return err ? err : append_lines(out, "the other ", parting->other);
}

/* Draws are recorded in the order in which they were made. */
static enum fl_error append_draws(struct fl_span one, struct fl_span other, struct fl_buf *out)
{
    struct parting parting;
    if (!find_parting(one, other, &parting)) return FL_OK;
    struct fl_span left = take_line(&parting.one), right = take_line(&parting.other);
    const struct fl_span none = FL_SPAN("none");
    return fl_buf_printf(
        out, "first draw that differs, the %llu.: %.*s in one play, %.*s in the other\n",
        (unsigned long long)parting.number, FL_SPAN_ARGS(left.length ? left : none),
        FL_SPAN_ARGS(right.length ? right : none));
}

/* "p1 57 j#1.2 mail" cut into its process, its number and the rest. */
static struct fl_span cut_word(struct fl_span *line)
{
    const char *blank = line->length ? memchr(line->bytes, ' ', line->length) : NULL;
    struct fl_span word = {line->bytes, blank ? (size_t)(blank - line->bytes) : line->length};
    size_t used = word.length + (blank ? 1 : 0);
    *line = (struct fl_span){line->bytes + used, line->length - used};
    return word;
}

static enum fl_error append_allocations(struct fl_span one, struct fl_span other,
                                        struct fl_buf *out)
{
    struct parting parting;
    if (!find_parting(one, other, &parting)) return FL_OK;
    struct fl_span left = take_line(&parting.one), right = take_line(&parting.other);
    struct fl_span process = cut_word(&left), same = cut_word(&right);
    struct fl_span here = cut_word(&left), there = cut_word(&right);
    if (!fl_span_equal(process, same) || !fl_span_equal(left, right))
        return fl_buf_append_text(out, "allocations are as many in both until there\n");
    return fl_buf_printf(out,
                         "allocations of %.*s differ first by the end of %.*s: %.*s in one play, "
                         "%.*s in the other\n",
                         FL_SPAN_ARGS(process), FL_SPAN_ARGS(left), FL_SPAN_ARGS(here),
                         FL_SPAN_ARGS(there));
}

enum fl_error evidence_of_plays(const struct run_item *a, const struct run_item *b,
                                struct fl_buf *out)
{
    struct parting parting;
    if (!find_parting(a->trace, b->trace, &parting))
        return fl_buf_append_text(out, "played twice more, the traces were the same\n");
    enum fl_error err = append_events(&parting, out);
    if (!err) err = append_draws(a->choices, b->choices, out);
    return err ? err : append_allocations(a->allocations, b->allocations, out);
}
