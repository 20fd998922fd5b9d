/* harness/scenario/layout.h - a scenario file as a person would lay it out: one form for all.
 *
 * Statements in the first column, their rest in the tenth; one blank between words; one empty line
 * at most, none at the ends; two blanks before a comment. Comments, words, settings, ranges and the
 * order stay as they are, and so do arguments, whose bytes are what is pushed: it reads as the same
 * plan. */
#ifndef HARNESS_SCENARIO_LAYOUT_H
#define HARNESS_SCENARIO_LAYOUT_H

#include "core/buf.h"
#include "core/span.h"

/* Of a text that scenario_parse has read: one that it has not may lose its meaning. FL_ENOMEM,
 * FL_EBOUND. What is laid out once more stays the same. */
FL_CHECKED enum fl_error scenario_layout(struct fl_span text, struct fl_buf *out);

#endif
