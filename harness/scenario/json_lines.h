/* harness/scenario/json_lines.h - a scenario in JSON, as plan_json.h tells it, as lines of the
 * language: whatever reads these reads that.
 *
 * Each member of the object becomes a line, or a line for each of its elements; members that only
 * tell what others say (`file`, `processes`, `line`, `verb`) are passed over. */
#ifndef HARNESS_SCENARIO_JSON_LINES_H
#define HARNESS_SCENARIO_JSON_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/scenario/problems.h"

struct json_lines {
    struct fl_buf text;   /* one statement a line */
    struct fl_buf places; /* for each of them the number of its line in the JSON: uint32_t */
};

/* A scenario of the language never begins so. */
bool json_lines_is_json(struct fl_span text);
/* FL_EPARSE: `problems` have been told. FL_ENOMEM, FL_EBOUND. Release it in any case. */
FL_CHECKED enum fl_error json_lines_read(struct fl_span json, struct problems *problems,
                                         struct json_lines *ret_lines);
void json_lines_release(struct json_lines *lines);

#endif
