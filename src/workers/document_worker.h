/* src/workers/document_worker.h - the job that reads an uploaded file and tells its owner.
 * Arguments: [document id].
 *
 * What is found depends on the file alone, so a run may read it again from its start. What was
 * found and the message about it are one transaction, which only the first to come can make. */
#ifndef WORKERS_DOCUMENT_WORKER_H
#define WORKERS_DOCUMENT_WORKER_H

#include "faultline/worker.h"

enum fl_outcome document_perform(struct fl_job *job);
/* The document is `failed`, with the reason. */
void document_exhausted(struct fl_job *job);

#endif
