/* `sweep [pairs] VERB ... [| VERB ...] [then VERB ...] CLAUSES`: a run has one sweep. Of
 * alternatives each is one in turn, as if the file had a variant for each: the setting `sweep` says
 * which. */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/reading.h"

enum { ALTERNATIVES_MAX = 16 };

static const char setting[] = "sweep";

struct alternative {
    uint32_t first, count; /* among the faults */
    struct fl_span text;
};

struct alternatives {
    struct alternative items[ALTERNATIVES_MAX];
    uint32_t count;
};

static struct plan_fault *fault_at(struct reading *r, uint32_t index)
{
    return (struct plan_fault *)r->faults.items + index;
}

/* `with` joins parts; a pair has faults of a single part, since both strike. */
enum parts { SINGLE, SEVERAL };

static bool read_alternatives(struct reading *r, enum parts parts, struct alternatives *list)
{
    do {
        uint32_t from = line_peek(&r->line)->column - 1;
        if (list->count == ALTERNATIVES_MAX)
            return reading_problem(r, line_peek(&r->line), "at most 16 alternatives");
        struct alternative *at = &list->items[list->count++];
        at->first = r->faults.count;
        if (!(parts == SEVERAL ? read_fault_parts(r, true) : read_fault_verb(r, true)))
            return false;
        if (parts == SINGLE && line_at(&r->line, "with"))
            return reading_problem(r, line_peek(&r->line),
                                   "faults of a single part, since both strike");
        at->count = r->faults.count - at->first;
        at->text = (struct fl_span){r->line.source.bytes + from,
                                    r->line.tokens[r->line.next - 1].end - from};
    } while (line_skip(&r->line, "|"));
    return true;
}

/* The alternatives' texts as the values of the setting; *ret_chosen is the one to read. */
static bool choose(struct reading *r, struct list *texts, uint32_t *ret_chosen)
{
    *ret_chosen = 0;
    if (texts->count < 2) return true;
    struct plan_varied *varied = reading_add(r, &r->varied, sizeof *varied, PLAN_VARIANTS_MAX);
    if (!varied) return false;
    *varied = (struct plan_varied){setting, texts->items, texts->count};
    for (struct line_setting *set = r->overrides; set; set = set->next) {
        if (strcmp(set->name, setting) != 0) continue;
        set->overridden = true;
        while (*ret_chosen < texts->count && strcmp(varied->values[*ret_chosen], set->value) != 0)
            ++*ret_chosen;
        if (*ret_chosen == texts->count)
            return reading_problem(r, &r->line.tokens[0],
                                   "the alternative that --set sweep=... names");
    }
    return true;
}

static bool add_text(struct reading *r, struct list *texts, struct fl_span one,
                     struct fl_span other)
{
    fl_buf_truncate(&r->scratch, 0);
    enum fl_error err = fl_buf_append_span(&r->scratch, one);
    if (!err && other.length) err = fl_buf_printf(&r->scratch, " then %.*s", FL_SPAN_ARGS(other));
    if (err) r->err = err;
    const char **text = err ? NULL : reading_add(r, texts, sizeof *text, PLAN_VARIANTS_MAX);
    if (text) *text = reading_copy(r, fl_buf_span(&r->scratch));
    return text && *text;
}

/* What is not chosen goes; the rest stands where the line's first fault stood. */
static bool keep_one(struct reading *r, const struct alternatives *list, uint32_t first)
{
    struct list texts = {0};
    uint32_t chosen;
    for (uint32_t i = 0; i < list->count; i++)
        if (!add_text(r, &texts, list->items[i].text, (struct fl_span){0})) return false;
    if (!choose(r, &texts, &chosen)) return false;
    const struct alternative *kept = &list->items[chosen];
    memmove(fault_at(r, first), fault_at(r, kept->first), kept->count * sizeof(struct plan_fault));
    r->faults.count = first + kept->count;
    return true;
}

static bool keep_pair(struct reading *r, const struct alternatives *one,
                      const struct alternatives *other, uint32_t first, struct plan_where where)
{
    struct list texts = {0};
    uint32_t chosen;
    bool same = one == other && one->count == 1;
    for (uint32_t i = 0; i < one->count * other->count; i++) {
        const struct alternative *second = &other->items[i % other->count];
        if (!add_text(r, &texts, one->items[i / other->count].text,
                      same ? (struct fl_span){0} : second->text))
            return false;
    }
    if (!choose(r, &texts, &chosen)) return false;
    struct plan_fault pair[2] = {*fault_at(r, one->items[chosen / other->count].first),
                                 *fault_at(r, other->items[chosen % other->count].first)};
    pair[1].second = true;
    pair[1].where = where; /* tells the two apart */
    r->faults.count = first;
    for (int i = 0; i < 2; i++) {
        struct plan_fault *fault = reading_add(r, &r->faults, sizeof *fault, PLAN_FAULTS_MAX);
        if (!fault) return false;
        *fault = pair[i];
    }
    return true;
}

static bool read_pairs(struct reading *r, uint32_t first)
{
    struct alternatives one = {0}, other = {0};
    if (!read_alternatives(r, SINGLE, &one)) return false;
    const struct token *then = line_peek(&r->line);
    bool has_other = line_skip(&r->line, "then");
    if (has_other && !read_alternatives(r, SINGLE, &other)) return false;
    for (uint32_t i = first; i < r->faults.count; i++)
        if (fault_at(r, i)->verb == PLAN_OOM)
            return reading_problem(r, then, "a verb that strikes at effects: oom does not");
    return keep_pair(r, &one, has_other ? &other : &one, first, reading_where(r, then));
}

bool read_sweep(struct reading *r)
{
    struct alternatives list = {0};
    uint32_t first = r->faults.count;
    for (uint32_t i = 0; i < r->faults.count; i++)
        if (fault_at(r, i)->sweep) /* two would be all pairs of their points */
            return reading_problem(r, &r->line.tokens[0], "at most one sweep in a scenario");
    bool pairs = line_skip(&r->line, "pairs");
    if (pairs && !read_pairs(r, first)) return false;
    if (!pairs && !(read_alternatives(r, SEVERAL, &list) && keep_one(r, &list, first)))
        return false;
    return read_fault_rest(r, first);
}
