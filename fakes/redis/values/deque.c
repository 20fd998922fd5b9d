#include "fakes/redis/values/deque.h"

static bool make_room(struct fake_heap *heap, struct fake_deque *deque)
{
    if (deque->count < deque->capacity) return true;
    uint32_t capacity = deque->capacity ? deque->capacity * 2 : 4;
    if (capacity > FAKE_DEQUE_ELEMENTS_MAX) return false;
    struct fake_str **slots = fake_alloc(heap, capacity * sizeof(*slots));
    if (!slots) return false;
    for (uint32_t i = 0; i < deque->count; i++)
        slots[i] = *fake_deque_at(deque, i);
    fake_release(heap, deque->slots, deque->capacity * sizeof(*slots));
    deque->slots = slots;
    deque->capacity = capacity;
    deque->head = 0;
    return true;
}

bool fake_deque_push(struct fake_heap *heap, struct fake_deque *deque, enum fake_end end,
                     struct fake_str *element)
{
    if (!make_room(heap, deque)) return false;
    if (end == FAKE_LEFT) deque->head = (deque->head - 1) & (deque->capacity - 1);
    deque->count++;
    *fake_deque_at(deque, end == FAKE_LEFT ? 0 : deque->count - 1) = element;
    return true;
}

bool fake_deque_insert(struct fake_heap *heap, struct fake_deque *deque, uint32_t i,
                       struct fake_str *element)
{
    if (!fake_deque_push(heap, deque, FAKE_RIGHT, element)) return false;
    for (uint32_t j = deque->count - 1; j > i; j--)
        *fake_deque_at(deque, j) = *fake_deque_at(deque, j - 1);
    *fake_deque_at(deque, i) = element;
    return true;
}

struct fake_str *fake_deque_pop(struct fake_deque *deque, enum fake_end end)
{
    struct fake_str *element = *fake_deque_at(deque, end == FAKE_LEFT ? 0 : deque->count - 1);
    if (end == FAKE_LEFT) deque->head = (deque->head + 1) & (deque->capacity - 1);
    deque->count--;
    return element;
}

void fake_deque_remove(struct fake_heap *heap, struct fake_deque *deque, uint32_t first,
                       uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        fake_str_free(heap, *fake_deque_at(deque, i));
    if (first == 0) {
        if (count) deque->head = (deque->head + count) & (deque->capacity - 1);
    } else {
        for (uint32_t i = first; i + count < deque->count; i++)
            *fake_deque_at(deque, i) = *fake_deque_at(deque, i + count);
    }
    deque->count -= count;
}

static bool take(struct fake_heap *heap, struct fake_str *candidate, struct fl_span element)
{
    if (!fl_span_equal(fake_str_span(candidate), element)) return false;
    fake_str_free(heap, candidate);
    return true;
}

/* One pass from the asked end; what stays moves towards that end, over what went. */
uint32_t fake_deque_remove_equal(struct fake_heap *heap, struct fake_deque *deque,
                                 struct fl_span element, enum fake_end end, uint32_t count_max)
{
    uint32_t removed = 0, count = deque->count;
    for (uint32_t step = 0; step < count; step++) {
        uint32_t i = end == FAKE_LEFT ? step : count - 1 - step;
        struct fake_str *candidate = *fake_deque_at(deque, i);
        if (removed < count_max && take(heap, candidate, element)) {
            removed++;
            continue;
        }
        if (!removed) continue;
        *fake_deque_at(deque, end == FAKE_LEFT ? i - removed : i + removed) = candidate;
    }
    if (end == FAKE_RIGHT && removed) deque->head = (deque->head + removed) & (deque->capacity - 1);
    deque->count -= removed;
    return removed;
}

void fake_deque_release(struct fake_heap *heap, struct fake_deque *deque)
{
    for (uint32_t i = 0; i < deque->count; i++)
        fake_str_free(heap, *fake_deque_at(deque, i));
    fake_release(heap, deque->slots, deque->capacity * sizeof(*deque->slots));
    *deque = (struct fake_deque){0};
}
