/* A worker has one request at a time, so that its death belongs to exactly one. Progress is watched
 * through the note in shared memory: a worker that only computes is not hung as long as it counts
 * up. A dead worker is replaced when the next request is due for it, never before: a program that
 * cannot even start does not spin. */
#include "harness/pool/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/pool/spawn.h"

enum { READ_BYTES = 256 * 1024, US_PER_MS = 1000, NS_PER_US = 1000, LOOK_TWICE = 2 };
/* Loading the program is not part of a run; on a busy machine it takes its time. */
#define START_LIMIT_US (20 * FL_SECOND_US)

struct request {
    struct request *next;
    uint64_t ticket;
    struct fl_buf line;
};

struct queue {
    struct request *first, *last;
};

struct worker {
    struct pool_child child; /* pid 0: none */
    struct queue waiting;    /* for this one alone */
    struct request *request; /* in its hands */
    struct fl_buf answer;
    uint64_t progress; /* as last seen, at: */
    int64_t progress_us;
};

struct pool {
    int64_t hang_limit_us;
    int count, starts;
    uint64_t tickets;
    struct queue waiting; /* for any worker */
    size_t outstanding;
    struct fl_buf line; /* the answer that the caller looks at */
    struct worker workers[POOL_WORKERS_MAX];
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * FL_SECOND_US + now.tv_nsec / NS_PER_US;
}

static enum fl_error start_worker(struct pool *pool, struct worker *worker)
{
    return pool_child_start(pool->starts++, &worker->child);
}

enum fl_error pool_new(int workers, int64_t hang_limit_us, struct pool **ret_pool)
{
    fl_assert(workers > 0);
    if (workers > POOL_WORKERS_MAX) return FL_EBOUND;
    struct pool *pool = calloc(1, sizeof(*pool));
    if (!pool) return FL_ENOMEM;
    pool->hang_limit_us = hang_limit_us;
    pool->count = workers;
    pool->line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    for (int i = 0; i < workers; i++) {
        pool->workers[i].answer = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
        enum fl_error err = start_worker(pool, &pool->workers[i]);
        if (err) {
            pool_free(pool);
            return err;
        }
    }
    *ret_pool = pool;
    return FL_OK;
}

static void free_request(struct request *request)
{
    if (!request) return;
    fl_buf_release(&request->line);
    free(request);
}

static void push(struct queue *queue, struct request *request)
{
    *(queue->first ? &queue->last->next : &queue->first) = request;
    queue->last = request;
}

static struct request *pop(struct queue *queue)
{
    struct request *request = queue->first;
    queue->first = request->next;
    request->next = NULL;
    return request;
}

static void empty(struct queue *queue)
{
    while (queue->first) {
        free_request(pop(queue));
    }
}

void pool_free(struct pool *pool)
{
    if (!pool) return;
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->child.pid)
            pool_child_stop(&worker->child, worker->request ? POOL_STOP_NOW : POOL_STOP_AT_END);
        free_request(worker->request);
        empty(&worker->waiting);
        fl_buf_release(&worker->answer);
    }
    empty(&pool->waiting);
    fl_buf_release(&pool->line);
    free(pool);
}

int pool_workers(const struct pool *pool)
{
    return pool->count;
}

enum fl_error pool_submit(struct pool *pool, int worker, struct fl_span line, uint64_t *ret_ticket)
{
    fl_assert(worker < pool->count);
    fl_assert(!line.length || !memchr(line.bytes, '\n', line.length));
    if (pool->outstanding == POOL_REQUESTS_MAX) return FL_EBOUND;
    struct request *request = calloc(1, sizeof(*request));
    if (!request) return FL_ENOMEM;
    request->line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    enum fl_error err = fl_buf_append_span(&request->line, line);
    if (!err) err = fl_buf_append_char(&request->line, '\n');
    if (err) {
        free_request(request);
        return err;
    }
    request->ticket = *ret_ticket = ++pool->tickets;
    push(worker < 0 ? &pool->waiting : &pool->workers[worker].waiting, request);
    pool->outstanding++;
    return FL_OK;
}

/* --- handing out --- */

/* The queue whose first request the worker takes next: the oldest that it may; NULL: none. */
static struct queue *queue_for(struct pool *pool, struct worker *worker)
{
    struct queue *own = &worker->waiting, *any = &pool->waiting;
    if (!own->first) return any->first ? any : NULL;
    return any->first && any->first->ticket < own->first->ticket ? any : own;
}

