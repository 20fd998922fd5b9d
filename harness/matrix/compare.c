/* Three things are compared: what the outside has got, the state line by line, and how the jobs
 * ended. Lines of a state belong to a group, the first two words ("db users", "redis notes"): a
 * group with lines too few has lost some, with lines too many got some twice, with both it differs.
 */
#include "harness/matrix/compare.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { LINE_SHOWN = 160 };

struct comparison {
    const struct matrix_end *reference, *found;
    struct fl_buf *out;
    unsigned cells;
};

/* --- who wrote it --- */

static bool contains(struct fl_span text, struct fl_span part)
{
    return part.length && text.length >= part.length &&
           memmem(text.bytes, text.length, part.bytes, part.length) != NULL;
}

static struct fl_span word_at(struct fl_span line, size_t index)
{
    for (;;) {
        const char *blank = line.length ? memchr(line.bytes, ' ', line.length) : NULL;
        size_t length = blank ? (size_t)(blank - line.bytes) : line.length;
        if (index-- == 0) return (struct fl_span){line.bytes, length};
        if (!blank) return (struct fl_span){"", 0};
        line = (struct fl_span){line.bytes + length + 1, line.length - length - 1};
    }
}

/* A line "db TABLE ...", "redis KEY ...", "mail RECEIVER ...", "http METHOD URL". */
static bool writes(const struct run_effect *effect, struct fl_span line)
{
    struct fl_span kind = word_at(line, 0), thing = word_at(line, 1);
    struct fl_span verb = word_at(effect->what, 1);
    if (!effect->applied || !fl_span_equal(word_at(effect->what, 0), kind)) return false;
    if (fl_span_is(kind, "db"))
        return fl_span_equal(word_at(effect->what, 2), thing) && !fl_span_is(verb, "SELECT");
    if (fl_span_is(kind, "http"))
        return fl_span_equal(verb, thing) && contains(effect->detail, word_at(line, 2));
    return contains(effect->detail, thing);
}

static const struct run_effect *last_writer(const struct run_facts *facts, struct fl_span line)
{
    for (uint32_t i = facts->effect_count; i-- > 0;)
        if (writes(&facts->effects[i], line)) return &facts->effects[i];
    return NULL;
}

static void show(struct comparison *c, char sign, struct fl_span line)
{
    const struct matrix_end *end = sign == '-' ? c->reference : c->found;
    const struct run_effect *writer = last_writer(end->facts, line);
    size_t length = line.length < LINE_SHOWN ? line.length : LINE_SHOWN;
    enum fl_error err = fl_buf_printf(c->out, "%c %.*s", sign, (int)length, line.bytes);
    if (!err && writer)
        err = fl_buf_printf(c->out, "    %s %.*s.%llu %.*s", sign == '-' ? "undisturbed" : "by",
                            FL_SPAN_ARGS(writer->who), (unsigned long long)writer->ordinal,
                            FL_SPAN_ARGS(writer->what));
    if (!err) err = fl_buf_append_char(c->out, '\n');
    (void)err; /* a report that does not fit is cut */
}

/* --- what the outside has got --- */

static uint32_t total(const struct run_facts *facts, struct fl_span what)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < facts->receipt_count; i++)
        if (fl_span_equal(facts->receipts[i].what, what)) sum += facts->receipts[i].count;
    return sum;
}

/* How many that the receiver cannot take for repeats: distinct keys, and each without a key. */
static uint32_t told_apart(const struct run_facts *facts, struct fl_span what)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < facts->receipt_count; i++) {
        const struct run_receipt *receipt = &facts->receipts[i];
        if (fl_span_equal(receipt->what, what)) sum += receipt->key.length ? 1 : receipt->count;
    }
    return sum;
}

/* The first receipt of its kind stands for all of them. */
static bool is_first(const struct run_facts *facts, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (fl_span_equal(facts->receipts[i].what, facts->receipts[index].what)) return false;
    return true;
}

static void compare_receipt(struct comparison *c, struct fl_span what)
{
    const struct run_facts *before = c->reference->facts, *now = c->found->facts;
    if (told_apart(now, what) > told_apart(before, what))
        c->cells |= MATRIX_DUPLICATE;
    else if (told_apart(now, what) < told_apart(before, what))
        c->cells |= MATRIX_LOST;
    else if (total(now, what) > total(before, what))
        c->cells |= MATRIX_REPEATED;
    else
        return;
    show(c, total(now, what) > total(before, what) ? '+' : '-', what);
}

static void compare_receipts(struct comparison *c)
{
    const struct run_facts *before = c->reference->facts, *now = c->found->facts;
    for (uint32_t i = 0; i < before->receipt_count; i++)
        if (is_first(before, i)) compare_receipt(c, before->receipts[i].what);
    for (uint32_t i = 0; i < now->receipt_count; i++)
        if (is_first(now, i) && !total(before, now->receipts[i].what))
            compare_receipt(c, now->receipts[i].what);
}

