/* src/workers/noop.c - a job that does nothing, to measure the queue by: build/noop.so. */
#include "faultline/worker.h"

static enum fl_outcome noop(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "NoopWorker", .perform = noop, .retry = FL_RETRY_DEFAULT},
    {0},
};
