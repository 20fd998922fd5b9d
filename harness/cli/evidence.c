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

static enum fl_error append_line(struct fl_buf *out, const char *who, struct fl_span line)
{
    if (line.length == 0) return fl_buf_printf(out, "%s  (the trace ends)\n", who);
    return fl_buf_printf(out, "%s  %.*s\n", who, FL_SPAN_ARGS(line));
}

enum fl_error evidence_of_traces(struct fl_span a, struct fl_span b, struct fl_buf *out)
{
    uint64_t number = 1;
    while (a.length || b.length) {
        struct fl_span left = take_line(&a), right = take_line(&b);
        if (fl_span_equal(left, right)) {
            number++;
            continue;
        }
        enum fl_error err =
            fl_buf_printf(out, "first difference at event %llu:\n", (unsigned long long)number);
        if (!err) err = append_line(out, "one play  ", left);
        return err ? err : append_line(out, "the other ", right);
    }
    return fl_buf_append_text(out, "played twice more, the traces were the same\n");
}
