/* harness/scenario/problems.h - collects what is wrong with a scenario, one line for each problem.
 */
#ifndef HARNESS_SCENARIO_PROBLEMS_H
#define HARNESS_SCENARIO_PROBLEMS_H

#include <stdint.h>

#include "core/buf.h"
#include "harness/scenario/line.h"

enum { PROBLEMS_MAX = 20, PROBLEM_FOUND_BYTES_MAX = 60 };

struct problems {
    const char *path;
    struct fl_buf *message; /* borrowed */
    uint32_t count;
    enum fl_error err; /* the first failure to write the message; sticks */
};

/* "path:line:column: expected EXPECTED, found FOUND; NOTE". `found` NULL bytes: the line's end.
 * `note` NULL: none. Beyond PROBLEMS_MAX they are only counted. */
void problems_add(struct problems *problems, uint32_t line, uint32_t column, const char *expected,
                  struct fl_span found, const char *note);
/* The same with `did you mean "SUGGESTION"?` as its note, unless that is NULL. */
void problems_suggest(struct problems *problems, uint32_t line, uint32_t column,
                      const char *expected, struct fl_span found, const char *suggestion);

#endif
