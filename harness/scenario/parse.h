/* harness/scenario/parse.h - reads a scenario file into a plan, or says where and why it cannot. */
#ifndef HARNESS_SCENARIO_PARSE_H
#define HARNESS_SCENARIO_PARSE_H

#include "core/buf.h"
#include "harness/scenario/plan.h"

struct scenario_setting { /* --set NAME=VALUE */
    const char *name, *value;
};

/* How one reading differs from the file: for computed variants of a scenario. */
struct scenario_changes { /* zeroed: not at all */
    struct fl_span extra; /* lines that stand behind the file's own, numbered on */
    bool bare;            /* the file's own faults, sweeps, heal and expectations are left out */
    bool instead;         /* the file is not even read: `extra` is the scenario */
};

/* On FL_OK the caller releases with scenario_plan_free. On FL_EPARSE, FL_EBOUND, FL_EIO,
 * FL_ENOTFOUND *message holds "file:line:column: what was expected, what was found; did you mean
 * ...?" (one line for each problem, at most 20), and *ret_plan is untouched. */
FL_CHECKED enum fl_error scenario_read(const char *path, const struct scenario_setting *settings,
                                       uint32_t setting_count, struct plan **ret_plan,
                                       struct fl_buf *message);
FL_CHECKED enum fl_error scenario_read_changed(const char *path,
                                               const struct scenario_changes *changes,
                                               const struct scenario_setting *settings,
                                               uint32_t setting_count, struct plan **ret_plan,
                                               struct fl_buf *message);
/* The same from text; `path` is used in messages and to find files named with @. */
FL_CHECKED enum fl_error scenario_parse(const char *path, struct fl_span text,
                                        const struct scenario_setting *settings,
                                        uint32_t setting_count, struct plan **ret_plan,
                                        struct fl_buf *message);
FL_CHECKED enum fl_error scenario_parse_changed(const char *path, struct fl_span text,
                                                const struct scenario_changes *changes,
                                                const struct scenario_setting *settings,
                                                uint32_t setting_count, struct plan **ret_plan,
                                                struct fl_buf *message);
void scenario_plan_free(struct plan *plan); /* NULL is fine */

#endif
