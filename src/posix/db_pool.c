/* A monitor guards who holds which slot. What is in a slot belongs to its holder, so connections
 * are opened, asked and closed outside the monitor. */
#include "posix/db_pool.h"

#include <stdlib.h>

#include "core/assert.h"

struct slot {
    struct fl_db_conn *conn; /* owned; NULL: not open */
    bool busy;
};

struct fl_db_pool {
    const struct fl_db_pool_ops *ops;
    void *self;
    struct fl_tasks tasks;
    struct fl_monitor *monitor; /* guards the slots */
    size_t slot_count;
    struct slot slots[FL_DB_CONNECTIONS_MAX];
};

enum fl_error fl_db_pool_new(const struct fl_db_pool_ops *ops, void *self, struct fl_tasks tasks,
                             int connections_max, struct fl_db_pool **ret_pool)
{
    fl_assert(connections_max > 0);
    fl_assert(connections_max <= FL_DB_CONNECTIONS_MAX);
    struct fl_db_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return FL_ENOMEM;
    *pool = (struct fl_db_pool){
        .ops = ops, .self = self, .tasks = tasks, .slot_count = (size_t)connections_max};
    enum fl_error err = fl_monitor_new(tasks, "database", &pool->monitor);
    if (err) {
        free(pool);
        return err;
    }
    *ret_pool = pool;
    return FL_OK;
}

void fl_db_pool_free(struct fl_db_pool *pool)
{
    if (!pool) return;
    for (size_t i = 0; i < pool->slot_count; i++)
        if (pool->slots[i].conn) pool->ops->close(pool->self, pool->slots[i].conn);
    fl_monitor_free(pool->tasks, pool->monitor);
    free(pool);
}

/* An open connection before a closed one: its pages and statements are warm. */
static struct slot *free_slot(struct fl_db_pool *pool)
{
    struct slot *closed = NULL;
    for (size_t i = 0; i < pool->slot_count; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->busy) continue;
        if (slot->conn) return slot;
        if (!closed) closed = slot;
    }
    return closed;
}

static struct slot *occupy(struct fl_db_pool *pool, int64_t deadline_us)
{
    struct slot *slot;
    enum fl_error err = FL_OK;
    fl_monitor_enter(pool->tasks, pool->monitor);
    while (!(slot = free_slot(pool)) && err != FL_ETIMEDOUT)
        err = fl_monitor_wait(pool->tasks, pool->monitor, deadline_us);
    if (slot) slot->busy = true;
    fl_monitor_leave(pool->tasks, pool->monitor);
    return slot;
}

static void vacate(struct fl_db_pool *pool, struct slot *slot)
{
    fl_monitor_enter(pool->tasks, pool->monitor);
    slot->busy = false;
    fl_monitor_wake_all(pool->tasks, pool->monitor);
    fl_monitor_leave(pool->tasks, pool->monitor);
}

static void drop_unusable(struct fl_db_pool *pool, struct slot *slot)
{
    if (!slot->conn || pool->ops->is_usable(pool->self, slot->conn)) return;
    pool->ops->close(pool->self, slot->conn);
    slot->conn = NULL;
}

enum fl_error fl_db_pool_take(struct fl_db_pool *pool, int64_t deadline_us,
                              struct fl_db_conn **ret_conn)
{
    struct slot *slot = occupy(pool, deadline_us);
    if (!slot) return FL_ETIMEDOUT;
    drop_unusable(pool, slot);
    enum fl_error err = slot->conn ? FL_OK : pool->ops->open(pool->self, &slot->conn);
    if (err) {
        vacate(pool, slot);
        return err;
    }
    *ret_conn = slot->conn;
    return FL_OK;
}

void fl_db_pool_return(struct fl_db_pool *pool, struct fl_db_conn *conn)
{
    struct slot *slot = pool->slots;
    /* Without the monitor: only the holder of a busy slot changes its conn. */
    while (slot->conn != conn || !slot->busy) {
        slot++;
        fl_assert(slot < pool->slots + pool->slot_count);
    }
    drop_unusable(pool, slot);
    vacate(pool, slot);
}
