/* harness/run/moments.h - the world of a run at an effect, as numbers: two moments with the same
 * number go on alike. What is in it, and what is not, stands in docs/internals/runs.md. */
#ifndef HARNESS_RUN_MOMENTS_H
#define HARNESS_RUN_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/run/facts.h"
#include "harness/run/footprint.h"

enum {
    RUN_PRIVATE_LISTS_MAX = 64, /* of jobs that processes have in hand; more are not told apart */
    RUN_TRACKED_KEYS_MAX = 512, /* of an application; with more no moment is like another */
};

struct run;
struct node;

struct run_private_list {
    const struct node *owner; /* NULL: no process of this run */
    bool is_current;          /* of the owner's present life */
    bool beats;               /* its owner's heartbeat stands in Redis */
    int64_t beats_until_us;   /* in run time */
    uint64_t jobs;
};

/* What the stores held when they were last looked at. */
struct run_stores {
    bool known;
    bool stale;       /* a lifetime has changed, which no version tells */
    bool lost;        /* not all could be noted: from here on nothing is */
    uint64_t version; /* of the keyspace */
    int64_t until_us; /* no key dies before */
    uint64_t shared;  /* keys of the queue that belong to no process */
    struct run_private_list lists[RUN_PRIVATE_LISTS_MAX];
    uint32_t list_count;
    struct run_key_change keys[RUN_TRACKED_KEYS_MAX]; /* of the application, sorted by nothing */
    uint32_t key_count;
    uint32_t rows_version; /* SQLite's own count of commits */
    uint64_t rows;
    size_t mails, requests; /* that have been counted in, */
    uint64_t outside;       /* here */
};

/* Keys in the order in which they were first touched since the last fault. */
struct run_touched {
    bool begun;
    bool all; /* somebody has looked at everything: nothing that follows is the first touch */
    uint64_t keys[RUN_TRACKED_KEYS_MAX];
    bool overwritten[RUN_TRACKED_KEYS_MAX];
    uint32_t count;
    struct footprint footprint;
};

/* stores.c: brings `stores` up to date, and notes which keys have changed. False: they hold more
 * than is told apart. */
bool run_look_at_stores(struct run *run);

#endif
