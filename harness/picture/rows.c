#include "harness/picture/rows.h"

#include <string.h>

#include "core/assert.h"

/* --- what went wrong --- */

static const struct picture_claim *claim_at(const struct picture_events *events, uint32_t line)
{
    for (uint32_t i = 0; i < events->claim_count; i++)
        if (events->claims[i].line == line) return &events->claims[i];
    return NULL;
}

static bool is_about(const struct picture_claim *claim, const struct picture_event *event)
{
    if (event->kind != RECORDING_EFFECT && event->kind != RECORDING_MARK) return false;
    if (claim->effect.length) return fl_span_glob(claim->effect, event->what);
    return claim->job.length && fl_span_glob(claim->job, event->job);
}

uint32_t picture_outlined(const struct picture_events *events, uint32_t failed_line)
{
    const struct picture_claim *claim = failed_line ? claim_at(events, failed_line) : NULL;
    for (uint32_t i = events->count; claim && i-- > 0;)
        if (events->events[i].kind == RECORDING_FAULT && events->events[i].effective) return i;
    for (uint32_t i = events->count; claim && i-- > 0;)
        if (is_about(claim, &events->events[i])) return i;
    for (uint32_t i = events->count; i-- > 0;)
        if (!events->events[i].idle && events->events[i].process.length) return i;
    return events->count;
}

/* --- what repeats itself --- */

struct folding {
    const struct picture_events *events;
    const uint32_t *shown; /* indices of the events that are not idle */
    uint32_t shown_count;
    uint32_t outlined;
    struct picture_row *rows;
    uint32_t row_count;
    uint32_t next;   /* the first event that is in no row yet */
    int64_t last_us; /* the time of the last row */
};

static bool is_thread(struct fl_span role)
{
    return fl_span_starts(role, FL_SPAN("thread"));
}

/* The same step, whoever took it. */
static bool alike(const struct picture_event *a, const struct picture_event *b)
{
    if (a->kind != b->kind || a->refused != b->refused || !fl_span_equal(a->what, b->what))
        return false;
    if (!fl_span_equal(a->job, b->job) || is_thread(a->role) != is_thread(b->role)) return false;
    if (a->kind == RECORDING_LOG) return true; /* its text may tell a number */
    bool short_outcomes = a->outcome.length < 24 && b->outcome.length < 24;
    return !short_outcomes || fl_span_equal(a->outcome, b->outcome);
}

static const struct picture_event *shown_event(const struct folding *f, uint32_t i)
{
    return &f->events->events[f->shown[i]];
}

static bool same_block(const struct folding *f, uint32_t a, uint32_t b, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (!alike(shown_event(f, a + i), shown_event(f, b + i))) return false;
    return true;
}

static uint32_t times_of(const struct folding *f, uint32_t at, uint32_t period)
{
    uint32_t times = 1;
    while (at + (times + 1) * period <= f->shown_count &&
           same_block(f, at, at + times * period, period))
        times++;
    return times;
}

/* The shortest period from here that repeats itself often enough; 0: none. */
static uint32_t period_at(const struct folding *f, uint32_t at, uint32_t *ret_times)
{
    for (uint32_t period = 2; period <= PICTURE_PERIOD_MAX; period++) {
        if (at + PICTURE_REPEATS_MIN * period > f->shown_count) return 0;
        uint32_t times = times_of(f, at, period);
        if (times < PICTURE_REPEATS_MIN) continue;
        *ret_times = times;
        return period;
    }
    return 0;
}

/* --- rows --- */

static struct picture_row *add_row(struct folding *f, enum picture_row_kind kind, uint32_t end)
{
    struct picture_row *row = &f->rows[f->row_count++];
    *row = (struct picture_row){.kind = kind, .first = f->next, .end = end, .from_us = f->last_us};
    row->to_us = f->events->events[end - 1].at_us;
    f->next = end;
    f->last_us = row->to_us;
    return row;
}

