#include "harness/matrix/worlds.h"

#include "harness/trace/digest.h"

static bool strikes_behind(enum matrix_mode mode)
{
    return mode == MATRIX_KILL_AFTER || mode == MATRIX_NEW_AFTER || mode == MATRIX_MALLOC;
}

/* Which of a job's effects it is follows from what the task has heard; of a process's own tasks,
 * which begin again and again, it is told by what it asks. */
static uint64_t digest_effect(uint64_t digest, const struct run_effect *effect)
{
    digest = digest_span(digest, effect->what);
    if (effect->job.length) return digest_span(digest, effect->job);
    return digest_span(digest_span(digest, effect->role), effect->detail);
}

/* What began before the first fault struck, and was over behind it: a second fault there is none.
 */
static bool is_older(const struct run_facts *facts, uint32_t moment)
{
    return facts->struck && moment <= facts->struck_moment;
}

/* `alive` and `dead` 0: not known. */
static struct matrix_world world_with(enum matrix_mode mode, const struct run_facts *facts,
                                      const struct run_effect *effect,
                                      const struct run_moment *moment, uint64_t alive,
                                      uint64_t dead)
{
    struct matrix_world world = {.facts = facts, .changes = moment->changes};
    bool ends = matrix_mode_kills(mode) || matrix_mode_renews(mode);
    if (!alive || !dead) return world;
    if (ends) /* before an effect or behind another: the dead do not know */
        world.number = digest_word(dead, matrix_mode_renews(mode));
    else
        world.number = digest_effect(digest_word(alive, 2 + (uint64_t)mode), effect);
    if (mode == MATRIX_MALLOC) world.number = digest_word(world.number, moment->memory);
    if (!world.number) world.number = 1;
    return world;
}

static const struct run_moment *moment_of(enum matrix_mode mode, const struct run_facts *facts,
                                          const struct run_effect *effect)
{
    uint32_t index = strikes_behind(mode) ? effect->after : effect->before;
    return !index || is_older(facts, index) ? NULL : &facts->moments[index - 1];
}

struct matrix_world matrix_world_of(enum matrix_mode mode, const struct run_facts *facts,
                                    const struct run_effect *effect)
{
    const struct run_moment *moment = moment_of(mode, facts, effect);
    if (!moment) return (struct matrix_world){.facts = facts};
    return world_with(mode, facts, effect, moment, moment->alive, moment->dead);
}

struct matrix_world matrix_world_aside(enum matrix_mode mode, const struct run_facts *facts,
                                       const struct run_effect *effect)
{
    const struct run_moment *moment = moment_of(mode, facts, effect);
    if (!moment) return (struct matrix_world){.facts = facts};
    return world_with(mode, facts, effect, moment, moment->aside, moment->aside_dead);
}

struct matrix_world matrix_world_at_wake(const struct run_facts *facts)
{
    struct matrix_world world = {.facts = facts};
    if (!facts->woke) return world;
    world.number = facts->moments[facts->woke - 1].aside;
    world.changes = facts->moments[facts->woke - 1].changes;
    return world;
}

/* 0: there is no such key. */
static uint64_t value_of(const struct matrix_world *world, uint64_t key)
{
    for (uint32_t i = world->changes; i-- > 0;)
        if (world->facts->key_changes[i].key == key) return world->facts->key_changes[i].value;
    return 0;
}

static bool is_among(uint64_t key, const uint64_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (keys[i] == key) return true;
    return false;
}

/* All keys of `one`, with what they hold in the other. */
static bool agrees(const struct matrix_world *one, const struct matrix_world *other,
                   const uint64_t *overwritten, uint32_t count)
{
    for (uint32_t i = 0; i < one->changes; i++) {
        uint64_t key = one->facts->key_changes[i].key;
        if (value_of(one, key) == value_of(other, key)) continue;
        if (!is_among(key, overwritten, count)) return false;
    }
    return true;
}

bool matrix_worlds_alike(const struct matrix_world *known, const uint64_t *overwritten,
                         uint32_t count, const struct matrix_world *asked)
{
    return agrees(known, asked, overwritten, count) && agrees(asked, known, overwritten, count);
}
