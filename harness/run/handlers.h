/* harness/run/handlers.h - the handlers of a module, called through us: so the ledger knows when a
 * run begins and how it ends, whatever the queue makes of it. */
#ifndef HARNESS_RUN_HANDLERS_H
#define HARNESS_RUN_HANDLERS_H

#include "faultline/worker.h"

/* A table of the same classes whose functions lead to the node's ledger and then to the module's
 * own. NULL: out of memory. */
struct fl_worker *handlers_wrap(const struct fl_worker *workers);
void handlers_free(struct fl_worker *table);

#endif
