#include "harness/picture/summary.h"

#include <string.h>

enum { WORD_COLUMNS = 10 }; /* "found     " */

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t used = end ? length + 1 : length;
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

static struct fl_span word_of(struct fl_span line)
{
    size_t length = 0;
    while (length < line.length && line.bytes[length] >= 'a' && line.bytes[length] <= 'z')
        length++;
    bool is_word = length > 0 && length < WORD_COLUMNS && line.length > WORD_COLUMNS &&
                   line.bytes[WORD_COLUMNS - 1] == ' ';
    return (struct fl_span){line.bytes, is_word ? length : 0};
}

/* Up to the timeline, which the picture is; a line without a word continues the one before. */
void summary_story(const struct picture_about *about, struct html *html)
{
    struct fl_span text = about->text;
    bool open = false;
    while (text.length && text.bytes[0] != '+') {
        struct fl_span line = take_line(&text), word = word_of(line);
        if (word.length) {
            html_markup(html, "%s<dt>", open ? "</dd>" : "");
            html_text(html, word);
            html_markup(html, "</dt><dd class=\"");
            html_text(html, word);
            html_markup(html, "\">");
            line = (struct fl_span){line.bytes + WORD_COLUMNS, line.length - WORD_COLUMNS};
        } else if (!open) {
            html_markup(html, "<dt>found</dt><dd>");
        } else {
            html_markup(html, "\n");
        }
        open = true;
        while (line.length && line.bytes[0] == ' ')
            line = (struct fl_span){line.bytes + 1, line.length - 1};
        html_text(html, line);
    }
    html_markup(html, "%s", open ? "</dd>" : "");
    if (about->swept_at.length == 0) return;
    html_markup(html, "<dt>swept</dt><dd>");
    html_text(html, about->swept_at);
    html_markup(html, "</dd>");
}

void summary_claims(const struct picture_about *about, const struct picture_events *events,
                    struct html *html)
{
    for (uint32_t i = 0; i < events->claim_count; i++) {
        const struct picture_claim *claim = &events->claims[i];
        bool fails = claim->line == about->failed_line;
        html_markup(html, "<li%s><span class=\"line\">%u</span> <code>",
                    fails ? " class=\"fails\"" : "", claim->line);
        html_text(html, claim->text);
        html_markup(html, "</code>%s</li>", fails ? " <b>does not hold</b>" : "");
    }
    if (!events->claim_count) html_markup(html, "<li>none</li>");
}

static void count_strikes(const struct picture_events *events, uint32_t line, uint32_t *ret_fired,
                          uint32_t *ret_effective)
{
    *ret_fired = *ret_effective = 0;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct picture_event *event = &events->events[i];
        if (event->kind != RECORDING_FAULT || event->line != line) continue;
        *ret_fired += 1;
        *ret_effective += event->effective;
    }
}

void summary_faults(const struct picture_events *events, struct html *html)
{
    for (uint32_t i = 0; i < events->fault_count; i++) {
        const struct picture_fault *fault = &events->faults[i];
        uint32_t fired, effective;
        count_strikes(events, fault->line, &fired, &effective);
        html_markup(html, "<li><span class=\"line\">%u</span> <code>", fault->line);
        html_text(html, fault->text);
        html_markup(html, "</code> <span class=\"tag planned\">planned</span>");
        html_markup(html, " <span class=\"tag %s\">%sfired%s", fired ? "fired" : "silent",
                    fired ? "" : "never ", fired > 1 ? " " : "");
        html_markup(html, fired > 1 ? "\xC3\x97%u</span>" : "</span>", fired);
        if (fired)
            html_markup(html, " <span class=\"tag %s\">%s</span>",
                        effective ? "effective" : "silent",
                        effective == fired ? "effective"
                        : effective        ? "effective in part"
                                           : "without effect");
        html_markup(html, "</li>");
    }
    if (!events->fault_count) html_markup(html, "<li>none</li>");
}

void summary_differences(const struct picture_events *events, struct html *html)
{
    if (!events->is_compared) {
        html_markup(html, "<p>There is no undisturbed run to compare with: it does not end well "
                          "by itself.</p>");
        return;
    }
    if (!events->difference_count) {
        html_markup(html, "<p>None: rows, keys and mails are the same as without any fault.</p>");
        return;
    }
    html_markup(html, "<ul class=\"changes\">");
    for (uint32_t i = 0; i < events->difference_count; i++) {
        struct fl_span line = events->differences[i];
        bool missing = line.length && line.bytes[0] == '-';
        html_markup(html, "<li class=\"%s\"><span class=\"sign\">%s</span> ",
                    missing ? "went" : "came", missing ? "missing" : "extra");
        if (line.length > 2) html_text(html, (struct fl_span){line.bytes + 2, line.length - 2});
        html_markup(html, "</li>");
    }
    html_markup(html, "</ul>");
}
