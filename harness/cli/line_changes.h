/* harness/cli/line_changes.h - what a new layout changes, as a difference that `patch` takes. */
#ifndef HARNESS_CLI_LINE_CHANGES_H
#define HARNESS_CLI_LINE_CHANGES_H

#include "core/buf.h"
#include "core/span.h"

/* A unified difference without context. `after` is `before` laid out: line by line the same, but
 * that empty lines may be missing. */
FL_CHECKED enum fl_error line_changes(const char *path, struct fl_span before, struct fl_span after,
                                      struct fl_buf *out);

#endif
