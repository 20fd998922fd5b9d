/* harness/cli/matrix_report.h - a matrix for machines and reviews: its cells as lines of JSON, as a
 * page of Markdown with what has changed against an earlier one, or as results of any form. */
#ifndef HARNESS_CLI_MATRIX_REPORT_H
#define HARNESS_CLI_MATRIX_REPORT_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/map.h"
#include "harness/matrix/grid.h"
#include "harness/matrix/stories.h"
#include "harness/report/outlet.h"

enum { MATRIX_BASE_CELLS_MAX = 1000 * 1000 };

/* An earlier matrix, as it was written as lines of JSON. */
struct matrix_base {
    struct fl_arena arena;
    struct fl_map ends; /* by the cell's key: struct matrix_base_end */
    const char *class;  /* NULL: none was told */
};

struct matrix_report { /* all borrowed */
    const char *path, *job;
    const struct matrix_grid *grid;
    const struct matrix_stories *stories;
    const char *upgrade; /* the new module; NULL: the handler's class is asked */
    enum plan_class class;
    bool has_claim;
    enum plan_class claim;
    bool passed;
    uint64_t runs;
    const struct matrix_base *base; /* NULL: nothing to compare with */
};

/* FL_ENOTFOUND, FL_EIO, FL_EPARSE: no lines of a matrix; with a sentence. In any case released. */
FL_CHECKED enum fl_error matrix_base_read(const char *path, struct matrix_base *ret_base,
                                          struct fl_buf *problem);
void matrix_base_release(struct matrix_base *base);

FL_CHECKED enum fl_error matrix_report_jsonl(const struct matrix_report *report,
                                             struct fl_buf *out);
FL_CHECKED enum fl_error matrix_report_markdown(const struct matrix_report *report,
                                                struct fl_buf *out);
/* A result for each cell that was played: failed where the handler would not have the class that is
 * claimed, or the new module makes it worse. How many there are. */
uint64_t matrix_report_count(const struct matrix_report *report);
void matrix_report_tell(const struct matrix_report *report, struct report_outlets *outlets,
                        struct report_sums *ret_sums);

#endif
