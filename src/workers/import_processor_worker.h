/* src/workers/import_processor_worker.h - the job that processes one import. Arguments: [import
 * id]. */
#ifndef WORKERS_IMPORT_PROCESSOR_WORKER_H
#define WORKERS_IMPORT_PROCESSOR_WORKER_H

#include "faultline/worker.h"

enum fl_outcome import_processor_perform(struct fl_job *job);
/* The last retry is spent: the import is failed for good, "Processing failed after 5 attempts". */
void import_processor_exhausted(struct fl_job *job);

#endif
