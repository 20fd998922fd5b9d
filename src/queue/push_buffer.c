/* src/queue/push_buffer.c - a list, oldest first. Who drains takes the oldest out and puts it back
 * in front when Redis is still away: meanwhile others may add, or drop the oldest, as they like. */
#include "queue/push_buffer.h"

#include <stdlib.h>
#include <string.h>

#include "queue/lock.h"
#include "queue/log_text.h"

struct fl_push_waiting {
    struct fl_push_waiting *next;
    int64_t at_us;
    char queue[FL_QUEUE_NAME_BYTES];
    size_t length;
    char payload[];
};

enum fl_error fl_push_buffer_init(struct fl_push_buffer *buffer, const struct fl_client *client,
                                  const struct fl_ports *ports, size_t jobs_max,
                                  enum fl_push_full full)
{
    *buffer = (struct fl_push_buffer){.client = *client,
                                      .tasks = ports->tasks,
                                      .log = ports->log,
                                      .jobs_max = jobs_max,
                                      .full = full};
    return fl_monitor_new(buffer->tasks, "push buffer", &buffer->monitor);
}

void fl_push_buffer_release(struct fl_push_buffer *buffer)
{
    if (!buffer->monitor) return;
    while (buffer->oldest) {
        struct fl_push_waiting *gone = buffer->oldest;
        buffer->oldest = gone->next;
        free(gone);
    }
    fl_monitor_free(buffer->tasks, buffer->monitor);
    *buffer = (struct fl_push_buffer){0};
}

static void enter(const struct fl_push_buffer *buffer)
{
    fl_monitor_enter(buffer->tasks, buffer->monitor);
}

static void leave(const struct fl_push_buffer *buffer)
{
    fl_monitor_leave(buffer->tasks, buffer->monitor);
}

struct fl_push_buffer_counts fl_push_buffer_counts(const struct fl_push_buffer *buffer)
{
    enter(buffer);
    struct fl_push_buffer_counts counts = buffer->counts;
    leave(buffer);
    return counts;
}

/* --- the list, inside the monitor --- */

static void append(struct fl_push_buffer *buffer, struct fl_push_waiting *waiting)
{
    if (buffer->newest)
        buffer->newest->next = waiting;
    else
        buffer->oldest = waiting;
    buffer->newest = waiting;
    buffer->bytes += waiting->length;
    buffer->counts.waiting++;
}

static void put_back(struct fl_push_buffer *buffer, struct fl_push_waiting *waiting)
{
    waiting->next = buffer->oldest;
    buffer->oldest = waiting;
    if (!buffer->newest) buffer->newest = waiting;
    buffer->bytes += waiting->length;
    buffer->counts.waiting++;
}

static struct fl_push_waiting *take_oldest(struct fl_push_buffer *buffer)
{
    struct fl_push_waiting *waiting = buffer->oldest;
    if (!waiting) return NULL;
    buffer->oldest = waiting->next;
    if (!buffer->oldest) buffer->newest = NULL;
    waiting->next = NULL;
    buffer->bytes -= waiting->length;
    buffer->counts.waiting--;
    return waiting;
}

static bool is_full(const struct fl_push_buffer *buffer, size_t length)
{
    return buffer->counts.waiting >= buffer->jobs_max ||
           buffer->bytes + length > FL_PUSH_BUFFER_BYTES_MAX;
}

/* --- one push --- */

static bool is_outage(enum fl_error err)
{
    return err == FL_ECONNECT || err == FL_ELOST || err == FL_ETIMEDOUT || err == FL_EPROTOCOL;
}

static struct fl_push_waiting *make(const struct fl_client_job *job, struct fl_span payload,
                                    int64_t at_us)
{
    struct fl_push_waiting *waiting = malloc(sizeof(*waiting) + payload.length);
    if (!waiting) return NULL;
    *waiting = (struct fl_push_waiting){.at_us = at_us, .length = payload.length};
    const char *queue = job->queue ? job->queue : "default";
    memcpy(waiting->queue, queue, strlen(queue) + 1);
    memcpy(waiting->payload, payload.bytes, payload.length);
    return waiting;
}

