/* Pairs are played in waves. Of those whose worlds have one number, the first is played; the others
 * take over what it came to, if the keys in which they differ have been written over unseen. The
 * rest waits for the next wave. Single faults have been played already, and answer for pairs too.
 */
#include "harness/cli/matrix_pairs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/map.h"
#include "harness/matrix/worlds.h"

enum { LINES_BYTES_MAX = 16 * 1024, WORLDS_MAX = MATRIX_TRIALS_MAX };

/* A run that has been played, or is about to be, from a world on. */
struct known {
    struct matrix_world world;
    uint32_t trial;
    struct known *next; /* of the same number */
};

struct pair {
    uint32_t first, effect; /* a trial, and the second fault's place among its effects */
    enum matrix_mode mode;
    struct matrix_world world;
    struct matrix_world aside; /* without what the paused process remembers */
    uint32_t like;             /* whose end it takes over: a trial, from 1; 0: none yet */
    bool is_played;
};

struct pairs {
    struct matrix_trials *trials;
    struct pair *items;
    uint32_t count, capacity;
    struct fl_map known; /* by the numbers of worlds, */
    struct fl_map aside; /* and of those without who is paused */
    struct fl_arena arena;
    bool follows_all; /* numbers do not tell all that the handler goes by */
};

/* --- worlds that are known --- */

static struct fl_span key_of(const struct matrix_world *world)
{
    return (struct fl_span){(const char *)&world->number, sizeof world->number};
}

static enum fl_error add_known(struct pairs *pairs, struct fl_map *map,
                               const struct matrix_world *world, uint32_t trial)
{
    if (!world->number) return FL_OK;
    struct known *known = fl_arena_alloc(&pairs->arena, sizeof *known);
    if (!known) return FL_ENOMEM;
    *known = (struct known){*world, trial, fl_map_get(map, key_of(world))};
    return fl_map_put(map, key_of(world), known, NULL);
}

static enum fl_error know_singles(struct pairs *pairs)
{
    struct matrix_trials *x = pairs->trials;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < x->trial_count && !err; i++) {
        const struct matrix_trial *trial = &x->trials[i];
        const struct run_facts *facts = x->undisturbed.facts;
        if (!trial->item) continue;
        struct matrix_world world =
            matrix_world_of(trial->mode, facts, &facts->effects[x->result->points[trial->point]]);
        err = add_known(pairs, &pairs->known, &world, i);
    }
    return err;
}

static uint32_t find_like(const struct pairs *pairs, const struct pair *pair, bool *ret_pending)
{
    if (!pair->world.number) return 0;
    const struct known *known = fl_map_get(&pairs->known, key_of(&pair->world));
    for (; known; known = known->next) {
        const struct matrix_trial *trial = &pairs->trials->trials[known->trial];
        if (!trial->is_answered) *ret_pending = true;
        if (!trial->settled) continue; /* its fault found nothing to strike, or is under way */
        if (matrix_worlds_alike(&known->world, trial->overwritten, trial->overwritten_count,
                                &pair->world))
            return known->trial + 1;
    }
    return 0;
}

/* Until who is paused wakes, a pair goes like one behind another pause. If that one had come by
 * then to where this one's first fault alone comes, so does this one, and ends like it. */
static uint32_t find_same_wake(const struct pairs *pairs, const struct pair *pair,
                               bool *ret_pending)
{
    const struct matrix_trial *single = &pairs->trials->trials[pair->first];
    if (!pair->aside.number || !single->wake || !single->settled) return 0;
    const struct matrix_world wakes = matrix_world_at_wake(single->wake);
    const struct known *known = fl_map_get(&pairs->aside, key_of(&pair->aside));
    for (; known; known = known->next) {
        const struct matrix_trial *trial = &pairs->trials->trials[known->trial];
        if (!trial->is_answered) *ret_pending = true;
        if (!trial->settled || !trial->wake) continue;
        const struct matrix_world woke = matrix_world_at_wake(trial->wake);
        if (woke.number == wakes.number && matrix_worlds_alike(&woke, NULL, 0, &wakes) &&
            matrix_worlds_alike(&known->world, trial->wake->overwritten_by_wake,
                                trial->wake->overwritten_by_wake_count, &pair->aside))
            return pair->first + 1;
    }
    return 0;
}

