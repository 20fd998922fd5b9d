/* fakes/redis/values/sort_order.h - puts what SORT and GEOSEARCH find in its order, equals in the
 * one in which Redis leaves them. */
#ifndef FAKE_REDIS_SORT_ORDER_H
#define FAKE_REDIS_SORT_ORDER_H

#include "core/span.h"

struct fake_sort_item {
    struct fl_span element;
    double number;       /* without ALPHA: what it is ordered by */
    struct fl_span text; /* with ALPHA: what it is ordered by */
    bool has_text;       /* without one an item stands before all others */
};

struct fake_sort_order {
    bool alpha;
    bool descending;
    bool only_numbers; /* equal numbers are equal items; else the bytes of elements decide */
    bool exact;   /* texts are compared to their ends; else up to the first NUL, as strcoll does */
    bool partial; /* only a part is wanted: equals are mixed up then */
};

/* False: out of memory, and in no order. */
bool fake_sort_items(const struct fake_sort_order *order, struct fake_sort_item *items,
                     size_t count);

#endif
