/* fakes/redis/values/name_order.h - what a dict holds in the order of its keys, as Redis tells
 * groups and consumers, and saves them. */
#ifndef FAKE_REDIS_NAME_ORDER_H
#define FAKE_REDIS_NAME_ORDER_H

#include "fakes/redis/values/dict.h"

struct fake_name_order {
    void **values; /* owned; of the dict */
    size_t count;
};

/* False: out of memory, and nothing to release. */
bool fake_name_order_init(const struct fake_dict *dict, struct fake_name_order *ret_order);
void fake_name_order_release(struct fake_name_order *order);

#endif
