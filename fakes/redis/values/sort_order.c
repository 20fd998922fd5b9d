/* Redis sorts with qsort, which is a stable merge sort with glibc, but where BY meets LIMIT with a
 * quicksort after Bentley and McIlroy ("Engineering a sort function", 1993). Which of equal items
 * comes first is seen by clients, so both are here. That the quicksort leaves out what LIMIT does
 * not ask for changes nothing inside of it. */
#include "fakes/redis/values/sort_order.h"

#include <stdlib.h>

enum { INSERTION_MAX = 7, NINTHER_MIN = 41 };

static struct fl_span before_nul(struct fl_span text)
{
    const char *nul = text.length ? memchr(text.bytes, '\0', text.length) : NULL;
    return nul ? (struct fl_span){text.bytes, (size_t)(nul - text.bytes)} : text;
}

static int by_text(const struct fake_sort_order *order, const struct fake_sort_item *a,
                   const struct fake_sort_item *b)
{
    if (!a->has_text || !b->has_text) return (int)a->has_text - (int)b->has_text;
    if (order->exact) return fl_span_compare(a->text, b->text);
    return fl_span_compare(before_nul(a->text), before_nul(b->text));
}

static int by_number(const struct fake_sort_order *order, const struct fake_sort_item *a,
                     const struct fake_sort_item *b)
{
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return order->only_numbers ? 0 : fl_span_compare(a->element, b->element);
}

static int compare(const struct fake_sort_order *order, const struct fake_sort_item *a,
                   const struct fake_sort_item *b)
{
    int ascending = order->alpha ? by_text(order, a, b) : by_number(order, a, b);
    return order->descending ? -ascending : ascending;
}

static void swap(struct fake_sort_item *a, struct fake_sort_item *b)
{
    struct fake_sort_item item = *a;
    *a = *b;
    *b = item;
}

static void insertion_sort(const struct fake_sort_order *order, struct fake_sort_item *items,
                           size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && compare(order, &items[j - 1], &items[j]) > 0; j--)
            swap(&items[j], &items[j - 1]);
}

/* ---- stable ---- */

static void merge(const struct fake_sort_order *order, struct fake_sort_item *items, size_t middle,
                  size_t count, struct fake_sort_item *scratch)
{
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool from_left =
            right == count || (left < middle && compare(order, &items[left], &items[right]) <= 0);
        scratch[i] = items[from_left ? left++ : right++];
    }
    memcpy(items, scratch, count * sizeof(*items));
}

static void merge_sort(const struct fake_sort_order *order, struct fake_sort_item *items,
                       size_t count, struct fake_sort_item *scratch)
{
    if (count <= INSERTION_MAX) {
        insertion_sort(order, items, count);
        return;
    }
    size_t middle = count / 2;
    merge_sort(order, items, middle, scratch);
    merge_sort(order, items + middle, count - middle, scratch);
    merge(order, items, middle, count, scratch);
}

/* ---- Bentley and McIlroy's ---- */

static struct fake_sort_item *median(const struct fake_sort_order *order, struct fake_sort_item *a,
                                     struct fake_sort_item *b, struct fake_sort_item *c)
{
    if (compare(order, a, b) < 0)
        return compare(order, b, c) < 0 ? b : compare(order, a, c) < 0 ? c : a;
    return compare(order, b, c) > 0 ? b : compare(order, a, c) < 0 ? a : c;
}

static struct fake_sort_item *pivot(const struct fake_sort_order *order,
                                    struct fake_sort_item *items, size_t count)
{
    struct fake_sort_item *first = items, *middle = items + count / 2, *last = items + count - 1;
    if (count == INSERTION_MAX) return middle;
    if (count >= NINTHER_MIN) {
        size_t step = count / 8;
        first = median(order, first, first + step, first + 2 * step);
        middle = median(order, middle - step, middle, middle + step);
        last = median(order, last - 2 * step, last - step, last);
    }
    return median(order, first, middle, last);
}

static void swap_blocks(struct fake_sort_item *a, struct fake_sort_item *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        swap(&a[i], &b[i]);
}

static size_t less(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Moves what is less than the first item to the front, what is greater to the end; how many these
 * are. Items equal to the first gather at both ends and are swapped into the middle. */
static void partition(const struct fake_sort_order *order, struct fake_sort_item *items,
                      size_t count, size_t *ret_less, size_t *ret_greater)
{
    size_t equal_left = 1, left = 1, right = count, equal_right = count;
    for (;;) {
        int sign;
        for (; left < right && (sign = compare(order, &items[left], items)) <= 0; left++)
            if (sign == 0) swap(&items[equal_left++], &items[left]);
        for (; left < right && (sign = compare(order, &items[right - 1], items)) >= 0; right--)
            if (sign == 0) swap(&items[right - 1], &items[--equal_right]);
        if (left >= right) break;
        swap(&items[left++], &items[--right]);
    }
    *ret_less = left - equal_left;
    *ret_greater = equal_right - right;
    size_t moved = less(equal_left, *ret_less);
    swap_blocks(items, items + left - moved, moved);
    moved = less(*ret_greater, count - equal_right);
    swap_blocks(items + left, items + count - moved, moved);
}

static void quicksort(const struct fake_sort_order *order, struct fake_sort_item *items,
                      size_t count)
{
    while (count >= INSERTION_MAX) {
        size_t less_count, greater_count;
        swap(items, pivot(order, items, count));
        partition(order, items, count, &less_count, &greater_count);
        quicksort(order, items, less_count);
        items += count - greater_count;
        count = greater_count;
    }
    insertion_sort(order, items, count);
}

bool fake_sort_items(const struct fake_sort_order *order, struct fake_sort_item *items,
                     size_t count)
{
    if (order->partial) {
        quicksort(order, items, count);
        return true;
    }
    struct fake_sort_item *scratch = malloc((count + 1) * sizeof(*scratch));
    if (!scratch) return false;
    merge_sort(order, items, count, scratch);
    free(scratch);
    return true;
}
