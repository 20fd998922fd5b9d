/* A handler module with one worker that succeeds. */
#include "faultline/worker.h"

static enum fl_outcome succeed(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "PlainWorker", .perform = succeed, .retry = FL_RETRY_DEFAULT},
    {0},
};
