/* harness/picture/html.h - writes HTML in which no text can be anything but text. */
#ifndef HARNESS_PICTURE_HTML_H
#define HARNESS_PICTURE_HTML_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

struct html {
    struct fl_buf *out; /* borrowed */
    enum fl_error err;  /* the first failure sticks */
};

/* Markup of ours. Nothing of a scenario's goes through `format`, but numbers. */
void html_markup(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_copy(struct html *html, struct fl_span markup);
/* Anybody's text, between tags or in a quoted attribute. */
void html_text(struct html *html, struct fl_span text);
/* JSON inside a script element: no "<" is left in it, so that nothing in it ends the element. */
void html_json(struct html *html, struct fl_span json);
/* "+00:00:00.001195" */
void html_time(struct html *html, int64_t at_us);
/* "14 d 3 h", "2.5 s", "7 ms". */
void html_duration(struct html *html, int64_t us);

#endif
