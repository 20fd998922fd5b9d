/* src/queue/registry.h - finds a worker by its class name in the tables of the loaded modules. */
#ifndef FL_QUEUE_REGISTRY_H
#define FL_QUEUE_REGISTRY_H

#include <stddef.h>

#include "core/map.h"
#include "faultline/worker.h"

struct fl_registry {
    struct fl_map workers; /* name -> const struct fl_worker, borrowed */
    bool has_locks;        /* some class has one */
};

/* Borrows the tables; each is ended by a row whose name is NULL, and a later one wins. FL_EINVAL: a
 * row without a perform function, with a lock until it expires that never does, or with a lock
 * though its arguments are encrypted; named in *ret_name; FL_EBOUND past FL_WORKERS_MAX; FL_ENOMEM.
 */
FL_CHECKED enum fl_error fl_registry_init(struct fl_registry *registry,
                                          const struct fl_worker *const *tables, size_t count,
                                          const char **ret_name);
void fl_registry_release(struct fl_registry *registry);
/* NULL: there is no such class. */
const struct fl_worker *fl_registry_find(const struct fl_registry *registry, const char *name);

#endif
