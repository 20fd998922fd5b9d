#include "harness/world/timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/assert.h"

enum fl_error sim_timers_reserve(struct sim_timers *timers, size_t capacity)
{
    if (capacity <= timers->capacity) return FL_OK;
    if (capacity < 2 * timers->capacity) capacity = 2 * timers->capacity;
    struct sim_timer **heap = realloc(timers->heap, capacity * sizeof(struct sim_timer *));
    if (!heap) return FL_ENOMEM;
    timers->heap = heap;
    timers->capacity = capacity;
    return FL_OK;
}

static bool before(const struct sim_timer *a, const struct sim_timer *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

static void put(struct sim_timers *timers, size_t place, struct sim_timer *timer)
{
    timers->heap[place - 1] = timer;
    timer->place = place;
}

static void rise(struct sim_timers *timers, struct sim_timer *timer, size_t place)
{
    for (; place > 1 && before(timer, timers->heap[place / 2 - 1]); place /= 2) {
        put(timers, place, timers->heap[place / 2 - 1]);
    }
    put(timers, place, timer);
}

static void sink(struct sim_timers *timers, struct sim_timer *timer, size_t place)
{
    while (place * 2 <= timers->count) {
        size_t child = place * 2;
        if (child < timers->count && before(timers->heap[child], timers->heap[child - 1])) child++;
        if (before(timer, timers->heap[child - 1])) break;
        put(timers, place, timers->heap[child - 1]);
        place = child;
    }
    put(timers, place, timer);
}

void sim_timers_set(struct sim_timers *timers, struct sim_timer *timer, int64_t at_us)
{
    fl_assert(timer->place == 0);
    fl_assert(timers->count < timers->capacity);
    timer->at_us = at_us;
    timer->sequence = timers->sequence++;
    rise(timers, timer, ++timers->count);
}

void sim_timers_clear(struct sim_timers *timers, struct sim_timer *timer)
{
    size_t place = timer->place;
    if (place == 0) return;
    timer->place = 0;
    struct sim_timer *last = timers->heap[--timers->count];
    if (last == timer) return;
    if (place > 1 && before(last, timers->heap[place / 2 - 1])) {
        rise(timers, last, place);
    } else {
        sink(timers, last, place);
    }
}

struct sim_timer *sim_timers_first(const struct sim_timers *timers)
{
    return timers->count ? timers->heap[0] : NULL;
}

void sim_timers_release(struct sim_timers *timers)
{
    free(timers->heap);
    *timers = (struct sim_timers){0};
}
