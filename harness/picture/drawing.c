/* harness/picture/drawing.c - a row's drawing is as high as its text, so it has no view box: what
 * runs through is drawn at 100 %, what stands in the row at a fixed height from its top. */
#include "harness/picture/drawing.h"

#include <assert.h>

enum {
    LANE_WIDTH = 76,
    LANE_WIDTH_NARROW = 60, /* with more lanes than fit */
    LANES_WIDE_MAX = 9,
    ARROW_Y = 15,
    BOX_HALF = 9,
    LABEL_WIDTH_MIN = 70,
    LABEL_CHARACTER_WIDTH = 6,
};

static_assert(PICTURE_LANES_MAX <= 64, "a lane is a bit");

uint32_t drawing_lane_width(const struct drawing *drawing)
{
    return drawing->lanes->count <= LANES_WIDE_MAX ? LANE_WIDTH : LANE_WIDTH_NARROW;
}

uint32_t drawing_width(const struct drawing *drawing)
{
    return drawing->lanes->count * drawing_lane_width(drawing);
}

static int x_of(const struct drawing *drawing, uint32_t lane)
{
    int width = (int)drawing_lane_width(drawing);
    return (int)lane * width + width / 2;
}

/* --- the head --- */

static const char *kind_class(enum picture_lane_kind kind)
{
    switch (kind) {
    case PICTURE_LANE_CLIENT: return "client";
    case PICTURE_LANE_REDIS: return "redis";
    case PICTURE_LANE_THREAD: return "thread";
    case PICTURE_LANE_DATABASE: return "db";
    case PICTURE_LANE_HTTP: return "http";
    case PICTURE_LANE_MAIL: return "mail";
    case PICTURE_LANE_FILES: return "files";
    case PICTURE_LANE_STATSD: return "statsd";
    }
    return "";
}

static uint32_t lanes_of_process(const struct picture_lanes *lanes, uint32_t from)
{
    uint32_t end = from + 1;
    while (end < lanes->count && lanes->lanes[from].kind == PICTURE_LANE_THREAD &&
           fl_span_equal(lanes->lanes[end].process, lanes->lanes[from].process))
        end++;
    return end - from;
}

/* Two storeys: a process, and its threads below it. */
void drawing_head(const struct drawing *drawing, struct html *html)
{
    const struct picture_lanes *lanes = drawing->lanes;
    for (uint32_t i = 0; i < lanes->count;) {
        uint32_t span = lanes_of_process(lanes, i);
        bool thread = lanes->lanes[i].kind == PICTURE_LANE_THREAD;
        html_markup(html, "<div class=\"group %s\" style=\"--span:%u\"><b>",
                    kind_class(lanes->lanes[i].kind), span);
        html_text(html, thread ? lanes->lanes[i].process : lanes->lanes[i].name);
        html_markup(html, "</b>");
        for (uint32_t k = i; thread && k < i + span; k++) {
            html_markup(html, "<span>");
            html_text(html, lanes->lanes[k].name);
            html_markup(html, "</span>");
        }
        html_markup(html, "</div>");
        i += span;
    }
}

/* --- what runs through --- */

static void draw_dead(const struct drawing *drawing, struct html *html)
{
    for (uint32_t i = 0; i < drawing->lanes->count; i++)
        if (drawing->dead >> i & 1)
            html_markup(html, "<rect class=\"dead\" x=\"%d\" width=\"5\" height=\"100%%\"/>",
                        x_of(drawing, i) - 2);
}

static const char *box_class(struct fl_span outcome)
{
    if (fl_span_is(outcome, "done")) return "done";
    if (fl_span_is(outcome, "failed")) return "failed";
    return outcome.length ? "gone" : "open";
}

/* Rounded at its ends: what is above or below the row is cut off. */
static void draw_boxes(const struct drawing *drawing, uint32_t row, struct html *html)
{
    for (uint32_t i = 0; i < drawing->box_count; i++) {
        const struct picture_box *box = &drawing->boxes[i];
        bool first = box->first_row == row, last = box->last_row == row;
        if (row < box->first_row || row > box->last_row) continue;
        html_markup(html, "<rect class=\"box %s\" x=\"%d\" y=\"%d\" width=\"%d\" ",
                    box_class(box->outcome), x_of(drawing, box->lane) - BOX_HALF, first ? 4 : -20,
                    2 * BOX_HALF);
        if (last)
            html_markup(html, "height=\"%d\"", first ? 22 : 46);
        else
            html_markup(html, "height=\"200%%\" style=\"height:calc(100%% + 40px)\"");
        html_markup(html, " rx=\"5\"><title>");
        html_text(html, box->job);
        html_markup(html, "#%u ", box->delivery);
        html_text(html, box->outcome);
        html_markup(html, "</title></rect>");
    }
}

/* --- what stands in the row --- */

