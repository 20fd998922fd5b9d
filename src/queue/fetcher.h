/* src/queue/fetcher.h - takes jobs from the queues and hands them to the job threads.
 *
 * Reliable: LMOVE from the queue's tail to the head of this process's private list for it, many in
 * one batch; when all queues are empty, BLMOVE on the first of the order for a second at most, and
 * then, if there are several, a single EXISTS of all before the next LMOVE.
 * A reply that was lost may have taken a job that nobody knows of: after such an error, and now and
 * then, the private lists are compared with what is in hand, and strays go back to their queues.
 * Basic: BRPOP of all queues, one job at a time; what it takes is in nobody's list. */
#ifndef FL_QUEUE_FETCHER_H
#define FL_QUEUE_FETCHER_H

#include "core/arena.h"
#include "queue/fetch_order.h"
#include "queue/settings.h"
#include "queue/settle.h"

enum {
    FL_FETCH_BLOCK_S = 1,       /* BLMOVE */
    FL_FETCH_BASIC_BLOCK_S = 2, /* BRPOP, as Sidekiq */
    FL_FETCH_RECONCILE_S = 60,
};

struct fl_fetch_keys {
    struct fl_span queue, own; /* the queue's list, and this process's private one for it */
};

struct fl_fetcher {
    const struct fl_settings *settings;
    const struct fl_capsule *capsule; /* whose queues it asks; queues below count from its first */
    struct fl_settler settler;
    /* its own */
    struct fl_room room;
    bool is_idle;          /* the last pass found nothing */
    size_t ask;            /* how many jobs the next pass asks for; grows while it gets them */
    int64_t outage_us;     /* monotonic start of the current outage; 0: none */
    int failures;          /* in a row */
    bool strays_possible;  /* a reply was lost since the last comparison */
    int64_t reconciled_us; /* monotonic */
    struct fl_delivery *taken[FL_HANDOFF_MAX];
    size_t taken_count;
    struct fl_fetch_keys keys[FL_QUEUES_MAX];
    size_t key_count; /* made so far: of all queues, unless memory ran out */
    struct fl_arena key_texts;
};

/* The task's main; ends when the handoff is closed. */
void fl_fetcher_run(void *fetcher);

#endif
