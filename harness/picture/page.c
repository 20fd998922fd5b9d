/* harness/picture/page.c - fills the skeleton, place by place. */
#include "harness/picture/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "harness/picture/drawing.h"
#include "harness/picture/page/texts.h"
#include "harness/picture/summary.h"

enum { ARENA_BYTES_MAX = 512 * 1024 * 1024 };

struct page {
    const struct picture_about *about;
    struct picture_events events;
    struct picture_rows rows;
    struct picture_lanes lanes;
    struct drawing drawing;
    struct html html;
};

/* --- one row --- */

static void write_tag(struct html *html, const char *kind, struct fl_span text, const char *before)
{
    if (!text.length) return;
    html_markup(html, " <span class=\"%s\">%s", kind, before);
    html_text(html, text);
    html_markup(html, "</span>");
}

static void write_who(struct html *html, const struct picture_event *event)
{
    html_markup(html, "<span class=\"who\">");
    html_text(html, event->who.length ? event->who : FL_SPAN("scenario"));
    if (event->ordinal) html_markup(html, ".%" PRIu64, event->ordinal);
    html_markup(html, "</span>");
}

static void write_line(struct html *html, const struct picture_event *event)
{
    bool fault = event->kind == RECORDING_FAULT;
    write_who(html, event);
    write_tag(html, "label", event->what, "");
    if (fault)
        html_markup(html,
                    " <span class=\"tag fired\">fired</span> <span class=\"tag %s\">%s</span>",
                    event->effective ? "effective" : "silent",
                    event->effective ? "effective" : "without effect");
    write_tag(html, "detail", event->detail, "");
    write_tag(html, "outcome", event->outcome, "\xE2\x86\x92 ");
}

static void write_strings(struct html *html, struct fl_json_at array, const char *kind,
                          const char *sign)
{
    for (uint32_t i = 0; i < fl_json_length(array) && !html->err; i++) {
        struct fl_buf line = FL_BUF_INIT(PICTURE_EDITS_BYTES_MAX);
        html->err = fl_json_string(fl_json_element(array, i), &line);
        html_markup(html, "<li class=\"%s\"><span class=\"sign\">%s</span> ", kind, sign);
        html_text(html, fl_buf_span(&line));
        html_markup(html, "</li>");
        fl_buf_release(&line);
    }
}

static void write_edit(struct html *html, struct fl_json_at edit)
{
    struct fl_buf name = FL_BUF_INIT(PICTURE_EDITS_BYTES_MAX);
    struct fl_json_at note = fl_json_element(edit, 2);
    struct fl_json_at went = fl_json_element(edit, 4), came = fl_json_element(edit, 5);
    if (html->err) return;
    html->err = fl_json_string(fl_json_element(edit, 1), &name);
    bool only_note = fl_json_length(went) + fl_json_length(came) == 0;
    if (!html->err && only_note && fl_json_type(note) == FL_JSON_STRING) {
        html->err = fl_buf_append_text(&name, ": ");
        if (!html->err) html->err = fl_json_string(note, &name);
    }
    html_markup(html, "<li class=\"group\">");
    html_text(html, fl_buf_span(&name));
    html_markup(html, "</li>");
    write_strings(html, went, "went", "\xE2\x88\x92");
    write_strings(html, came, "came", "+");
    fl_buf_release(&name);
}

static void write_changes(struct html *html, struct fl_span edits)
{
    struct fl_json json;
    struct fl_buf array = FL_BUF_INIT(RECORDING_BYTES_MAX);
    if (html->err) return;
    html->err = fl_buf_printf(&array, "[%.*s]", FL_SPAN_ARGS(edits));
    if (!html->err) html->err = fl_json_parse(fl_buf_span(&array), &json, NULL);
    if (!html->err) {
        struct fl_json_at root = fl_json_root(&json);
        html_markup(html, "<ul class=\"changes\">");
        for (uint32_t i = 0; i < fl_json_length(root); i++)
            write_edit(html, fl_json_element(root, i));
        html_markup(html, "</ul>");
        fl_json_release(&json);
    }
    fl_buf_release(&array);
}

static const char *row_class(const struct picture_event *event)
{
    switch (event->kind) {
    case RECORDING_EFFECT: return event->refused ? "effect refused" : "effect";
    case RECORDING_FAULT: return "fault";
    case RECORDING_LOG: return "log";
    case RECORDING_MARK: return "mark";
    }
    return "";
}

