/* Values stand above zero, so that a small change looks small. The newest point is the rightmost;
 * the distance between points says nothing of time. */
#include "harness/bench/plot.h"

#include <math.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/map.h"
#include "harness/bench/history.h"
#include "harness/report/quote.h"

enum {
    WIDTH = 640,
    HEIGHT = 150,
    LEFT = 20,
    TOP = 40,
    PLOT_HEIGHT = 80,
    TITLE_BYTES_MAX = 64 * 1024
};

struct point {
    double median, least, most;
};

struct panel {
    struct fl_span title, unit, first_at, last_at; /* in the arena */
    struct point points[PLOT_POINTS_MAX];
    uint32_t count;
};

struct plot {
    struct fl_map by_title; /* struct panel */
    struct fl_arena arena;
};

/* --- reading --- */
static enum fl_error keep(struct plot *plot, struct fl_span text, struct fl_span *ret_kept)
{
    char *kept = fl_arena_copy(&plot->arena, text);
    if (!kept) return FL_ENOMEM;
    *ret_kept = (struct fl_span){kept, text.length};
    return FL_OK;
}

static enum fl_error panel_titled(struct plot *plot, struct fl_span title, struct panel **ret_panel)
{
    *ret_panel = fl_map_get(&plot->by_title, title);
    if (*ret_panel) return FL_OK;
    struct panel *panel = fl_arena_alloc(&plot->arena, sizeof *panel);
    if (!panel) return FL_ENOMEM;
    *panel = (struct panel){.count = 0};
    enum fl_error err = keep(plot, title, &panel->title);
    if (!err) err = fl_map_put(&plot->by_title, panel->title, panel, NULL);
    *ret_panel = panel;
    return err;
}

static void add_point(struct panel *panel, const struct sample *sample)
{
    if (panel->count == PLOT_POINTS_MAX) /* the oldest goes */
        memmove(panel->points, panel->points + 1, --panel->count * sizeof panel->points[0]);
    panel->points[panel->count++] =
        (struct point){sample_median(sample), sample_least(sample), sample_most(sample)};
}

static enum fl_error take_line(void *context, const struct history_line *line)
{
    struct plot *plot = context;
    struct panel *panel;
    struct fl_buf title = FL_BUF_INIT(TITLE_BYTES_MAX);
    enum fl_error err = fl_buf_printf(&title, "%.*s %.*s: %.*s", FL_SPAN_ARGS(line->bench),
                                      FL_SPAN_ARGS(line->subject), FL_SPAN_ARGS(line->name));
    if (!err) err = panel_titled(plot, fl_buf_span(&title), &panel);
    fl_buf_release(&title);
    if (!err && !panel->first_at.bytes) err = keep(plot, line->at, &panel->first_at);
    if (!err) err = keep(plot, line->at, &panel->last_at);
    if (!err) err = keep(plot, line->unit, &panel->unit);
    if (!err) add_point(panel, &line->sample);
    return err;
}

/* --- drawing --- */
static double x_of(const struct panel *panel, uint32_t i)
{
    uint32_t steps = panel->count > 1 ? panel->count - 1 : 1;
    return LEFT + (double)(WIDTH - 2 * LEFT) * i / steps;
}

static double y_of(double value, double most)
{
    return TOP + PLOT_HEIGHT * (1 - (most > 0 ? value / most : 0));
}

static double most_of(const struct panel *panel)
{
    double most = 0;
    for (uint32_t i = 0; i < panel->count; i++)
        most = fmax(most, panel->points[i].most);
    return most;
}