/* Housekeeping that fills no gap goes with the event behind it: its edits come first. */
static void add_event(struct folding *f, uint32_t event)
{
    int64_t at_us = f->events->events[event].at_us;
    if (event > f->next && at_us - f->last_us >= PICTURE_GAP_US) {
        int64_t from_us = f->last_us;
        struct picture_row *gap = add_row(f, PICTURE_ROW_GAP, event);
        gap->hidden = gap->end - gap->first;
        gap->from_us = from_us;
        gap->to_us = at_us;
    } else if (at_us - f->last_us >= PICTURE_GAP_US) {
        f->rows[f->row_count++] =
            (struct picture_row){PICTURE_ROW_GAP, f->next, f->next, f->last_us, at_us, 0, 0};
    }
    struct picture_row *row = add_row(f, PICTURE_ROW_EVENT, event + 1);
    row->hidden = row->end - row->first - 1;
}

static bool holds_outlined(const struct folding *f, uint32_t from, uint32_t end)
{
    return f->outlined < f->events->count && f->outlined >= from && f->outlined < end;
}

static void add_repeats(struct folding *f, uint32_t at, uint32_t period, uint32_t times)
{
    uint32_t last = at + (times - 1) * period;
    for (uint32_t i = 0; i < period; i++)
        add_event(f, f->shown[at + i]);
    struct picture_row *row = add_row(f, PICTURE_ROW_REPEATS, f->shown[last]);
    row->times = times;
    row->hidden = row->end - row->first;
    for (uint32_t i = 0; i < period; i++)
        add_event(f, f->shown[last + i]);
}

static void fold(struct folding *f)
{
    for (uint32_t i = 0; i < f->shown_count;) {
        uint32_t times, period = period_at(f, i, &times);
        uint32_t middle_end = period ? f->shown[i + (times - 1) * period] : 0;
        if (period && !holds_outlined(f, f->shown[i + period], middle_end)) {
            add_repeats(f, i, period, times);
            i += period * times;
        } else {
            add_event(f, f->shown[i++]);
        }
    }
    if (f->next == f->events->count) return;
    struct picture_row *rest = add_row(f, PICTURE_ROW_GAP, f->events->count);
    rest->hidden = rest->end - rest->first;
}

/* One row for those from `first` to before `end`; does nothing when there are none. */
static void leave_out(struct picture_row *items, uint32_t *count, uint32_t first, uint32_t end)
{
    if (first >= end) return;
    struct picture_row out = {.kind = PICTURE_ROW_LEFT_OUT,
                              .first = items[first].first,
                              .end = items[end - 1].end,
                              .from_us = items[first].from_us,
                              .to_us = items[end - 1].to_us};
    out.hidden = out.end - out.first;
    items[first] = out;
    memmove(&items[first + 1], &items[end], (*count - end) * sizeof *items);
    *count -= end - first - 1;
}

/* Kept are the beginning, and what leads up to the outlined row and follows it. */
static void bound(struct picture_rows *rows, struct picture_row *items, uint32_t outlined)
{
    const uint32_t head = PICTURE_ROWS_MAX / 4, behind = PICTURE_ROWS_MAX / 4;
    const uint32_t kept = PICTURE_ROWS_MAX - 2; /* two rows say what is not */
    if (rows->count <= PICTURE_ROWS_MAX) return;
    uint32_t end = outlined + behind < rows->count ? outlined + behind : rows->count;
    if (end < kept) end = kept;
    leave_out(items, &rows->count, end, rows->count);
    leave_out(items, &rows->count, head, end - (kept - head));
}

static uint32_t row_of(const struct picture_rows *rows, uint32_t event)
{
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->rows[i].kind == PICTURE_ROW_EVENT && rows->rows[i].end == event + 1) return i;
    return rows->count;
}

enum fl_error picture_fold(const struct picture_events *events, uint32_t outlined,
                           struct fl_arena *arena, struct picture_rows *ret_rows)
{
    struct folding f = {.events = events, .outlined = outlined};
    uint32_t *shown = fl_arena_alloc_array(arena, events->count + 1, sizeof *shown);
    f.rows = fl_arena_alloc_array(arena, 2 * (size_t)events->count + 2, sizeof *f.rows);
    if (!shown || !f.rows) return FL_ENOMEM;
    f.shown = shown;
    for (uint32_t i = 0; i < events->count; i++)
        if (!events->events[i].idle) shown[f.shown_count++] = i;
    fold(&f);
    struct picture_rows rows = {f.rows, f.row_count, f.row_count};
    bound(&rows, f.rows, row_of(&rows, outlined));
    rows.outlined = row_of(&rows, outlined);
    *ret_rows = rows;
    return FL_OK;
}