/* A worker that cannot take it all is dead or about to be: its answer will tell. */
static void send_request(const struct worker *worker)
{
    struct fl_span rest = fl_buf_span(&worker->request->line);
    while (rest.length > 0) {
        ssize_t sent = send(worker->child.fd, rest.bytes, rest.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        rest.bytes += sent;
        rest.length -= (size_t)sent;
    }
}

static enum fl_error hand_out(struct pool *pool)
{
    for (int i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        struct queue *queue = worker->request ? NULL : queue_for(pool, worker);
        if (!queue) continue;
        if (!worker->child.pid) {
            enum fl_error err = start_worker(pool, worker);
            if (err) return err;
        }
        worker->request = pop(queue);
        worker->progress = worker->child.note->progress;
        worker->progress_us = now_us();
        send_request(worker);
    }
    return FL_OK;
}

/* --- getting back --- */

static void finish(struct pool *pool, struct worker *worker, struct pool_answer *answer)
{
    answer->ticket = worker->request->ticket;
    answer->worker = (int)(worker - pool->workers);
    free_request(worker->request);
    worker->request = NULL;
    pool->outstanding--;
}

/* One that has crashed is dead or dying, whose status a SIGKILL does not change; one that only
 * closed its socket is ended by it. */
static void bury(struct pool *pool, struct worker *worker, enum pool_death death,
                 struct pool_answer *answer)
{
    if (death == POOL_HUNG) pool_child_ask_where(&worker->child);
    *answer = (struct pool_answer){.death = death, .note = *worker->child.note};
    int status = pool_child_stop(&worker->child, POOL_STOP_NOW);
    if (WIFSIGNALED(status)) answer->signal = WTERMSIG(status);
    if (WIFEXITED(status)) answer->status = WEXITSTATUS(status);
    fl_buf_truncate(&worker->answer, 0);
    finish(pool, worker, answer);
}

/* Whether the answer is complete, or will never be. */
static bool receive(struct pool *pool, struct worker *worker, struct pool_answer *answer)
{
    struct fl_buf *in = &worker->answer;
    ssize_t got = -1;
    if (!fl_buf_reserve(in, READ_BYTES))
        got = recv(worker->child.fd, in->bytes + in->length, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (got <= 0) {
        bury(pool, worker, POOL_CRASHED, answer);
        return true;
    }
    in->length += (size_t)got;
    if (in->bytes[in->length - 1] != '\n') return false;
    struct fl_buf former = pool->line; /* the caller's line of last time is free now */
    pool->line = *in;
    *in = former;
    fl_buf_truncate(in, 0);
    *answer = (struct pool_answer){.death = POOL_ANSWERED,
                                   .line = {pool->line.bytes, pool->line.length - 1}};
    finish(pool, worker, answer);
    return true;
}

static bool is_hung(const struct pool *pool, struct worker *worker)
{
    uint64_t progress = __atomic_load_n(&worker->child.note->progress, __ATOMIC_RELAXED);
    int64_t now = now_us();
    if (progress != worker->progress) {
        worker->progress = progress;
        worker->progress_us = now;
    }
    int64_t limit_us = pool->hang_limit_us;
    if (progress == 0 && limit_us < START_LIMIT_US) limit_us = START_LIMIT_US;
    return now - worker->progress_us >= limit_us;
}

static nfds_t gather(struct pool *pool, struct pollfd *fds, struct worker **busy)
{
    nfds_t count = 0;
    for (int i = 0; i < pool->count; i++) {
        if (!pool->workers[i].request) continue;
        busy[count] = &pool->workers[i];
        fds[count++] = (struct pollfd){.fd = pool->workers[i].child.fd, .events = POLLIN};
    }
    return count;
}

/* Waits for a while; whether there is an answer now. */
static bool look_around(struct pool *pool, struct pool_answer *answer)
{
    struct pollfd fds[POOL_WORKERS_MAX];
    struct worker *busy[POOL_WORKERS_MAX];
    nfds_t count = gather(pool, fds, busy);
    int wait_ms = (int)(pool->hang_limit_us / US_PER_MS / LOOK_TWICE) + 1;
    int ready = poll(fds, count, wait_ms);
    for (nfds_t i = 0; ready > 0 && i < count; i++) {
        if (fds[i].revents && receive(pool, busy[i], answer)) return true;
    }
    for (nfds_t i = 0; i < count; i++) {
        if (!is_hung(pool, busy[i])) continue;
        bury(pool, busy[i], POOL_HUNG, answer);
        return true;
    }
    return false;
}

enum fl_error pool_next(struct pool *pool, struct pool_answer *ret_answer)
{
    while (pool->outstanding > 0) {
        enum fl_error err = hand_out(pool);
        if (err) return err;
        if (look_around(pool, ret_answer)) return FL_OK;
    }
    return FL_ENOTFOUND;
}