/* "LMOVE" of "redis LMOVE". */
static struct fl_span short_label(struct fl_span what)
{
    size_t at = 0;
    while (at < what.length && what.bytes[at] != ' ')
        at++;
    if (at == what.length) return what;
    struct fl_span rest = {what.bytes + at + 1, what.length - at - 1};
    size_t length = 0;
    while (length < rest.length && rest.bytes[length] != ' ')
        length++;
    return (struct fl_span){rest.bytes, length};
}

static void draw_label(struct html *html, int from, int to, struct fl_span what)
{
    struct fl_span label = short_label(what);
    int width = from < to ? to - from : from - to;
    if (width < LABEL_WIDTH_MIN || (int)label.length * LABEL_CHARACTER_WIDTH > width - 16) return;
    html_markup(html, "<text x=\"%d\" y=\"%d\">", (from + to) / 2, ARROW_Y - 4);
    html_text(html, label);
    html_markup(html, "</text>");
}

static void draw_arrow(const struct drawing *drawing, const struct picture_event *event,
                       uint32_t from_lane, uint32_t to_lane, struct html *html)
{
    int from = x_of(drawing, from_lane), to = x_of(drawing, to_lane);
    int way = from < to ? 1 : -1;
    html_markup(html, "<g class=\"arrow %s%s\">", kind_class(drawing->lanes->lanes[to_lane].kind),
                event->refused ? " refused" : "");
    html_markup(html, "<circle cx=\"%d\" cy=\"%d\" r=\"3.5\"/>", from, ARROW_Y);
    html_markup(html, "<path class=\"shaft\" d=\"M%d %dH%d\"/>", from, ARROW_Y, to - 6 * way);
    html_markup(html, "<path class=\"head\" d=\"M%d %dl%d-4v8z\"/>", to, ARROW_Y, -8 * way);
    if (event->refused) {
        int middle = to - 15 * way;
        html_markup(html, "<path class=\"cross\" d=\"M%d %dl8 8m0-8l-8 8\"/>", middle - 4,
                    ARROW_Y - 4);
    }
    draw_label(html, from, to, event->what);
    html_markup(html, "</g>");
}

/* Alone on its lane, or on all of its process. */
static void draw_fault(const struct drawing *drawing, uint32_t lane, struct html *html)
{
    int x = lane == PICTURE_NO_LANE ? (int)drawing_width(drawing) / 2 : x_of(drawing, lane);
    html_markup(html, "<rect class=\"struck\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"1\"/>",
                ARROW_Y);
    html_markup(html, "<path class=\"bolt%s\" d=\"M%d 2h8l-4 8h7l-13 17 3-12h-6z\"/>",
                lane == PICTURE_NO_LANE ? " of-all" : "", x - 2);
}

static void draw_process(struct drawing *drawing, const struct picture_event *event,
                         struct html *html)
{
    bool starts = fl_span_starts(event->detail, FL_SPAN("starts"));
    for (uint32_t i = 0; i < drawing->lanes->count; i++) {
        const struct picture_lane *lane = &drawing->lanes->lanes[i];
        uint64_t bit = UINT64_C(1) << i;
        int x = x_of(drawing, i);
        if (lane->kind != PICTURE_LANE_THREAD || !fl_span_equal(lane->process, event->process))
            continue;
        drawing->dead = starts ? drawing->dead & ~bit : drawing->dead | bit;
        if (starts)
            html_markup(html, "<circle class=\"born\" cx=\"%d\" cy=\"%d\" r=\"5\"/>", x, ARROW_Y);
        else
            html_markup(html, "<path class=\"died\" d=\"M%d %dl12 12m0-12l-12 12\"/>", x - 6,
                        ARROW_Y - 6);
    }
}

static void draw_event(struct drawing *drawing, const struct picture_event *event,
                       struct html *html)
{
    uint32_t from = picture_lane_from(drawing->lanes, event);
    uint32_t to = picture_lane_to(drawing->lanes, event);
    if (event->kind == RECORDING_FAULT)
        draw_fault(drawing, from, html);
    else if (event->kind == RECORDING_MARK && fl_span_is(event->what, "process"))
        draw_process(drawing, event, html);
    else if (from != PICTURE_NO_LANE && to != PICTURE_NO_LANE)
        draw_arrow(drawing, event, from, to, html);
    else if (from != PICTURE_NO_LANE)
        html_markup(html, "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"3\"/>",
                    event->kind == RECORDING_LOG ? "said" : "done-by", x_of(drawing, from),
                    ARROW_Y);
}

void drawing_row(struct drawing *drawing, uint32_t row, struct html *html)
{
    const struct picture_row *what = &drawing->rows->rows[row];
    html_markup(html, "<svg class=\"lanes\" aria-hidden=\"true\">");
    draw_dead(drawing, html);
    draw_boxes(drawing, row, html);
    if (what->kind == PICTURE_ROW_EVENT)
        draw_event(drawing, &drawing->events->events[what->end - 1], html);
    else
        html_markup(html, "<rect class=\"fold\" y=\"0\" width=\"100%%\" height=\"100%%\"/>");
    html_markup(html, "</svg>");
}