/* --- the state --- */

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t used = end ? length + 1 : length;
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

struct group {
    struct fl_span kind, thing;
    bool less, more;
};

static void close_group(struct comparison *c, const struct group *group)
{
    bool redis = fl_span_is(group->kind, "redis");
    if (group->less && group->more) c->cells |= MATRIX_CORRUPT;
    if (group->less && !group->more) c->cells |= MATRIX_LOST;
    if (group->more && !group->less) c->cells |= redis ? MATRIX_CORRUPT : MATRIX_DUPLICATE;
}

static void add_line(struct comparison *c, struct group *group, char sign, struct fl_span line)
{
    struct fl_span kind = word_at(line, 0), thing = word_at(line, 1);
    if (fl_span_is(kind, "mail")) return; /* a receipt */
    bool passing = fl_span_is(kind, "redis") && contains(line, FL_SPAN(" ttl=some"));
    if (passing && sign == '+') return; /* it expires by itself */
    if (!fl_span_equal(kind, group->kind) || !fl_span_equal(thing, group->thing)) {
        close_group(c, group);
        *group = (struct group){.kind = kind, .thing = thing};
    }
    if (sign == '-') group->less = true;
    if (sign == '+') group->more = true;
    show(c, sign, line);
}

/* Both are sorted, so groups come together. */
static void compare_states(struct comparison *c)
{
    struct fl_span left_rest = c->reference->state, right_rest = c->found->state;
    struct fl_span left = take_line(&left_rest), right = take_line(&right_rest);
    struct group group = {.kind = {"", 0}, .thing = {"", 0}};
    if (fl_span_equal(c->reference->state, c->found->state)) return;
    while (left.length || right.length) {
        int order = !left.length ? 1 : !right.length ? -1 : fl_span_compare(left, right);
        if (order < 0) add_line(c, &group, '-', left);
        if (order > 0) add_line(c, &group, '+', right);
        if (order <= 0) left = take_line(&left_rest);
        if (order >= 0) right = take_line(&right_rest);
    }
    close_group(c, &group);
}

/* --- jobs --- */

static bool ended_well(struct fl_span state)
{
    return fl_span_is(state, "done") || fl_span_is(state, "discarded");
}

static const struct run_job *job_of(const struct run_facts *facts, struct fl_span name)
{
    for (uint32_t i = 0; i < facts->job_count; i++)
        if (fl_span_equal(facts->jobs[i].name, name)) return &facts->jobs[i];
    return NULL;
}

static void compare_job(struct comparison *c, const struct run_job *before)
{
    const struct run_job *now = job_of(c->found->facts, before->name);
    struct fl_span state = now ? now->state : FL_SPAN("unknown");
    if (fl_span_equal(before->state, state)) return;
    if (ended_well(before->state) && ended_well(state)) return;
    c->cells |= ended_well(before->state) ? MATRIX_LOST : MATRIX_CORRUPT;
    enum fl_error err =
        fl_buf_printf(c->out, "- job %.*s %.*s\n+ job %.*s %.*s\n", FL_SPAN_ARGS(before->name),
                      FL_SPAN_ARGS(before->state), FL_SPAN_ARGS(before->name), FL_SPAN_ARGS(state));
    (void)err; /* a report that does not fit is cut */
}

static void compare_jobs(struct comparison *c)
{
    const struct run_facts *before = c->reference->facts;
    for (uint32_t i = 0; i < before->job_count; i++)
        if (before->jobs[i].of_plan) compare_job(c, &before->jobs[i]);
}

/* --- the whole --- */

static unsigned ended_early(const struct matrix_end *found, struct fl_buf *out)
{
    unsigned cell = MATRIX_SAME;
    if (found->verdict == RUN_CRASHED) cell = MATRIX_CRASHED;
    if (found->verdict == RUN_FAILED) cell = MATRIX_CORRUPT; /* a job in two places, or in none */
    if (found->verdict == RUN_STUCK) cell = MATRIX_STUCK;
    if (!cell && found->facts && !found->facts->drained) cell = MATRIX_STUCK;
    if (!cell) return cell;
    struct fl_span text = found->text;
    while (text.length) {
        struct fl_span line = take_line(&text);
        if (!line.length || line.bytes[0] == '+') break; /* the timeline follows */
        enum fl_error err = fl_buf_printf(out, "  %.*s\n", FL_SPAN_ARGS(line));
        (void)err; /* a report that does not fit is cut */
    }
    return cell;
}

unsigned matrix_compare(const struct matrix_end *reference, const struct matrix_end *found,
                        struct fl_buf *out)
{
    struct comparison c = {.reference = reference, .found = found, .out = out};
    unsigned cell = ended_early(found, out);
    if (cell) return cell;
    fl_assert(reference->facts && found->facts);
    compare_receipts(&c);
    compare_states(&c);
    compare_jobs(&c);
    return c.cells;
}
