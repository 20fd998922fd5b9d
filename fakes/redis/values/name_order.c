#include "fakes/redis/values/name_order.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct fake_entry *const *left = a, *const *right = b;
    return fl_span_compare(fake_entry_key(*left), fake_entry_key(*right));
}

bool fake_name_order_init(const struct fake_dict *dict, struct fake_name_order *ret_order)
{
    void **values = malloc((dict->count + 1) * sizeof(*values));
    uint32_t i = 0, count = 0;
    if (!values) return false;
    for (struct fake_entry *entry; (entry = fake_dict_next(dict, &i));)
        values[count++] = entry;
    qsort(values, count, sizeof(*values), by_name);
    for (i = 0; i < count; i++)
        values[i] = ((struct fake_entry *)values[i])->value;
    *ret_order = (struct fake_name_order){values, count};
    return true;
}

void fake_name_order_release(struct fake_name_order *order)
{
    free(order->values);
}