static void write_event(struct page *page, const struct picture_row *row)
{
    struct html *html = &page->html;
    const struct picture_event *event = &page->events.events[row->end - 1];
    if (!event->changes.length) {
        html_markup(html, "<div class=\"what\">");
        write_line(html, event);
        html_markup(html, "</div>");
        return;
    }
    html_markup(html, "<details class=\"what\"><summary>");
    write_line(html, event);
    html_markup(html, "</summary>");
    write_changes(html, event->changes);
    html_markup(html, "</details>");
}

static void write_folded(struct page *page, const struct picture_row *row)
{
    struct html *html = &page->html;
    html_markup(html, "<div class=\"what\"><span class=\"folded\">");
    if (row->kind == PICTURE_ROW_GAP) {
        html_duration(html, row->to_us - row->from_us);
        if (row->hidden)
            html_markup(html, " \xC2\xB7 %u poll%s and heartbeats that changed nothing",
                        row->hidden, row->hidden == 1 ? "" : "s");
    } else if (row->kind == PICTURE_ROW_REPEATS) {
        html_markup(html,
                    "\xC3\x97%u, all identical \xC2\xB7 the first stands above, the last below "
                    "\xC2\xB7 ",
                    row->times);
        html_duration(html, row->to_us - row->from_us);
    } else {
        html_markup(html, "left out: %u events \xC2\xB7 ", row->hidden);
        html_duration(html, row->to_us - row->from_us);
    }
    html_markup(html, "</span></div>");
}

static void write_row(struct page *page, uint32_t index)
{
    struct html *html = &page->html;
    const struct picture_row *row = &page->rows.rows[index];
    bool is_event = row->kind == PICTURE_ROW_EVENT;
    bool outlined = index == page->rows.outlined;
    html_markup(html, "<li id=\"e%u\" class=\"%s%s\">", index + 1,
                is_event ? row_class(&page->events.events[row->end - 1]) : "folds",
                outlined ? " outlined" : "");
    html_markup(html, "<span class=\"at\">");
    if (is_event) html_time(html, row->to_us);
    html_markup(html, "</span>");
    drawing_row(&page->drawing, index, html);
    if (is_event)
        write_event(page, row);
    else
        write_folded(page, row);
    html_markup(html, "</li>\n");
}

/* --- what the cursor shows --- */

static void write_edits_of(struct page *page, uint32_t first, uint32_t end, size_t until)
{
    bool has_items = false;
    struct html *html = &page->html;
    html_markup(html, "[");
    for (uint32_t i = first; i < end && html->out->length < until; i++) {
        if (!page->events.events[i].edits.length) continue;
        html_markup(html, "%s", has_items ? "," : "");
        html_json(html, page->events.events[i].edits);
        has_items = true;
    }
    html_markup(html, "]");
}

static void write_apart(struct page *page, const struct picture_event *event)
{
    if (fl_span_equal(event->edits, event->changes)) return;
    html_markup(&page->html, ",[");
    html_json(&page->html, event->changes);
    html_markup(&page->html, "]");
}

/* For each row [edits of what is hidden before it, edits up to it, and its own changes when they
 * are others]; fewer rows when they are too long. */
static void fill_edits(struct page *page)
{
    struct html *html = &page->html;
    size_t until = html->out->length + PICTURE_EDITS_BYTES_MAX;
    html_markup(html, "[");
    for (uint32_t i = 0; i < page->rows.count && html->out->length < until; i++) {
        const struct picture_row *row = &page->rows.rows[i];
        bool own = row->kind == PICTURE_ROW_EVENT;
        html_markup(html, "%s\n[", i ? "," : "");
        write_edits_of(page, row->first, own ? row->end - 1 : row->end, until);
        html_markup(html, ",");
        write_edits_of(page, own ? row->end - 1 : row->end, row->end, until);
        if (own) write_apart(page, &page->events.events[row->end - 1]);
        html_markup(html, "]");
    }
    html_markup(html, "]");
}

/* --- places --- */

static void fill_title(struct page *page)
{
    html_text(&page->html, page->events.title);
}

static void fill_where(struct page *page)
{
    html_text(&page->html, fl_span_from(page->about->path));
    if (page->about->failed_line) html_markup(&page->html, ":%u", page->about->failed_line);
    html_markup(&page->html, " \xC2\xB7 seed %" PRIu64, page->about->seed);
}

