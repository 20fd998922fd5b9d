/* harness/picture/lanes.c - clients, Redis, the threads of each process, then the outside: what a
 * thread calls stands beside all threads, Redis before and the rest behind them. */
#include "harness/picture/lanes.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

static const struct outside {
    enum picture_lane_kind kind;
    const char *label, *name;
} outsides[] = {
    {PICTURE_LANE_REDIS, "redis", "Redis"}, {PICTURE_LANE_DATABASE, "db", "database"},
    {PICTURE_LANE_HTTP, "http", "HTTP"},    {PICTURE_LANE_MAIL, "mail", "mail"},
    {PICTURE_LANE_FILES, "file", "files"},  {PICTURE_LANE_STATSD, "statsd", "StatsD"},
};

/* By the first word of an effect's label; NULL: it reaches nobody. */
static const struct outside *outside_of(const struct picture_event *event)
{
    size_t length = 0;
    if (event->kind != RECORDING_EFFECT) return NULL;
    while (length < event->what.length && event->what.bytes[length] != ' ')
        length++;
    for (size_t i = 0; i < FL_COUNT(outsides); i++)
        if (fl_span_is((struct fl_span){event->what.bytes, length}, outsides[i].label))
            return &outsides[i];
    return NULL;
}

static uint32_t find(const struct picture_lanes *lanes, const struct picture_lane *lane)
{
    for (uint32_t i = 0; i < lanes->count; i++) {
        const struct picture_lane *known = &lanes->lanes[i];
        if (known->kind == lane->kind && fl_span_equal(known->process, lane->process) &&
            fl_span_equal(known->name, lane->name))
            return i;
    }
    return PICTURE_NO_LANE;
}

static void add(struct picture_lanes *lanes, const struct picture_lane *lane)
{
    if (lanes->count == PICTURE_LANES_MAX || find(lanes, lane) != PICTURE_NO_LANE) return;
    lanes->lanes[lanes->count++] = *lane;
}

static struct picture_lane own_lane(const struct picture_event *event)
{
    bool client = fl_span_is(event->process, "web");
    return (struct picture_lane){client ? PICTURE_LANE_CLIENT : PICTURE_LANE_THREAD, event->process,
                                 client ? event->process : event->role};
}

static struct picture_lane outside_lane(const struct outside *outside)
{
    return (struct picture_lane){outside->kind, {"", 0}, fl_span_from(outside->name)};
}

static int compare_roles(struct fl_span a, struct fl_span b)
{
    if (a.length != b.length) return a.length < b.length ? -1 : 1; /* thread-2 before thread-10 */
    return fl_span_compare(a, b);
}

static int compare(const void *a, const void *b)
{
    const struct picture_lane *left = a, *right = b;
    if (left->kind != right->kind) return left->kind < right->kind ? -1 : 1;
    int order = compare_roles(left->process, right->process);
    return order ? order : compare_roles(left->name, right->name);
}

void picture_lanes_find(const struct picture_events *events, const struct picture_rows *rows,
                        struct picture_lanes *ret_lanes)
{
    ret_lanes->count = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].kind != PICTURE_ROW_EVENT) continue;
        const struct picture_event *event = &events->events[rows->rows[i].end - 1];
        const struct outside *outside = outside_of(event);
        struct picture_lane own = own_lane(event);
        if (event->process.length && event->role.length) add(ret_lanes, &own);
        if (!outside) continue;
        own = outside_lane(outside);
        add(ret_lanes, &own);
    }
    qsort(ret_lanes->lanes, ret_lanes->count, sizeof ret_lanes->lanes[0], compare);
}

uint32_t picture_lane_from(const struct picture_lanes *lanes, const struct picture_event *event)
{
    struct picture_lane own = own_lane(event);
    if (!event->process.length || !event->role.length) return PICTURE_NO_LANE;
    return find(lanes, &own);
}

uint32_t picture_lane_to(const struct picture_lanes *lanes, const struct picture_event *event)
{
    const struct outside *outside = outside_of(event);
    if (!outside) return PICTURE_NO_LANE;
    struct picture_lane lane = outside_lane(outside);
    return find(lanes, &lane);
}

/* --- attempts --- */

struct boxes {
    struct picture_box *items;
    uint32_t count;
    bool *open;
    const struct picture_lanes *lanes;
};

static bool is_mark(const struct picture_event *event, const char *what)
{
    return event->kind == RECORDING_MARK && fl_span_is(event->what, what);
}

static void end_box(struct boxes *boxes, uint32_t i, uint32_t row, struct fl_span outcome)
{
    boxes->open[i] = false;
    boxes->items[i].last_row = row;
    boxes->items[i].outcome = outcome;
}

/* A process that ends takes its attempts with it. */
static void end_all_of(struct boxes *boxes, struct fl_span process, uint32_t row)
{
    for (uint32_t i = 0; i < boxes->count; i++)
        if (boxes->open[i] &&
            fl_span_equal(boxes->lanes->lanes[boxes->items[i].lane].process, process))
            end_box(boxes, i, row, FL_SPAN("killed"));
}

static void see(struct boxes *boxes, const struct picture_event *event, uint32_t row)
{
    uint32_t lane = picture_lane_from(boxes->lanes, event);
    bool starts = fl_span_starts(event->detail, FL_SPAN("starts"));
    if (is_mark(event, "process") && !starts) end_all_of(boxes, event->process, row);
    if (lane == PICTURE_NO_LANE) return;
    if (is_mark(event, "run begins")) {
        boxes->open[boxes->count] = true;
        boxes->items[boxes->count++] =
            (struct picture_box){row, row, lane, event->delivery, event->job, {"", 0}};
    }
    for (uint32_t i = boxes->count; is_mark(event, "run ends") && i-- > 0;)
        if (boxes->open[i] && boxes->items[i].lane == lane) {
            end_box(boxes, i, row, event->outcome);
            return;
        }
}

enum fl_error picture_boxes_find(const struct picture_events *events,
                                 const struct picture_rows *rows, const struct picture_lanes *lanes,
                                 struct fl_arena *arena, const struct picture_box **ret_boxes,
                                 uint32_t *ret_count)
{
    struct boxes boxes = {.lanes = lanes};
    boxes.items = fl_arena_alloc_array(arena, rows->count + 1, sizeof *boxes.items);
    boxes.open = fl_arena_alloc_array(arena, rows->count + 1, sizeof *boxes.open);
    if (!boxes.items || !boxes.open) return FL_ENOMEM;
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->rows[i].kind == PICTURE_ROW_EVENT)
            see(&boxes, &events->events[rows->rows[i].end - 1], i);
    for (uint32_t i = 0; i < boxes.count; i++)
        if (boxes.open[i]) boxes.items[i].last_row = rows->count - 1;
    *ret_boxes = boxes.items;
    *ret_count = boxes.count;
    return FL_OK;
}
