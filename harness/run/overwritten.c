/* harness/run/overwritten.c - which keys are written over before anybody looks at them.
 *
 * From the last fault on, the first touch of each key is noted. What a key held by then makes no
 * difference where that touch sets it whatever it was: a run from another content goes the same
 * way. */
#include <stdlib.h>
#include <strings.h>

#include "harness/run/stage.h"
#include "harness/trace/digest.h"

enum { OF_DATABASE = 16 }; /* as footprint.c numbers them */

uint64_t run_key_digest(struct fl_span name)
{
    return digest_span(OF_DATABASE, name);
}

void run_begin_touching(struct run *run)
{
    run->touched->begun = true;
    run->touched->all = false;
    run->touched->count = 0;
}

static void touch_first(struct run_touched *touched, uint64_t key, bool overwritten)
{
    for (uint32_t i = 0; i < touched->count; i++)
        if (touched->keys[i] == key) return;
    if (touched->count == RUN_TRACKED_KEYS_MAX) touched->all = true;
    if (touched->all) return;
    touched->keys[touched->count] = key;
    touched->overwritten[touched->count++] = overwritten;
}

static void look(void *context, uint64_t object, enum sim_touch touch)
{
    struct run_touched *touched = context;
    (void)touch;
    if (object == SIM_EVERYTHING)
        touched->all = true;
    else
        touch_first(touched, object, false);
}

static bool is(struct fl_span word, const char *name)
{
    return word.length == strlen(name) && strncasecmp(word.bytes, name, word.length) == 0;
}

/* SET without an option that depends on what was there, nor one that tells it. */
static bool sets_whatever_was_there(const struct fake_redis_event *event)
{
    if (!event->wrote || event->db != 0 || event->count < 3 || !is(event->args[0], "SET"))
        return false;
    for (size_t i = 3; i < event->count; i++) {
        bool timed = is(event->args[i], "EX") || is(event->args[i], "PX");
        if (!timed || ++i == event->count) return false;
    }
    return true;
}

void run_touch(struct run *run, const struct fake_redis_event *event)
{
    struct run_touched *touched = run->touched;
    if (!touched->begun) return;
    if (sets_whatever_was_there(event))
        touch_first(touched, run_key_digest(event->args[1]), true);
    else
        footprint_command(&touched->footprint, event, look, touched);
}

/* NULL: no memory, and then nobody leans on it. */
static uint64_t *collect(struct run *run, uint32_t *ret_count)
{
    const struct run_touched *touched = run->touched;
    uint64_t *keys =
        fl_arena_alloc_array(&run->result->facts.arena, touched->count + 1, sizeof *keys);
    for (uint32_t i = 0; keys && i < touched->count; i++)
        if (touched->overwritten[i]) keys[(*ret_count)++] = touched->keys[i];
    return keys;
}

void run_collect_overwritten(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    if (run->touched) facts->overwritten = collect(run, &facts->overwritten_count);
}

void run_collect_overwritten_by_wake(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    facts->overwritten_by_wake = collect(run, &facts->overwritten_by_wake_count);
}
