#include "queue/fetch_order.h"

#include "core/assert.h"

bool fl_fetch_order_is_strict(const struct fl_queue_option *queues, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (queues[i].weight > 0) return false;
    return true;
}

static bool is_in(fl_queue_set set, size_t queue)
{
    return set >> queue & 1;
}

static uint64_t weight_of(const struct fl_queue_option *queue)
{
    return queue->weight > 0 ? (uint64_t)queue->weight : 1;
}

/* No draw where there is no choice: a process with one queue takes no chances. */
static uint64_t draw(const struct fl_queue_option *queues, size_t count, fl_queue_set excluded,
                     struct fl_random random)
{
    uint64_t total = 0;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_in(excluded, i)) continue;
        total += weight_of(&queues[i]);
        left++;
    }
    fl_assert(left > 0);
    if (left == 1 || fl_fetch_order_is_strict(queues, count)) return 0;
    return fl_random_below(random, "queue", total);
}

size_t fl_fetch_order_next(const struct fl_queue_option *queues, size_t count,
                           fl_queue_set excluded, struct fl_random random)
{
    uint64_t ticket = draw(queues, count, excluded, random);
    for (size_t i = 0; i < count; i++) {
        if (is_in(excluded, i)) continue;
        if (ticket < weight_of(&queues[i])) return i;
        ticket -= weight_of(&queues[i]);
    }
    fl_panic("a ticket beyond the sum of the weights");
}
