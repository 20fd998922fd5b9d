/* src/queue/handoff.h - hands jobs from the fetcher to the job threads, and knows who has which.
 *
 * Bounded: the fetcher asks for room first. Besides one job for each idle thread it may hold a few
 * ahead, so many as the threads will have begun within FL_PREFETCH_SPAN_US at their recent pace:
 * jobs of a second get none, jobs of a microsecond enough to keep the connection busy. One that
 * nevertheless waits for FL_PREFETCH_STALE_US goes back to its queue, where another process may
 * take it.
 *
 * Acknowledgements of tiny jobs may be put off while more jobs wait. They are taken up by the next
 * thread that finds nothing to do, when there are FL_DONE_MAX, and by the fetcher once they are
 * FL_DONE_STALE_US old. */
#ifndef FL_QUEUE_HANDOFF_H
#define FL_QUEUE_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "ports/clock.h"
#include "ports/task.h"
#include "queue/delivery.h"
#include "queue/process.h"

enum {
    FL_PREFETCH_MAX = 256,
    FL_PREFETCH_SPAN_US = 10 * 1000,
    FL_PREFETCH_STALE_US = 1000 * 1000,
    FL_HANDOFF_MAX = FL_PREFETCH_MAX + FL_CONCURRENCY_MAX,
    FL_TINY_JOB_US = 200, /* a job that took no longer may be acknowledged with others */
    FL_DONE_MAX = 64,
    FL_DONE_STALE_US = 50 * 1000,
    FL_HANDOFF_FETCHER = FL_CONCURRENCY_MAX, /* stands for a thread in fl_handoff_acknowledged */
};

/* Deliveries whose acknowledgement was put off; the caller acknowledges them all. */
struct fl_done {
    struct fl_delivery *items[FL_DONE_MAX];
    size_t count;
};

/* What the fetcher is asked for. */
struct fl_room {
    size_t count;                                  /* deliveries that may be offered */
    struct fl_delivery *withdrawn[FL_HANDOFF_MAX]; /* to be given back and freed, newest first */
    size_t withdrawn_count;
    struct fl_done done; /* then fl_handoff_acknowledged */
};

enum fl_next { FL_NEXT_DELIVERY, FL_NEXT_DONE, FL_NEXT_END };

struct fl_handoff; /* opaque: layout in handoff.c */

enum fl_handoff_order { FL_HANDOFF_FIFO, FL_HANDOFF_BY_QUEUE }; /* the latter: strict order */

struct fl_handoff_options {
    struct fl_tasks tasks;
    struct fl_clock clock;
    int concurrency;
    bool prefetch; /* false: only what idle threads take */
    enum fl_handoff_order order;
};

FL_CHECKED enum fl_error fl_handoff_new(const struct fl_handoff_options *options,
                                        struct fl_handoff **ret_handoff);
void fl_handoff_free(struct fl_handoff *handoff); /* frees the deliveries that it holds */

/* No more jobs: threads end once they are idle, offers are refused. Idempotent. */
void fl_handoff_close(struct fl_handoff *handoff);

/* --- the fetcher's side --- */
/* Waits until there is room or something is stale; false once it is closed and empty. */
FL_CHECKED bool fl_handoff_wait_room(struct fl_handoff *handoff, struct fl_room *ret_room);
/* Takes the deliveries, oldest first; false when closed: they stay the caller's. */
FL_CHECKED bool fl_handoff_offer(struct fl_handoff *handoff, struct fl_delivery *const *deliveries,
                                 size_t count);

/* --- a job thread's side; threads are numbered from 0 --- */
/* Waits for a delivery to run or for *ret_done to acknowledge; FL_NEXT_END once it is closed. */
enum fl_next fl_handoff_take(struct fl_handoff *handoff, int thread,
                             struct fl_delivery **ret_delivery, struct fl_done *ret_done);
/* The thread's delivery is done, was a tiny job, and others will acknowledge it: it is not the
 * thread's any more. False: the thread settles it itself, and nothing has changed. */
FL_CHECKED bool fl_handoff_put_off(struct fl_handoff *handoff, int thread);
/* The deliveries that the thread got as `done` are acknowledged; frees them. */
void fl_handoff_acknowledged(struct fl_handoff *handoff, int thread);
/* False once the stop has given the thread's delivery back: whatever becomes of it is void. */
bool fl_handoff_owns(struct fl_handoff *handoff, int thread);
/* The delivery is settled or was given back; it is not the thread's any more. */
void fl_handoff_finish(struct fl_handoff *handoff, int thread);

/* --- looking, and the stop --- */
struct fl_busy {
    int thread;
    uint32_t queue;
    int64_t since_us, run_at_us;
    struct fl_span bytes; /* copied into the caller's arena */
};
/* What runs now, by thread; `ret_busy` has room for `concurrency`. Jobs whose bytes do not fit the
 * arena any more are left out. */
size_t fl_handoff_busy(struct fl_handoff *handoff, struct fl_arena *arena,
                       struct fl_busy *ret_busy);
int fl_handoff_busy_count(struct fl_handoff *handoff);
/* Of all that is waiting, running or not yet acknowledged; room for FL_FINGERPRINTS_MAX. */
enum { FL_FINGERPRINTS_MAX = FL_HANDOFF_MAX + (FL_CONCURRENCY_MAX + 2) * FL_DONE_MAX };
size_t fl_handoff_fingerprints(struct fl_handoff *handoff, struct fl_fingerprint *ret_prints);
/* Marks every delivery that is waiting or running as given back and hands them over; room for
 * FL_HANDOFF_MAX. They stay valid although their threads go on. Newest first. */
size_t fl_handoff_abandon(struct fl_handoff *handoff, struct fl_delivery **ret_deliveries);

#endif
