/* src/queue/delivery.h - one time that a job was handed to this process. */
#ifndef FL_QUEUE_DELIVERY_H
#define FL_QUEUE_DELIVERY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/span.h"
#include "faultline/worker.h"

enum { FL_DELIVERY_BYTES_MAX = 512 * 1024 * 1024 }; /* the longest string of Redis */

struct fl_delivery {
    uint32_t queue;       /* index into the process's queues, in their given order */
    int64_t since_us;     /* monotonic: fetched; later: taken by its thread */
    int64_t run_at_us;    /* wall time at which its thread took it */
    struct fl_span bytes; /* the job as it stood in the queue; part of this block */
};

/* Copies the bytes; NULL: out of memory. Freed with free(). */
static inline struct fl_delivery *fl_delivery_new(uint32_t queue, struct fl_span bytes)
{
    struct fl_delivery *delivery = malloc(sizeof(*delivery) + bytes.length + 1);
    if (!delivery) return NULL;
    char *copy = (char *)(delivery + 1);
    memcpy(copy, bytes.bytes, bytes.length);
    copy[bytes.length] = '\0';
    *delivery = (struct fl_delivery){.queue = queue, .bytes = {copy, bytes.length}};
    return delivery;
}

/* Tells deliveries apart without their bytes. */
struct fl_fingerprint {
    uint32_t queue;
    char text[25];
};

static inline struct fl_fingerprint fl_fingerprint(uint32_t queue, struct fl_span bytes)
{
    struct fl_fingerprint print = {.queue = queue};
    fl_jid_derive(bytes, print.text);
    return print;
}

#endif
