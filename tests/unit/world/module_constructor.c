#include <stdlib.h>

#include "faultline/worker.h"

static char *kept;

__attribute__((constructor)) static void keep(void)
{
    kept = malloc(100);
}

__attribute__((destructor)) static void drop(void)
{
    free(kept);
}

static enum fl_outcome uses(struct fl_job *job)
{
    (void)job;
    return kept ? FL_DONE : FL_FAILED;
}

const struct fl_worker fl_workers[] = {{.name = "uses", .perform = uses}, {0}};
