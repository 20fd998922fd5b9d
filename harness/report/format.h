/* harness/report/format.h - the forms of a report for machines and reviews, one file each. A form
 * decides on bytes alone; who opens, writes and closes is harness/report/outlet.h. */
#ifndef HARNESS_REPORT_FORMAT_H
#define HARNESS_REPORT_FORMAT_H

#include "core/buf.h"
#include "harness/report/result.h"

enum { REPORT_BYTES_MAX = 64 * 1024 * 1024, REPORT_HELD_MAX = 3 };

struct report_format;

struct report_document {
    const struct report_format *format;
    const char *program;                 /* as it was called, for commands to be typed */
    const char *workspace;               /* GitHub's, for paths below it; NULL: as they are */
    uint64_t total;                      /* scenarios */
    uint64_t count;                      /* results so far, the one being added included */
    struct fl_buf out;                   /* to be written; the outlet empties it */
    struct fl_buf held[REPORT_HELD_MAX]; /* what comes behind later lines */
    enum fl_error err;                   /* the first failure sticks: FL_ENOMEM, FL_EBOUND */
};

struct report_format {
    const char *name;
    const char *means; /* for --help */
    enum fl_error (*begin)(struct report_document *document);
    /* `failure` is NULL unless the run has failed. */
    enum fl_error (*result)(struct report_document *document, const struct report_run *run,
                            const struct report_failure *failure);
    enum fl_error (*end)(struct report_document *document, const struct report_sums *sums);
};

extern const struct report_format report_junit;
extern const struct report_format report_tap;
extern const struct report_format report_jsonl;
extern const struct report_format report_github;
extern const struct report_format report_markdown;

/* NULL: there is no such form; *ret_names lists those there are. */
const struct report_format *report_format_named(struct fl_span name, const char **ret_names);

void report_document_begin(struct report_document *document, const struct report_format *format,
                           const char *program, uint64_t total);
void report_document_add(struct report_document *document, const struct report_run *run,
                         const struct report_failure *failure);
void report_document_end(struct report_document *document, const struct report_sums *sums);
void report_document_release(struct report_document *document);

/* "faultline replay out/a.replay"; nothing when there is no file. */
FL_CHECKED enum fl_error report_append_replay(struct fl_buf *out, const char *program,
                                              const struct report_failure *failure);
/* What else was written of a failure, a line each, with an end before it: "minimal   out/a.scenario
 * (6 lines)", "picture   out/a.html". */
FL_CHECKED enum fl_error report_append_files(struct fl_buf *out,
                                             const struct report_failure *failure);
/* "18 sweeps, 1 failed, the rest not run" */
FL_CHECKED enum fl_error report_append_counts(struct fl_buf *out, const struct report_run *run);
/* "12.345": seconds, of microseconds. */
FL_CHECKED enum fl_error report_append_seconds(struct fl_buf *out, int64_t us);
/* What was claimed and what was found, in one line: "expected ...; found ...". */
FL_CHECKED enum fl_error report_append_gist(struct fl_buf *out,
                                            const struct report_failure *failure);

#endif
