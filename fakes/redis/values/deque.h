/* fakes/redis/values/deque.h - the elements of a list: both ends and any index in constant time. */
#ifndef FAKE_REDIS_DEQUE_H
#define FAKE_REDIS_DEQUE_H

#include <stdint.h>

#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/str.h"

enum { FAKE_DEQUE_ELEMENTS_MAX = 1 << 28 };

enum fake_end { FAKE_LEFT, FAKE_RIGHT };

/* A ring; zeroed is empty and ready. */
struct fake_deque {
    struct fake_str **slots; /* owned, and what they point to */
    uint32_t capacity;       /* a power of two, or 0 */
    uint32_t head;           /* slot of element 0 */
    uint32_t count;
};

static inline struct fake_str **fake_deque_at(const struct fake_deque *deque, uint32_t i)
{
    return &deque->slots[(deque->head + i) & (deque->capacity - 1)];
}

/* Takes `element`. False: out of memory or too long, and `element` is still the caller's. */
bool fake_deque_push(struct fake_heap *heap, struct fake_deque *deque, enum fake_end end,
                     struct fake_str *element);
/* Before index i (i == count: at the end). As push. */
bool fake_deque_insert(struct fake_heap *heap, struct fake_deque *deque, uint32_t i,
                       struct fake_str *element);
/* Hands the element over; the deque must not be empty. */
struct fake_str *fake_deque_pop(struct fake_deque *deque, enum fake_end end);
/* Frees `count` elements from `first` on. */
void fake_deque_remove(struct fake_heap *heap, struct fake_deque *deque, uint32_t first,
                       uint32_t count);
/* Frees up to `count_max` elements equal to `element`, searching from `end`; how many that were. */
uint32_t fake_deque_remove_equal(struct fake_heap *heap, struct fake_deque *deque,
                                 struct fl_span element, enum fake_end end, uint32_t count_max);
void fake_deque_release(struct fake_heap *heap, struct fake_deque *deque);

#endif
