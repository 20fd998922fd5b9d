/* harness/report/quote.h - how any bytes at all may stand in a report: each form has its own way of
 * going wrong.
 *
 * All of them first make the text visible: valid UTF-8 without control characters. What is no UTF-8
 * becomes U+FFFD; control characters, line separators and what turns the direction of writing are
 * written as \x1b or \u202e. Line feeds and tabs stay. */
#ifndef HARNESS_REPORT_QUOTE_H
#define HARNESS_REPORT_QUOTE_H

#include "core/buf.h"

FL_CHECKED enum fl_error report_quote_visible(struct fl_buf *out, struct fl_span text);
/* "]]>" cannot occur. An attribute, between double quotes, keeps its line feeds. */
FL_CHECKED enum fl_error report_quote_xml(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error report_quote_xml_attribute(struct fl_buf *out, struct fl_span text);
/* With the quotes: a scalar of YAML and of JSON. */
FL_CHECKED enum fl_error report_quote_string(struct fl_buf *out, struct fl_span text);
/* What a line of TAP may call a test: one line, and no '#' that would begin a directive. */
FL_CHECKED enum fl_error report_quote_tap(struct fl_buf *out, struct fl_span text);
/* GitHub's commands: a message, and a property such as title=. */
FL_CHECKED enum fl_error report_quote_github_message(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error report_quote_github_property(struct fl_buf *out, struct fl_span text);
/* As code: nothing in it is markup, and nobody called @name is told. In a line, in a cell of a
 * table, or as a block. */
FL_CHECKED enum fl_error report_quote_markdown(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error report_quote_markdown_cell(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error report_quote_markdown_block(struct fl_buf *out, const char *language,
                                                     struct fl_span text);
/* One word for a shell; as it is where that is safe. */
FL_CHECKED enum fl_error report_quote_shell(struct fl_buf *out, struct fl_span text);

#endif