/* --- which there are --- */

static enum fl_error add_pair(struct pairs *pairs, uint32_t first, uint32_t effect,
                              enum matrix_mode mode)
{
    const struct run_facts *facts = pairs->trials->trials[first].item->facts;
    if (pairs->count == MATRIX_TRIALS_MAX) {
        matrix_trials_trouble(pairs->trials, MATRIX_BAD_INPUT,
                              "more than %d pairs: choose fewer modes", MATRIX_TRIALS_MAX);
        return FL_OK;
    }
    if (pairs->count == pairs->capacity) {
        uint32_t larger = pairs->capacity ? 2 * pairs->capacity : 1024;
        struct pair *grown = realloc(pairs->items, larger * sizeof *grown);
        if (!grown) return FL_ENOMEM;
        pairs->items = grown;
        pairs->capacity = larger;
    }
    pairs->items[pairs->count++] =
        (struct pair){.first = first,
                      .effect = effect,
                      .mode = mode,
                      .world = matrix_world_of(mode, facts, &facts->effects[effect])};
    struct pair *pair = &pairs->items[pairs->count - 1];
    if (pairs->trials->trials[first].mode == MATRIX_STALL)
        pair->aside = matrix_world_aside(mode, facts, &facts->effects[effect]);
    if (pairs->follows_all) pair->world.number = pair->aside.number = 0;
    return FL_OK;
}

static enum fl_error add_pairs_of(struct pairs *pairs, uint32_t first)
{
    const struct matrix_order *order = pairs->trials->order;
    const struct run_facts *facts = pairs->trials->trials[first].item->facts;
    uint32_t points[MATRIX_POINTS_MAX], behind = facts->struck_after;
    if (matrix_mode_answers(pairs->trials->trials[first].mode)) behind++; /* the same effect */
    uint32_t count = matrix_points(facts, behind, fl_span_from(order->job), points);
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < count; i++)
        for (int mode = 0; mode < MATRIX_MODES && !err; mode++)
            if (order->modes & 1U << mode &&
                matrix_mode_applies((enum matrix_mode)mode, &facts->effects[points[i]],
                                    order->processes))
                err = add_pair(pairs, first, points[i], (enum matrix_mode)mode);
    return err;
}

/* --- playing them --- */

static enum fl_error add_trial(struct pairs *pairs, struct pair *pair, bool is_check)
{
    struct matrix_trials *x = pairs->trials;
    const struct matrix_trial *first = &x->trials[pair->first];
    const struct run_effect *effect = &first->item->facts->effects[pair->effect];
    char name[MATRIX_NAME_BYTES], both[2 * MATRIX_NAME_BYTES + 8];
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    uint32_t parts = first->parts + matrix_trial_parts(pair->mode);
    matrix_cell_name(effect, pair->mode, name);
    snprintf(both, sizeof both, "%s, then %s", first->name, name);
    enum fl_error err = fl_buf_append_span(&lines, first->lines);
    if (!err) err = matrix_mode_write(pair->mode, effect, x->order->upgrade, &lines);
    struct matrix_trial *trial = err ? NULL : matrix_trials_add(x, &lines, both);
    fl_buf_release(&lines);
    if (!trial) return x->result->trouble ? FL_OK : FL_ENOMEM;
    trial->is_pair = true;
    trial->is_check = is_check;
    trial->tells_wake = pair->aside.number != 0;
    trial->mode = pair->mode;
    trial->parts = parts;
    return FL_OK;
}

static void take_over(struct pairs *pairs, struct pair *pair, uint32_t like)
{
    struct matrix_result *result = pairs->trials->result;
    pair->like = like;
    result->pair_taken++;
    result->pair_bad += pairs->trials->trials[like - 1].cells != MATRIX_SAME;
}

static enum fl_error play_pair(struct pairs *pairs, struct pair *pair)
{
    struct matrix_trials *x = pairs->trials;
    pair->is_played = true;
    enum fl_error err = add_trial(pairs, pair, false);
    if (err || x->result->trouble) return err;
    err = add_known(pairs, &pairs->known, &pair->world, x->trial_count - 1);
    return err ? err : add_known(pairs, &pairs->aside, &pair->aside, x->trial_count - 1);
}