static void fill_why(struct page *page)
{
    if (!page->events.why.length) return;
    html_markup(&page->html, "<p class=\"why\">");
    html_text(&page->html, page->events.why);
    html_markup(&page->html, "</p>\n");
}

static void fill_story(struct page *page)
{
    summary_story(page->about, &page->html);
}

static void fill_replay(struct page *page)
{
    html_text(&page->html, page->about->replay);
}

static void fill_claims(struct page *page)
{
    summary_claims(page->about, &page->events, &page->html);
}

static void fill_faults(struct page *page)
{
    summary_faults(&page->events, &page->html);
}

static void fill_differences(struct page *page)
{
    summary_differences(&page->events, &page->html);
}

static void fill_size(struct page *page)
{
    struct html *html = &page->html;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < page->rows.count; i++)
        shown += page->rows.rows[i].kind == PICTURE_ROW_EVENT;
    html_markup(html, "%u of %u events", shown, page->events.count);
    if (page->events.left_out)
        html_markup(html, "; %" PRIu64 " more were not recorded", page->events.left_out);
    html_markup(html, ", ");
    html_duration(html, page->events.end_us);
    html_markup(html, " of virtual time");
}

static void fill_lane(struct page *page)
{
    html_markup(&page->html, "%u", drawing_lane_width(&page->drawing));
}

static void fill_lanes(struct page *page)
{
    html_markup(&page->html, "%u", drawing_width(&page->drawing));
}

static void fill_heads(struct page *page)
{
    drawing_head(&page->drawing, &page->html);
}

static void fill_rows(struct page *page)
{
    for (uint32_t i = 0; i < page->rows.count; i++)
        write_row(page, i);
}

static void fill_css(struct page *page)
{
    html_copy(&page->html, fl_span_from(picture_page_css));
}

static void fill_js(struct page *page)
{
    html_copy(&page->html, fl_span_from(picture_page_js));
}

static const struct place {
    const char *name;
    void (*fill)(struct page *page);
} places[] = {
    {"title", fill_title},   {"css", fill_css},       {"where", fill_where},
    {"why", fill_why},       {"story", fill_story},   {"replay", fill_replay},
    {"claims", fill_claims}, {"faults", fill_faults}, {"differences", fill_differences},
    {"size", fill_size},     {"lane", fill_lane},     {"lanes", fill_lanes},
    {"heads", fill_heads},   {"rows", fill_rows},     {"edits", fill_edits},
    {"js", fill_js},
};

static void fill_place(struct page *page, struct fl_span name)
{
    for (size_t i = 0; i < FL_COUNT(places); i++) {
        if (!fl_span_is(name, places[i].name)) continue;
        places[i].fill(page);
        return;
    }
    fl_panic("the skeleton has a place that nothing fills");
}

static void fill(struct page *page)
{
    const char *at = picture_page_html;
    for (const char *open; (open = strstr(at, "{{")) != NULL;) {
        const char *close = strstr(open, "}}");
        fl_assert(close);
        html_copy(&page->html, (struct fl_span){at, (size_t)(open - at)});
        fill_place(page, (struct fl_span){open + 2, (size_t)(close - open - 2)});
        at = close + 2;
    }
    html_copy(&page->html, fl_span_from(at));
}

static enum fl_error prepare(struct page *page, struct fl_span recording, struct fl_arena *arena)
{
    enum fl_error err = picture_read(recording, arena, &page->events);
    if (err) return err;
    uint32_t outlined = picture_outlined(&page->events, page->about->failed_line);
    err = picture_fold(&page->events, outlined, arena, &page->rows);
    if (err) return err;
    picture_lanes_find(&page->events, &page->rows, &page->lanes);
    page->drawing = (struct drawing){&page->events, &page->rows, &page->lanes, NULL, 0, 0};
    return picture_boxes_find(&page->events, &page->rows, &page->lanes, arena, &page->drawing.boxes,
                              &page->drawing.box_count);
}

enum fl_error picture_write(const struct picture_about *about, struct fl_span recording,
                            struct fl_buf *out)
{
    struct fl_arena arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    struct page *page = calloc(1, sizeof *page);
    if (!page) return FL_ENOMEM;
    page->about = about;
    page->html = (struct html){.out = out};
    enum fl_error err = prepare(page, recording, &arena);
    if (!err) fill(page);
    if (!err) err = page->html.err;
    fl_arena_release(&arena);
    free(page);
    return err;
}
