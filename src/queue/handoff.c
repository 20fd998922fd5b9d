/* src/queue/handoff.c - one monitor, a ring of waiting deliveries and a place for each thread.
 *
 * Rejected: one fetch by each thread, as Sidekiq does it: a round trip for each job. A wake_all
 * costs each waiter a switch, so it is left out when the other side is known not to wait. */
#include "queue/handoff.h"

#include "core/assert.h"

struct place {
    struct fl_delivery *delivery; /* NULL: idle */
    int64_t since_us;
    bool given_back;
    struct fl_done done; /* being acknowledged by this thread */
};

struct fl_handoff {
    struct fl_handoff_options options;
    struct fl_monitor *monitor;                  /* guards all below */
    struct fl_delivery *waiting[FL_HANDOFF_MAX]; /* ring: first, first+1, ... */
    size_t first, count;
    struct place *places; /* one for each thread, one more for the fetcher */
    struct fl_done done;  /* nobody acknowledges them yet */
    int64_t done_since_us;
    int busy;
    int idle_waiting; /* threads inside fl_handoff_take */
    bool fetcher_waiting;
    bool closed;
    int64_t average_us; /* of a delivery, from its taking to its end */
};

enum fl_error fl_handoff_new(const struct fl_handoff_options *options,
                             struct fl_handoff **ret_handoff)
{
    fl_assert(options->concurrency > 0 && options->concurrency <= FL_CONCURRENCY_MAX);
    struct fl_handoff *handoff = calloc(1, sizeof(*handoff));
    if (!handoff) return FL_ENOMEM;
    handoff->options = *options;
    handoff->average_us = FL_PREFETCH_STALE_US; /* nothing is fetched ahead before jobs were seen */
    handoff->places = calloc((size_t)options->concurrency + 1, sizeof(*handoff->places));
    enum fl_error err = handoff->places ? FL_OK : FL_ENOMEM;
    if (!err) err = fl_monitor_new(options->tasks, "handoff", &handoff->monitor);
    if (err)
        fl_handoff_free(handoff);
    else
        *ret_handoff = handoff;
    return err;
}

static struct fl_delivery **slot(struct fl_handoff *handoff, size_t i)
{
    return &handoff->waiting[(handoff->first + i) % FL_HANDOFF_MAX];
}

void fl_handoff_free(struct fl_handoff *handoff)
{
    if (!handoff) return;
    for (size_t i = 0; i < handoff->done.count; i++)
        free(handoff->done.items[i]);
    for (size_t i = 0; i < handoff->count; i++)
        free(*slot(handoff, i));
    for (int i = 0; handoff->places && i < handoff->options.concurrency; i++)
        if (!handoff->places[i].given_back) free(handoff->places[i].delivery);
    fl_monitor_free(handoff->options.tasks, handoff->monitor);
    free(handoff->places);
    free(handoff);
}

static void enter(struct fl_handoff *handoff)
{
    fl_monitor_enter(handoff->options.tasks, handoff->monitor);
}

static void leave(struct fl_handoff *handoff)
{
    fl_monitor_leave(handoff->options.tasks, handoff->monitor);
}

static void wake(struct fl_handoff *handoff)
{
    fl_monitor_wake_all(handoff->options.tasks, handoff->monitor);
}

void fl_handoff_close(struct fl_handoff *handoff)
{
    enter(handoff);
    handoff->closed = true;
    wake(handoff);
    leave(handoff);
}

/* How many deliveries may wait beyond those that an idle thread takes at once. */
static size_t ahead(const struct fl_handoff *handoff)
{
    if (!handoff->options.prefetch) return 0;
    int64_t pace_us = handoff->average_us > 0 ? handoff->average_us : 1;
    int64_t jobs = (int64_t)handoff->options.concurrency * FL_PREFETCH_SPAN_US / pace_us;
    return jobs < FL_PREFETCH_MAX ? (size_t)jobs : FL_PREFETCH_MAX;
}

/* Fetching one by one what could be fetched in a batch costs a round trip each: beyond the idle
 * threads, room is offered only once half of it is free. */
static size_t room(const struct fl_handoff *handoff)
{
    size_t idle = (size_t)(handoff->options.concurrency - handoff->busy);
    size_t ahead_max = ahead(handoff);
    size_t total = idle + ahead_max;
    if (handoff->count >= total) return 0;
    if (handoff->count >= idle && handoff->count - idle > ahead_max / 2) return 0;
    return total - handoff->count;
}

static int64_t stale_at_us(struct fl_handoff *handoff)
{
    int64_t oldest_us = FL_NEVER_US - FL_PREFETCH_STALE_US;
    for (size_t i = 0; i < handoff->count; i++)
        if ((*slot(handoff, i))->since_us < oldest_us) oldest_us = (*slot(handoff, i))->since_us;
    return oldest_us + FL_PREFETCH_STALE_US;
}

/* Newest first: pushed back in this order, the oldest is the next to be taken again. */
static size_t withdraw(struct fl_handoff *handoff, struct fl_delivery **ret_withdrawn)
{
    size_t count = handoff->count;
    for (size_t i = 0; i < count; i++)
        ret_withdrawn[i] = *slot(handoff, count - 1 - i);
    handoff->count = 0;
    return count;
}