/* `outage` is what its caller gets when it cannot be kept. */
static enum fl_error keep(struct fl_push_buffer *buffer, struct fl_push_waiting *waiting,
                          enum fl_error outage)
{
    struct fl_push_waiting *dropped = NULL;
    enum fl_error err = FL_OK;
    enter(buffer);
    if (is_full(buffer, waiting->length) && buffer->full == FL_PUSH_FULL_DROP_OLDEST)
        dropped = take_oldest(buffer);
    if (dropped) buffer->counts.dropped++;
    if (is_full(buffer, waiting->length)) {
        buffer->counts.refused++;
        err = outage;
    } else {
        buffer->counts.kept++;
        append(buffer, waiting);
    }
    leave(buffer);
    if (dropped)
        fl_log_printf(buffer->log, FL_LOG_ERROR, "a push that waited for Redis is dropped: %.*s",
                      (int)dropped->length, dropped->payload);
    free(dropped);
    if (err) free(waiting);
    return err;
}

/* `before`: what became of those that wait already. Behind an outage it waits, too; behind one that
 * Redis refuses it does not, or a queue whose key is of another type would hold up all others. */
static enum fl_error push_or_keep(struct fl_push_buffer *buffer, const struct fl_client_job *job,
                                  struct fl_span payload, enum fl_error before)
{
    const struct fl_client *client = &buffer->client;
    int64_t at_us = job->at_us > fl_clock_wall_us(client->clock) ? job->at_us : 0;
    struct fl_push_waiting *waiting = make(job, payload, at_us);
    if (!waiting) return FL_ENOMEM;
    enum fl_error err = is_outage(before)
                            ? before
                            : fl_client_send(client, waiting->queue, payload, waiting->at_us);
    if (is_outage(err)) return keep(buffer, waiting, err);
    free(waiting);
    return err;
}

enum fl_error fl_push_buffered(struct fl_push_buffer *buffer, const struct fl_client_job *job)
{
    const struct fl_client *client = &buffer->client;
    if (fl_lock_is_taken_at_push(job->lock) || job->bid) return fl_client_push(client, job, NULL);
    struct fl_buf payload = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    char jid[FL_JID_BYTES];
    if (!job->jid) fl_client_fresh_jid(client->random, jid);
    enum fl_error err = fl_client_payload(client, job, job->jid ? job->jid : jid, &payload);
    if (!err) {
        enum fl_error before = fl_push_buffer_drain(buffer);
        bool others = fl_push_buffer_counts(buffer).waiting > 0;
        if (!before && others) before = FL_ECONNECT; /* another task is draining: behind those */
        err = push_or_keep(buffer, job, fl_buf_span(&payload), before);
    }
    fl_buf_release(&payload);
    return err;
}

/* --- making up --- */

static struct fl_push_waiting *next_to_drain(struct fl_push_buffer *buffer)
{
    enter(buffer);
    struct fl_push_waiting *waiting = take_oldest(buffer);
    if (!waiting) buffer->is_draining = false;
    leave(buffer);
    return waiting;
}

static bool begin_draining(struct fl_push_buffer *buffer)
{
    enter(buffer);
    bool begins = !buffer->is_draining && buffer->oldest;
    if (begins) buffer->is_draining = true;
    leave(buffer);
    return begins;
}

static void stop_draining(struct fl_push_buffer *buffer, struct fl_push_waiting *waiting)
{
    enter(buffer);
    buffer->is_draining = false;
    put_back(buffer, waiting);
    leave(buffer);
}

static void count_made_up(struct fl_push_buffer *buffer, size_t made_up)
{
    if (!made_up) return;
    enter(buffer);
    buffer->counts.made_up += made_up;
    leave(buffer);
    fl_log_printf(buffer->log, FL_LOG_INFO, "made up for %zu pushes that waited for Redis",
                  made_up);
}

enum fl_error fl_push_buffer_drain(struct fl_push_buffer *buffer)
{
    size_t made_up = 0;
    enum fl_error err = FL_OK;
    if (!begin_draining(buffer)) return FL_OK;
    for (struct fl_push_waiting *waiting; !err && (waiting = next_to_drain(buffer));) {
        const struct fl_span payload = {waiting->payload, waiting->length};
        err = fl_client_send(&buffer->client, waiting->queue, payload, waiting->at_us);
        if (err) {
            stop_draining(buffer, waiting);
        } else {
            free(waiting);
            made_up++;
        }
    }
    count_made_up(buffer, made_up);
    return err;
}