/* Plays what must be, and says whether some of the others still wait. */
static enum fl_error play_wave(struct pairs *pairs, bool *ret_waiting)
{
    struct matrix_trials *x = pairs->trials;
    uint32_t first = x->trial_count;
    enum fl_error err = FL_OK;
    *ret_waiting = false;
    for (uint32_t i = 0; i < pairs->count && !err && !x->result->trouble; i++) {
        struct pair *pair = &pairs->items[i];
        bool pending = false;
        if (pair->is_played || pair->like) continue;
        uint32_t like = find_like(pairs, pair, &pending);
        if (!like) like = find_same_wake(pairs, pair, &pending);
        if (like)
            take_over(pairs, pair, like);
        else if (pending)
            *ret_waiting = true;
        else
            err = play_pair(pairs, pair);
    }
    return err || x->result->trouble ? err : matrix_trials_play(x, first, 1);
}

/* --- what was not played is, and must come to the same --- */

static void compare(struct pairs *pairs, const struct pair *pair, uint32_t check)
{
    struct matrix_trials *x = pairs->trials;
    const struct matrix_trial *played = &x->trials[check], *like = &x->trials[pair->like - 1];
    if (!played->settled) return; /* unreached, as some are by chance */
    if (played->cells == like->cells && played->end == like->end) return;
    matrix_trials_trouble(x, MATRIX_NO_HARNESS,
                          "a pair does not end as the one that answered for it\n  %s\n  %s",
                          played->name, like->name);
}

static enum fl_error check_all(struct pairs *pairs)
{
    struct matrix_trials *x = pairs->trials;
    uint32_t first = x->trial_count, next = first;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < pairs->count && !err && !x->result->trouble; i++)
        if (pairs->items[i].like) err = add_trial(pairs, &pairs->items[i], true);
    if (!err && !x->result->trouble) err = matrix_trials_play(x, first, 1);
    for (uint32_t i = 0; i < pairs->count && !err && !x->result->trouble; i++)
        if (pairs->items[i].like) compare(pairs, &pairs->items[i], next++);
    return err;
}

/* It goes by variables that outlive a job, or by what the time is: no number tells these. */
static bool hides_something(const struct run_facts *facts)
{
    return facts->statics.length || facts->asked_time;
}

static bool must_follow_all(const struct matrix_trials *x)
{
    for (uint32_t i = 0; i < x->trial_count; i++)
        if (x->trials[i].item && hides_something(x->trials[i].item->facts)) return true;
    return hides_something(x->undisturbed.facts);
}

static enum fl_error play(struct pairs *pairs)
{
    struct matrix_trials *x = pairs->trials;
    uint32_t singles = x->trial_count;
    bool waiting = true;
    pairs->follows_all = must_follow_all(x);
    enum fl_error err = pairs->follows_all ? FL_OK : know_singles(pairs);
    for (uint32_t i = 0; i < singles && !err && !x->result->trouble; i++)
        if (x->trials[i].item) err = add_pairs_of(pairs, i);
    while (waiting && !err && !x->result->trouble)
        err = play_wave(pairs, &waiting);
    if (!err && !x->result->trouble && x->order->every_pair) err = check_all(pairs);
    return err;
}

enum fl_error matrix_play_pairs(struct matrix_trials *x)
{
    struct pairs pairs = {.trials = x,
                          .known = FL_MAP_INIT(WORLDS_MAX),
                          .aside = FL_MAP_INIT(WORLDS_MAX),
                          .arena = FL_ARENA_INIT(UINT32_MAX)};
    if (x->result->point_count > MATRIX_PAIR_POINTS_MAX) {
        matrix_trials_trouble(x, MATRIX_BAD_INPUT,
                              "%" PRIu32 " effects have too many pairs: at most %d",
                              x->result->point_count, MATRIX_PAIR_POINTS_MAX);
        return FL_OK;
    }
    enum fl_error err = play(&pairs);
    fl_map_release(&pairs.known);
    fl_map_release(&pairs.aside);
    fl_arena_release(&pairs.arena);
    free(pairs.items);
    return err;
}