static struct place *place_of(struct fl_handoff *handoff, int thread)
{
    int i = thread == FL_HANDOFF_FETCHER ? handoff->options.concurrency : thread;
    return &handoff->places[i];
}

/* The thread acknowledges what was put off so far. */
static void take_done(struct fl_handoff *handoff, int thread, struct fl_done *ret_done)
{
    place_of(handoff, thread)->done = handoff->done;
    *ret_done = handoff->done;
    handoff->done.count = 0;
}

static int64_t done_stale_at_us(const struct fl_handoff *handoff)
{
    return handoff->done.count ? handoff->done_since_us + FL_DONE_STALE_US : FL_NEVER_US;
}

static void fill_room(struct fl_handoff *handoff, int64_t now_us, struct fl_room *ret_room)
{
    ret_room->done.count = ret_room->withdrawn_count = 0;
    if (handoff->closed || now_us >= stale_at_us(handoff)) {
        ret_room->withdrawn_count = withdraw(handoff, ret_room->withdrawn);
        handoff->average_us = FL_PREFETCH_STALE_US; /* the threads are busy with long ones */
    }
    if (now_us >= done_stale_at_us(handoff))
        take_done(handoff, FL_HANDOFF_FETCHER, &ret_room->done);
    ret_room->count = handoff->closed ? 0 : room(handoff);
}

bool fl_handoff_wait_room(struct fl_handoff *handoff, struct fl_room *ret_room)
{
    for (;;) {
        int64_t now_us = fl_clock_mono_us(handoff->options.clock);
        enter(handoff);
        fill_room(handoff, now_us, ret_room);
        bool some = ret_room->count || ret_room->withdrawn_count || ret_room->done.count;
        bool closed = handoff->closed;
        if (!some && !closed) {
            int64_t jobs_us = stale_at_us(handoff), done_us = done_stale_at_us(handoff);
            handoff->fetcher_waiting = true;
            fl_monitor_wait(handoff->options.tasks, handoff->monitor,
                            jobs_us < done_us ? jobs_us : done_us);
            handoff->fetcher_waiting = false;
        }
        leave(handoff);
        if (some) return true;
        if (closed) return false;
    }
}

/* A delivery of an earlier queue goes before those of later ones, behind its own. */
static void insert(struct fl_handoff *handoff, struct fl_delivery *delivery)
{
    size_t at = handoff->count++;
    if (handoff->options.order == FL_HANDOFF_BY_QUEUE)
        for (; at > 0 && (*slot(handoff, at - 1))->queue > delivery->queue; at--)
            *slot(handoff, at) = *slot(handoff, at - 1);
    *slot(handoff, at) = delivery;
}

bool fl_handoff_offer(struct fl_handoff *handoff, struct fl_delivery *const *deliveries,
                      size_t count)
{
    int64_t now_us = fl_clock_mono_us(handoff->options.clock);
    enter(handoff);
    bool open = !handoff->closed;
    for (size_t i = 0; open && i < count; i++) {
        fl_assert(handoff->count < FL_HANDOFF_MAX); /* fl_handoff_room offered no more */
        deliveries[i]->since_us = now_us;
        insert(handoff, deliveries[i]);
    }
    if (open && handoff->idle_waiting) wake(handoff);
    leave(handoff);
    return open;
}

static struct fl_delivery *pop(struct fl_handoff *handoff)
{
    struct fl_delivery *delivery = *slot(handoff, 0);
    handoff->first = (handoff->first + 1) % FL_HANDOFF_MAX;
    handoff->count--;
    return delivery;
}

/* Inside: the next step of a thread, FL_NEXT_END when it is to wait. */
static enum fl_next next_step(struct fl_handoff *handoff, int thread,
                              struct fl_delivery **ret_delivery, struct fl_done *ret_done)
{
    bool work = handoff->count && !handoff->closed; /* else the fetcher gives back what waits */
    if (handoff->done.count >= (work ? FL_DONE_MAX / 2 : 1)) {
        take_done(handoff, thread, ret_done);
        return FL_NEXT_DONE;
    }
    if (!work) return FL_NEXT_END;
    struct place *place = &handoff->places[thread];
    place->delivery = *ret_delivery = pop(handoff);
    place->given_back = false;
    handoff->busy++;
    if (handoff->fetcher_waiting && room(handoff)) wake(handoff);
    return FL_NEXT_DELIVERY;
}

/* The clock is read before, not between: a job that did not have to be waited for, the common case
 * under load, costs one visit to the monitor. */
