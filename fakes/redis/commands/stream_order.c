#include "fakes/redis/commands/stream_order.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct fake_entry *const *left = a, *const *right = b;
    return fl_span_compare(fake_str_span((*left)->key), fake_str_span((*right)->key));
}

bool fake_stream_order_init(struct fake_call *call, const struct fake_dict *dict,
                            struct fake_stream_order *ret_order)
{
    struct fake_stream_order order = {.count = dict->count,
                                      .bytes = (dict->count + 1) * sizeof(void *)};
    order.values = fake_alloc(fake_call_heap(call), order.bytes);
    if (!order.values) {
        call->out->broken = true;
        return false;
    }
    uint32_t i = 0, count = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(dict, &i));)
        order.values[count++] = entry;
    if (count) qsort(order.values, count, sizeof(*order.values), by_name);
    for (i = 0; i < count; i++)
        order.values[i] = ((struct fake_entry *)order.values[i])->value;
    *ret_order = order;
    return true;
}

void fake_stream_order_release(struct fake_call *call, struct fake_stream_order *order)
{
    fake_release(fake_call_heap(call), order->values, order->bytes);
}
