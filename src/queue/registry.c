#include "queue/registry.h"

#include "queue/process.h"

/* The map holds plain pointers; nobody writes through them. */
static void *unconst(const struct fl_worker *worker)
{
    union {
        const struct fl_worker *in;
        void *out;
    } pointer = {.in = worker};
    return pointer.out;
}

static enum fl_error add_table(struct fl_registry *registry, const struct fl_worker *row,
                               const char **ret_name)
{
    for (; row->name; row++) {
        bool never_ends = row->lock == FL_LOCK_UNTIL_EXPIRED && row->lock_ttl_s <= 0;
        if (!row->perform || never_ends || (row->encrypt && row->lock != FL_LOCK_NONE)) {
            *ret_name = row->name;
            return FL_EINVAL;
        }
        if (row->lock != FL_LOCK_NONE) registry->has_locks = true;
        enum fl_error err =
            fl_map_put(&registry->workers, fl_span_from(row->name), unconst(row), NULL);
        if (err) return err;
    }
    return FL_OK;
}

enum fl_error fl_registry_init(struct fl_registry *registry, const struct fl_worker *const *tables,
                               size_t count, const char **ret_name)
{
    *registry = (struct fl_registry){.workers = FL_MAP_INIT(FL_WORKERS_MAX)};
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = add_table(registry, tables[i], ret_name);
    if (err) fl_registry_release(registry);
    return err;
}

void fl_registry_release(struct fl_registry *registry)
{
    fl_map_release(&registry->workers);
}

const struct fl_worker *fl_registry_find(const struct fl_registry *registry, const char *name)
{
    return fl_map_get(&registry->workers, fl_span_from(name));
}
