/* src/ports/task.h - tasks, and waiting for each other: OS threads in production, fibers in
 * simulation.
 *
 * Shared state is guarded by a monitor (a lock with a place to wait). Rule: while a monitor is
 * held no port is called but this one and, to read it, the clock; the simulation checks it. A wait
 * returns on a wake, at its deadline or for no reason: always test the condition in a loop. */
#ifndef FL_PORTS_TASK_H
#define FL_PORTS_TASK_H

#include <stdint.h>

#include "core/error.h"

struct fl_task;    /* opaque, the port's */
struct fl_monitor; /* opaque, the port's */

typedef void fl_task_main(void *argument);

struct fl_task_ops {
    /* `role` names the task inside its process ("fetch", "heartbeat", "thread-3"); copied.
     * FL_ENOMEM, or FL_EBOUND when the port's maximum of tasks is reached: then nothing runs. */
    enum fl_error (*spawn)(void *self, const char *role, fl_task_main *main, void *argument,
                           struct fl_task **ret_task);
    /* Waits for its end and frees it. FL_ETIMEDOUT: still running, the handle stays valid. */
    enum fl_error (*join)(void *self, struct fl_task *task, int64_t deadline_us);
    /* Returns at or after the monotonic instant. */
    void (*sleep_until)(void *self, int64_t deadline_us);
    /* `name`, for messages, is copied. FL_ENOMEM. */
    enum fl_error (*monitor_new)(void *self, const char *name, struct fl_monitor **ret_monitor);
    void (*monitor_free)(void *self, struct fl_monitor *monitor); /* nobody inside or waiting */
    void (*enter)(void *self, struct fl_monitor *monitor);
    void (*leave)(void *self, struct fl_monitor *monitor);
    /* Inside: leaves, waits, enters again. FL_OK after a wake (or none), FL_ETIMEDOUT at the
     * deadline. */
    enum fl_error (*wait)(void *self, struct fl_monitor *monitor, int64_t deadline_us);
    void (*wake_all)(void *self, struct fl_monitor *monitor); /* inside or outside */
    /* What this task is working on, for log lines and effect identities: a jid, or NULL for its
     * role. Copied. Tasks spawned later do not inherit it. */
    void (*set_context)(void *self, const char *jid);
};

struct fl_tasks {
    const struct fl_task_ops *ops;
    void *self;
};

FL_CHECKED static inline enum fl_error fl_task_spawn(struct fl_tasks tasks, const char *role,
                                                     fl_task_main *main, void *argument,
                                                     struct fl_task **ret_task)
{
    return tasks.ops->spawn(tasks.self, role, main, argument, ret_task);
}

FL_CHECKED static inline enum fl_error fl_task_join(struct fl_tasks tasks, struct fl_task *task,
                                                    int64_t deadline_us)
{
    return tasks.ops->join(tasks.self, task, deadline_us);
}

static inline void fl_task_sleep_until(struct fl_tasks tasks, int64_t deadline_us)
{
    tasks.ops->sleep_until(tasks.self, deadline_us);
}

static inline void fl_task_set_context(struct fl_tasks tasks, const char *jid)
{
    tasks.ops->set_context(tasks.self, jid);
}

FL_CHECKED static inline enum fl_error fl_monitor_new(struct fl_tasks tasks, const char *name,
                                                      struct fl_monitor **ret_monitor)
{
    return tasks.ops->monitor_new(tasks.self, name, ret_monitor);
}

static inline void fl_monitor_free(struct fl_tasks tasks, struct fl_monitor *monitor)
{
    if (monitor) tasks.ops->monitor_free(tasks.self, monitor);
}

static inline void fl_monitor_enter(struct fl_tasks tasks, struct fl_monitor *monitor)
{
    tasks.ops->enter(tasks.self, monitor);
}

static inline void fl_monitor_leave(struct fl_tasks tasks, struct fl_monitor *monitor)
{
    tasks.ops->leave(tasks.self, monitor);
}

static inline enum fl_error fl_monitor_wait(struct fl_tasks tasks, struct fl_monitor *monitor,
                                            int64_t deadline_us)
{
    return tasks.ops->wait(tasks.self, monitor, deadline_us);
}

static inline void fl_monitor_wake_all(struct fl_tasks tasks, struct fl_monitor *monitor)
{
    tasks.ops->wake_all(tasks.self, monitor);
}

#endif
