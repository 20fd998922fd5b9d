#include "fakes/redis/values/intset_order.h"

#include <stdlib.h>

#include "fakes/redis/values/number.h"

static int64_t value_of(const struct fake_entry *entry)
{
    int64_t value = 0;
    (void)fake_int_parse(fake_entry_key(entry), &value);
    return value;
}

static int by_value(const void *a, const void *b)
{
    const struct fake_entry *const *left = a, *const *right = b;
    int64_t x = value_of(*left), y = value_of(*right);
    return x < y ? -1 : x > y;
}

bool fake_intset_order(const struct fake_dict *set,
                       const struct fake_entry *entries[static FAKE_INTSET_ENTRIES_MAX])
{
    uint32_t at = 0, count = 0;
    int64_t value;
    if (set->count > FAKE_INTSET_ENTRIES_MAX) return false;
    for (const struct fake_entry *entry; (entry = fake_dict_next(set, &at));) {
        if (!fake_int_parse(fake_entry_key(entry), &value)) return false;
        entries[count++] = entry;
    }
    qsort(entries, count, sizeof(*entries), by_value);
    return true;
}
