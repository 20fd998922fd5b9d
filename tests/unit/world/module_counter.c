/* Handlers that keep state where they should not: in static variables. */
#include <unistd.h>

#include "faultline/worker.h"
#include "tests/unit/world/module_calls.h"

static int counter = 40;
static int table[1000];
int exported_counter;
static const char *const names[] = {"relocated, and never written to", "so no part of the image"};

static enum fl_outcome counts(struct fl_job *job)
{
    struct call_result *result = (struct call_result *)(void *)job;
    counter++;
    exported_counter += 2;
    int *row = &table[999 - result->text[0]]; /* which one, only the caller knows */
    ++*row;
    sleep(1); /* another process may run meanwhile */
    result->number = counter * 10000 + exported_counter * 100 + *row;
    return names[result->number & 1] ? FL_DONE : FL_FAILED;
}

const struct fl_worker fl_workers[] = {{.name = "counts", .perform = counts}, {0}};