enum fl_next fl_handoff_take(struct fl_handoff *handoff, int thread,
                             struct fl_delivery **ret_delivery, struct fl_done *ret_done)
{
    for (;;) {
        int64_t now_us = fl_clock_mono_us(handoff->options.clock);
        int64_t run_at_us = fl_clock_wall_us(handoff->options.clock);
        enter(handoff);
        enum fl_next next = next_step(handoff, thread, ret_delivery, ret_done);
        bool ended = next != FL_NEXT_END || handoff->closed;
        if (next == FL_NEXT_DELIVERY) {
            handoff->places[thread].since_us = (*ret_delivery)->since_us = now_us;
            (*ret_delivery)->run_at_us = run_at_us;
        } else if (!ended) {
            handoff->idle_waiting++;
            fl_monitor_wait(handoff->options.tasks, handoff->monitor, FL_NEVER_US);
            handoff->idle_waiting--;
        }
        leave(handoff);
        if (ended) return next;
    }
}

/* Inside: the thread is free again. */
static void vacate(struct fl_handoff *handoff, struct place *place, int64_t now_us)
{
    handoff->average_us += (now_us - place->since_us - handoff->average_us) / 8;
    place->delivery = NULL;
    handoff->busy--;
    if (handoff->fetcher_waiting && room(handoff)) wake(handoff);
}

bool fl_handoff_put_off(struct fl_handoff *handoff, int thread)
{
    int64_t now_us = fl_clock_mono_us(handoff->options.clock);
    enter(handoff);
    struct place *place = &handoff->places[thread];
    bool put_off = !place->given_back && !handoff->closed && handoff->count > 0 &&
                   handoff->done.count < FL_DONE_MAX && now_us - place->since_us <= FL_TINY_JOB_US;
    if (put_off) {
        if (!handoff->done.count) handoff->done_since_us = now_us;
        handoff->done.items[handoff->done.count++] = place->delivery;
        vacate(handoff, place, now_us);
    }
    leave(handoff);
    return put_off;
}

void fl_handoff_acknowledged(struct fl_handoff *handoff, int thread)
{
    enter(handoff);
    struct fl_done done = place_of(handoff, thread)->done;
    place_of(handoff, thread)->done.count = 0;
    leave(handoff);
    for (size_t i = 0; i < done.count; i++)
        free(done.items[i]);
}

bool fl_handoff_owns(struct fl_handoff *handoff, int thread)
{
    enter(handoff);
    bool owns = !handoff->places[thread].given_back;
    leave(handoff);
    return owns;
}

void fl_handoff_finish(struct fl_handoff *handoff, int thread)
{
    int64_t now_us = fl_clock_mono_us(handoff->options.clock);
    enter(handoff);
    struct place *place = &handoff->places[thread];
    fl_assert(place->delivery);
    struct fl_delivery *owned = place->given_back ? NULL : place->delivery;
    vacate(handoff, place, now_us);
    leave(handoff);
    free(owned);
}

size_t fl_handoff_busy(struct fl_handoff *handoff, struct fl_arena *arena, struct fl_busy *ret_busy)
{
    size_t count = 0;
    enter(handoff);
    for (int i = 0; i < handoff->options.concurrency; i++) {
        const struct fl_delivery *delivery = handoff->places[i].delivery;
        if (!delivery || !delivery->run_at_us) continue;
        const char *copy = fl_arena_copy(arena, delivery->bytes);
        if (!copy) continue;
        ret_busy[count++] = (struct fl_busy){.thread = i,
                                             .queue = delivery->queue,
                                             .since_us = delivery->since_us,
                                             .run_at_us = delivery->run_at_us,
                                             .bytes = {copy, delivery->bytes.length}};
    }
    leave(handoff);
    return count;
}

int fl_handoff_busy_count(struct fl_handoff *handoff)
{
    enter(handoff);
    int busy = handoff->busy;
    leave(handoff);
    return busy;
}

static size_t note(struct fl_fingerprint *ret_prints, size_t count,
                   const struct fl_delivery *delivery)
{
    ret_prints[count] = fl_fingerprint(delivery->queue, delivery->bytes);
    return count + 1;
}

static size_t note_done(struct fl_fingerprint *ret_prints, size_t count, const struct fl_done *done)
{
    for (size_t i = 0; i < done->count; i++)
        count = note(ret_prints, count, done->items[i]);
    return count;
}

size_t fl_handoff_fingerprints(struct fl_handoff *handoff, struct fl_fingerprint *ret_prints)
{
    size_t count = 0;
    enter(handoff);
    for (size_t i = 0; i < handoff->count; i++)
        count = note(ret_prints, count, *slot(handoff, i));
    count = note_done(ret_prints, count, &handoff->done);
    for (int i = 0; i <= handoff->options.concurrency; i++) {
        const struct place *place = &handoff->places[i];
        if (place->delivery) count = note(ret_prints, count, place->delivery);
        count = note_done(ret_prints, count, &place->done);
    }
    leave(handoff);
    return count;
}

size_t fl_handoff_abandon(struct fl_handoff *handoff, struct fl_delivery **ret_deliveries)
{
    enter(handoff);
    handoff->closed = true;
    size_t count = withdraw(handoff, ret_deliveries);
    for (int i = handoff->options.concurrency - 1; i >= 0; i--) {
        struct place *place = &handoff->places[i];
        if (!place->delivery || place->given_back) continue;
        place->given_back = true;
        ret_deliveries[count++] = place->delivery;
    }
    wake(handoff);
    leave(handoff);
    return count;
}
