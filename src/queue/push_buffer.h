/* src/queue/push_buffer.h - keeps pushes in memory while Redis is away, and makes up for them in
 * their order before the next one.
 *
 * Only outages are bridged (FL_ECONNECT, FL_ELOST, FL_ETIMEDOUT, FL_EPROTOCOL): what Redis refuses
 * is the caller's to hear. After a lost answer the job may stand in Redis already; it is pushed
 * again under the same jid: at least once. A job that takes a lock at its push, or belongs to a
 * batch, is never kept. What waits dies with its process. */
#ifndef FL_QUEUE_PUSH_BUFFER_H
#define FL_QUEUE_PUSH_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "ports/ports.h"
#include "queue/client.h"

enum { FL_PUSH_BUFFER_BYTES_MAX = 64 * 1024 * 1024 };

/* What becomes of a push that finds the buffer full. */
enum fl_push_full {
    FL_PUSH_FULL_REFUSE,      /* its caller gets the error of the outage */
    FL_PUSH_FULL_DROP_OLDEST, /* it is kept, the one that waits longest is gone: counted, logged */
};

struct fl_push_buffer_counts {
    uint64_t kept, made_up, dropped, refused;
    size_t waiting;
};

struct fl_push_waiting;
struct fl_push_buffer {
    struct fl_client client;
    struct fl_tasks tasks;
    struct fl_log log;
    size_t jobs_max;
    enum fl_push_full full;
    struct fl_monitor *monitor; /* guards what follows; never held across a port call */
    struct fl_push_waiting *oldest, *newest;
    size_t bytes;
    bool is_draining;
    struct fl_push_buffer_counts counts;
};

/* Borrows nothing but what the ports are made of. */
FL_CHECKED enum fl_error fl_push_buffer_init(struct fl_push_buffer *buffer,
                                             const struct fl_client *client,
                                             const struct fl_ports *ports, size_t jobs_max,
                                             enum fl_push_full full);
void fl_push_buffer_release(struct fl_push_buffer *buffer); /* a zeroed one is fine */

/* As fl_client_push; FL_OK also says that it waits here, behind all that wait already. */
FL_CHECKED enum fl_error fl_push_buffered(struct fl_push_buffer *buffer,
                                          const struct fl_client_job *job);
/* Pushes what waits, the oldest first, until an error; FL_OK also when another task is at it. What
 * Redis refuses keeps its place. */
FL_CHECKED enum fl_error fl_push_buffer_drain(struct fl_push_buffer *buffer);
struct fl_push_buffer_counts fl_push_buffer_counts(const struct fl_push_buffer *buffer);

#endif