static enum fl_error text_at(struct fl_buf *out, int x, int y, const char *class,
                             struct fl_span text)
{
    enum fl_error err = fl_buf_printf(out, "  <text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    if (!err) err = report_quote_xml(out, text);
    return err ? err : fl_buf_append_text(out, "</text>\n");
}

static enum fl_error draw_texts(struct fl_buf *out, const struct panel *panel)
{
    char value[64];
    snprintf(value, sizeof value, "%.6g", panel->points[panel->count - 1].median);
    struct fl_buf last = FL_BUF_INIT(TITLE_BYTES_MAX);
    enum fl_error err = fl_buf_printf(&last, "%s %.*s", value, FL_SPAN_ARGS(panel->unit));
    if (!err) err = text_at(out, LEFT, 20, "title", panel->title);
    if (!err) err = text_at(out, WIDTH - LEFT, 20, "end", fl_buf_span(&last));
    if (!err) err = text_at(out, LEFT, HEIGHT - 10, "at", panel->first_at);
    if (!err) err = text_at(out, WIDTH - LEFT, HEIGHT - 10, "at end", panel->last_at);
    fl_buf_release(&last);
    return err;
}

static enum fl_error draw_points(struct fl_buf *out, const struct panel *panel)
{
    double most = most_of(panel);
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < panel->count && !err; i++) /* from the least to the most */
        err =
            fl_buf_printf(out, "  <path class=\"range\" d=\"M%.1f %.1fV%.1f\"/>\n", x_of(panel, i),
                          y_of(panel->points[i].least, most), y_of(panel->points[i].most, most));
    if (!err) err = fl_buf_append_text(out, "  <polyline points=\"");
    for (uint32_t i = 0; i < panel->count && !err; i++)
        err = fl_buf_printf(out, "%s%.1f,%.1f", i ? " " : "", x_of(panel, i),
                            y_of(panel->points[i].median, most));
    if (!err) err = fl_buf_append_text(out, "\"/>\n");
    for (uint32_t i = 0; i < panel->count && !err; i++)
        err = fl_buf_printf(out,
                            "  <circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%.6g</title>"
                            "</circle>\n",
                            x_of(panel, i), y_of(panel->points[i].median, most),
                            panel->points[i].median);
    return err;
}

static enum fl_error draw_panel(struct fl_buf *out, const struct panel *panel, uint32_t index)
{
    enum fl_error err = fl_buf_printf(out,
                                      " <g transform=\"translate(0 %u)\">\n"
                                      "  <path class=\"zero\" d=\"M%d %dH%d\"/>\n",
                                      index * HEIGHT, LEFT, TOP + PLOT_HEIGHT, WIDTH - LEFT);
    if (!err) err = draw_points(out, panel);
    if (!err) err = draw_texts(out, panel);
    return err ? err : fl_buf_append_text(out, " </g>\n");
}

static const char style[] =
    " <style>\n"
    "  svg { background: #fff; color: #222; font: 13px sans-serif }\n"
    "  @media (prefers-color-scheme: dark) { svg { background: #181818; color: #ddd } }\n"
    "  text { fill: currentColor } .at { font-size: 11px; opacity: .7 } .title { font-weight: bold "
    "}\n"
    "  .end { text-anchor: end } .zero { stroke: currentColor; opacity: .4 }\n"
    "  .range { stroke: #2a78c2; opacity: .5; stroke-width: 2 } circle { fill: #2a78c2 }\n"
    "  polyline { fill: none; stroke: #2a78c2; stroke-width: 1.5 }\n"
    " </style>\n";

static enum fl_error draw(const struct plot *plot, struct fl_buf *out)
{
    const struct fl_map_entry *entry;
    uint32_t cursor = 0, index = 0, panels = plot->by_title.count;
    enum fl_error err = fl_buf_printf(out,
                                      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                                      "height=\"%u\" viewBox=\"0 0 %d %u\">\n",
                                      WIDTH, panels * HEIGHT, WIDTH, panels * HEIGHT);
    if (!err) err = fl_buf_append_text(out, style);
    while (!err && (entry = fl_map_next(&plot->by_title, &cursor)) != NULL)
        err = draw_panel(out, entry->value, index++);
    return err ? err : fl_buf_append_text(out, "</svg>\n");
}

enum fl_error bench_plot(struct fl_span history, struct fl_buf *out, uint32_t *ret_line)
{
    struct plot plot = {.by_title = FL_MAP_INIT(PLOT_PANELS_MAX), .arena = FL_ARENA_INIT(0)};
    enum fl_error err = history_each(history, take_line, &plot, ret_line);
    if (!err) err = draw(&plot, out);
    fl_map_release(&plot.by_title);
    fl_arena_release(&plot.arena);
    return err;
}
