/* harness/check/places.c - which keys are the queue's, and which job stands in which. */
#include <string.h>

#include "core/assert.h"
#include "harness/check/ledger.h"
#include "queue/keys.h"

static enum ledger_place place_of(struct fl_span name)
{
    if (fl_span_starts(name, FL_SPAN(FL_KEY_PRIVATE_PREFIX))) return LEDGER_PRIVATE;
    if (fl_span_starts(name, FL_SPAN("queue:"))) return LEDGER_QUEUE;
    if (fl_span_is(name, "schedule")) return LEDGER_SCHEDULE;
    if (fl_span_is(name, "retry")) return LEDGER_RETRY;
    return fl_span_is(name, "dead") ? LEDGER_DEAD : LEDGER_ELSEWHERE;
}

struct ledger_key *ledger_key_of(struct ledger *ledger, struct fl_span name)
{
    enum ledger_place place = place_of(name);
    if (place == LEDGER_ELSEWHERE) return NULL;
    struct ledger_key *key = fl_map_get(&ledger->keys, name);
    if (key) return key;
    key = fl_arena_alloc(&ledger->arena, sizeof *key);
    if (key) *key = (struct ledger_key){fl_arena_copy(&ledger->arena, name), place, 0};
    if (key && key->name && !fl_map_put(&ledger->keys, name, key, NULL)) return key;
    ledger->failed_for_memory = true;
    return NULL;
}

static struct ledger_stand *stand_at(struct ledger *ledger, struct ledger_job *job,
                                     struct ledger_key *key)
{
    struct ledger_stand *empty = NULL;
    for (uint32_t i = 0; i < job->stand_count; i++) {
        if (job->stands[i].key == key) return &job->stands[i];
        if (!job->stands[i].count) empty = &job->stands[i];
    }
    if (!empty && job->stand_count == job->stand_capacity) {
        uint32_t capacity = job->stand_capacity ? 2 * job->stand_capacity : 4;
        struct ledger_stand *grown = fl_arena_alloc_array(&ledger->arena, capacity, sizeof *grown);
        if (!grown) return NULL;
        if (job->stand_count) memcpy(grown, job->stands, job->stand_count * sizeof *grown);
        job->stands = grown;
        job->stand_capacity = capacity;
    }
    if (!empty) empty = &job->stands[job->stand_count++];
    *empty = (struct ledger_stand){key, 0};
    return empty;
}

static void touch(struct ledger *ledger, struct ledger_job *job)
{
    if (job->touched) return;
    job->touched = true;
    job->next_touched = ledger->touched;
    ledger->touched = job;
}

static bool is_queued(const struct ledger_key *key)
{
    return key->place == LEDGER_QUEUE || key->place == LEDGER_PRIVATE;
}

void ledger_add(struct ledger *ledger, struct ledger_job *job, struct ledger_key *key,
                uint32_t count)
{
    struct ledger_stand *stand = stand_at(ledger, job, key);
    if (!stand) {
        ledger->failed_for_memory = true;
        return;
    }
    stand->count += count;
    job->copies += count;
    key->count += count;
    if (is_queued(key)) {
        job->queued += count;
        ledger->queued += count;
    }
    touch(ledger, job);
}

void ledger_remove(struct ledger *ledger, struct ledger_job *job, struct ledger_key *key,
                   uint32_t count, enum ledger_removal removal, const char *session)
{
    struct ledger_stand *stand = stand_at(ledger, job, key);
    if (!stand) {
        ledger->failed_for_memory = true;
        return;
    }
    if (count > stand->count) count = stand->count; /* stood there before we looked */
    stand->count -= count;
    job->copies -= count;
    key->count -= count;
    if (is_queued(key)) {
        job->queued -= count;
        ledger->queued -= count;
    }
    job->removal = removal;
    job->remover = session;
    bool leaves = key->place == LEDGER_PRIVATE && count && removal != LEDGER_LOST;
    if (leaves) ledger_leaves_private(ledger, job, key, session);
    touch(ledger, job);
}
