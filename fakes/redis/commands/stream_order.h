/* fakes/redis/commands/stream_order.h - groups and consumers in the order of their names, as Redis
 * tells them. */
#ifndef FAKE_REDIS_STREAM_ORDER_H
#define FAKE_REDIS_STREAM_ORDER_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/dict.h"

struct fake_stream_order {
    void **values; /* of the dict */
    size_t count, bytes;
};

/* False: out of memory; the session is closed, since part of a reply may be written. */
bool fake_stream_order_init(struct fake_call *call, const struct fake_dict *dict,
                            struct fake_stream_order *ret_order);
void fake_stream_order_release(struct fake_call *call, struct fake_stream_order *order);

#endif
