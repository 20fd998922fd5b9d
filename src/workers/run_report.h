/* src/workers/run_report.h - what a run tells those who watch: one structured line at its start, a
 * count of how it ended, and how long it took. */
#ifndef WORKERS_RUN_REPORT_H
#define WORKERS_RUN_REPORT_H

#include "faultline/worker.h"

struct run_report {
    const char *subject; /* "document": lines and metrics begin with it */
    int64_t started_us;
};

/* {"event":"document_processing_started","document_id":7,"worker":"DocumentWorker"}: the id is the
 * job's first argument. */
struct run_report run_report_begin(struct fl_job *job, const char *subject);
/* document.processing_time, and document.success or document.failure; returns `outcome`. */
enum fl_outcome run_report_end(struct fl_job *job, const struct run_report *report,
                               enum fl_outcome outcome);
/* One counter more: "document.lines". */
void run_report_count(struct fl_job *job, const struct run_report *report, const char *what,
                      int64_t value);

#endif
