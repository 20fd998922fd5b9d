/* Of each run the steps from its own turn on are kept; those before are its ancestors'. What can be
 * done at a state is a matter of the run that came there first: the children that leave it there,
 * in the order in which they came, and who sleeps. A race that a run shows between two of its steps
 * asks for a child at the state before the first of them, unless one of those who could begin the
 * other order has been there, will be, or sleeps.
 *
 * That runs are told in any order is no harm: what a run leaves to its elder siblings, by letting
 * them sleep, they will have explored in the end. */
#include "harness/explore/dpor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/choice/choices.h"
#include "harness/choice/steps.h"
#include "harness/explore/path.h"
#include "harness/explore/room.h"
#include "harness/explore/seen.h"
#include "harness/explore/shapes.h"

#define NO_RUN UINT32_MAX

struct sleeper { /* from a run's first own step on */
    uint32_t actor, accesses;
};

struct run {
    uint32_t parent, first_child, last_child, next_sibling;
    uint32_t from; /* its first own step: the turn with which it leaves its parent */
    uint32_t task; /* whose that turn is */
    uint32_t first_step, step_count;
    uint32_t first_sleeper, sleeper_count;
};

struct dpor {
    struct shapes shapes;
    struct run *runs;
    uint32_t count, capacity, next;
    struct path_step *steps;
    uint32_t step_count, step_capacity;
    struct sleeper *sleepers;
    uint32_t sleeper_count, sleeper_capacity;
    struct seen instants;
    struct path path; /* of the run that is being told */
    uint32_t *clocks; /* of the steps of one instant: how many of each process's come before */
    uint32_t clock_capacity;
    uint32_t told, cut_short;
    bool cut; /* something was left out */
};

/* --- runs --- */

static enum fl_error add_run(struct dpor *dpor, uint32_t parent, uint32_t from, uint32_t task)
{
    if (dpor->count == DPOR_RUNS_MAX) {
        dpor->cut = true;
        return FL_OK;
    }
    struct run *runs = room_for(dpor->runs, &dpor->capacity, dpor->count + 1, sizeof *runs);
    if (!runs) return FL_ENOMEM;
    dpor->runs = runs;
    uint32_t number = dpor->count++;
    dpor->runs[number] = (struct run){.parent = parent,
                                      .first_child = NO_RUN,
                                      .last_child = NO_RUN,
                                      .next_sibling = NO_RUN,
                                      .from = from,
                                      .task = task};
    if (parent == NO_RUN) return FL_OK;
    struct run *elder = &dpor->runs[parent];
    if (elder->last_child == NO_RUN)
        elder->first_child = number;
    else
        dpor->runs[elder->last_child].next_sibling = number;
    elder->last_child = number;
    return FL_OK;
}

enum fl_error dpor_new(struct dpor **ret_dpor)
{
    struct dpor *dpor = calloc(1, sizeof *dpor);
    if (!dpor) return FL_ENOMEM;
    dpor->shapes.arena = FL_ARENA_INIT(SHAPES_BYTES_MAX);
    enum fl_error err = add_run(dpor, NO_RUN, 0, 0);
    if (err) {
        dpor_free(dpor);
        return err;
    }
    *ret_dpor = dpor;
    return FL_OK;
}

void dpor_free(struct dpor *dpor)
{
    if (!dpor) return;
    shapes_release(&dpor->shapes);
    seen_release(&dpor->instants);
    path_release(&dpor->path);
    free(dpor->clocks);
    free(dpor->steps);
    free(dpor->sleepers);
    free(dpor->runs);
    free(dpor);
}

bool dpor_next(struct dpor *dpor, uint32_t *ret_node)
{
    if (dpor->next == dpor->count) return false;
    *ret_node = dpor->next++;
    return true;
}

/* --- states: before step `at` of a run --- */

/* The run that came to the state first, or the one whose steps lead on from it. */
static uint32_t run_at(const struct dpor *dpor, uint32_t run, uint32_t at)
{
    while (dpor->runs[run].parent != NO_RUN && dpor->runs[run].from >= at)
        run = dpor->runs[run].parent;
    return run;
}

/* Whose own the run's step is. */
static uint32_t owner_of(const struct dpor *dpor, uint32_t run, uint32_t at)
{
    while (dpor->runs[run].from > at)
        run = dpor->runs[run].parent;
    return run;
}

static const struct path_step *own_step(const struct dpor *dpor, uint32_t run, uint32_t at)
{
    const struct run *own = &dpor->runs[run];
    fl_assert(at >= own->from);
    fl_assert(at - own->from < own->step_count);
    return &dpor->steps[own->first_step + (at - own->from)];
}

static uint32_t actor_of(const struct dpor *dpor, const struct path_step *step)
{
    return dpor->shapes.actor_of[dpor->shapes.options[step->options].tasks[0]];
}

/* It has slept from the run's first own step on, and does so still. */
static bool sleeps_on(const struct dpor *dpor, uint32_t run, const struct sleeper *sleeper,
                      uint32_t at)
{
    for (uint32_t k = dpor->runs[run].from; k < at; k++)
        if (shapes_conflict(&dpor->shapes, own_step(dpor, run, k)->accesses, sleeper->accesses))
            return false;
    return true;
}

/* Who has had the turn there, will have it, or sleeps: a bit each. */
static uint64_t taken_at(const struct dpor *dpor, uint32_t run, uint32_t at)
{
    const struct run *own = &dpor->runs[run];
    uint64_t taken = UINT64_C(1) << actor_of(dpor, own_step(dpor, run, at));
    for (uint32_t child = own->first_child; child != NO_RUN; child = dpor->runs[child].next_sibling)
        if (dpor->runs[child].from == at)
            taken |= UINT64_C(1) << dpor->shapes.actor_of[dpor->runs[child].task];
    for (uint32_t i = 0; i < own->sleeper_count; i++) {
        const struct sleeper *sleeper = &dpor->sleepers[own->first_sleeper + i];
        if (sleeps_on(dpor, run, sleeper, at)) taken |= UINT64_C(1) << sleeper->actor;
    }
    return taken;
}

/* --- writing a run down --- */

static enum fl_error write_choice(const struct dpor *dpor, uint32_t choice, uint32_t task,
                                  struct fl_buf *out)
{
    return sim_choice_line(SIM_CHOICE_SCHEDULE, "world", "next", choice,
                           dpor->shapes.task_names.texts[task], out);
}

/* All turns of the run's ancestors before its own. */
static enum fl_error write_prefix(const struct dpor *dpor, uint32_t run, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    uint32_t from = dpor->runs[run].from;
    for (uint32_t at = 0; at < from && !err; at++) {
        const struct path_step *step = own_step(dpor, owner_of(dpor, run, at), at);
        if (step->choice != PATH_NO_CHOICE)
            err =
                write_choice(dpor, step->choice, dpor->shapes.options[step->options].tasks[0], out);
    }
    return err;
}

static enum fl_error put_to_sleep(struct dpor *dpor, uint32_t run, struct sleeper sleeper)
{
    struct sleeper *grown =
        room_for(dpor->sleepers, &dpor->sleeper_capacity, dpor->sleeper_count + 1, sizeof *grown);
    if (!grown) return FL_ENOMEM;
    dpor->sleepers = grown;
    dpor->sleepers[dpor->sleeper_count++] = sleeper;
    dpor->runs[run].sleeper_count++;
    return FL_OK;
}

/* Those who sleep at its parent's state, those who had the turn there before it, and what they did.
 */
static enum fl_error find_sleepers(struct dpor *dpor, uint32_t run)
{
    uint32_t parent = dpor->runs[run].parent, at = dpor->runs[run].from;
    enum fl_error err = FL_OK;
    dpor->runs[run].first_sleeper = dpor->sleeper_count;
    for (uint32_t i = 0; i < dpor->runs[parent].sleeper_count && !err; i++) {
        const struct sleeper sleeper = dpor->sleepers[dpor->runs[parent].first_sleeper + i];
        if (sleeps_on(dpor, parent, &sleeper, at)) err = put_to_sleep(dpor, run, sleeper);
    }
    const struct path_step *step = own_step(dpor, parent, at);
    if (!err) err = put_to_sleep(dpor, run, (struct sleeper){actor_of(dpor, step), step->accesses});
    for (uint32_t elder = dpor->runs[parent].first_child; elder != run && !err;
         elder = dpor->runs[elder].next_sibling) {
        if (dpor->runs[elder].from != at || !dpor->runs[elder].step_count) continue;
        step = own_step(dpor, elder, at);
        err = put_to_sleep(dpor, run, (struct sleeper){actor_of(dpor, step), step->accesses});
    }
    return err;
}

static enum fl_error write_sleepers(const struct dpor *dpor, uint32_t run, struct fl_buf *out)
{
    const struct run *own = &dpor->runs[run];
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < own->sleeper_count && !err; i++) {
        const struct sleeper *sleeper = &dpor->sleepers[own->first_sleeper + i];
        const char *accesses = dpor->shapes.access_texts.texts[sleeper->accesses];
        err = fl_buf_printf(out, "asleep %" PRIu32 " %s%s%s\n", own->from,
                            dpor->shapes.actor_names.texts[sleeper->actor], *accesses ? " " : "",
                            accesses);
    }
    return err;
}

enum fl_error dpor_write(struct dpor *dpor, uint32_t node, struct fl_buf *out)
{
    uint32_t parent = dpor->runs[node].parent, from = dpor->runs[node].from;
    enum fl_error err = fl_buf_append_text(out, "instant\nby process\n");
    if (parent == NO_RUN) return err;
    if (!err) err = write_prefix(dpor, node, out);
    if (!err)
        err = write_choice(dpor, own_step(dpor, parent, from)->choice, dpor->runs[node].task, out);
    if (!err) err = find_sleepers(dpor, node);
    return err ? err : write_sleepers(dpor, node, out);
}

/* --- what a run has told --- */

/* What comes after a state that another run has come to as well is that run's. */
static enum fl_error leave_what_is_known(struct dpor *dpor, uint32_t run)
{
    struct path *path = &dpor->path;
    for (uint32_t at = dpor->runs[run].from + 1; at < path->count; at++) {
        bool is_new = true;
        if (!path->steps[at].later) continue;
        enum fl_error err = seen_add(&dpor->instants, path->before[at], &is_new);
        if (err) return err;
        if (!is_new) path->count = at;
    }
    return FL_OK;
}

static enum fl_error keep_own_steps(struct dpor *dpor, uint32_t run)
{
    struct run *own = &dpor->runs[run];
    const struct path *path = &dpor->path;
    if (path->count <= own->from) return FL_EPARSE; /* not even its own turn */
    uint32_t count = path->count - own->from;
    if (count > DPOR_STEPS_MAX - dpor->step_count) {
        dpor->cut = true;
        return FL_EBOUND;
    }
    struct path_step *steps =
        room_for(dpor->steps, &dpor->step_capacity, dpor->step_count + count, sizeof *steps);
    if (!steps) return FL_ENOMEM;
    dpor->steps = steps;
    own->first_step = dpor->step_count;
    own->step_count = count;
    memcpy(&dpor->steps[dpor->step_count], &path->steps[own->from], count * sizeof *path->steps);
    dpor->step_count += count;
    return FL_OK;
}

/* --- races --- */

struct instant { /* of the path: [begin, end) */
    uint32_t begin, end;
};

static uint32_t *clock_of(const struct dpor *dpor, const struct instant *instant, uint32_t at)
{
    return &dpor->clocks[(size_t)(at - instant->begin) * SHAPES_ACTORS_MAX];
}

static uint32_t path_actor(const struct dpor *dpor, uint32_t at)
{
    return actor_of(dpor, &dpor->path.steps[at]);
}

static bool comes_before(const struct dpor *dpor, const struct instant *instant, uint32_t first,
                         uint32_t second)
{
    return clock_of(dpor, instant, second)[path_actor(dpor, first)] > first;
}

/* Who can begin what the path does after `i` and without it, up to and with `j`: a bit each. */
static uint64_t beginners(const struct dpor *dpor, const struct instant *instant, uint32_t i,
                          uint32_t j)
{
    uint64_t seen = 0, can_begin = 0;
    for (uint32_t k = i + 1; k <= j; k++) {
        if (k < j && comes_before(dpor, instant, i, k)) continue;
        uint64_t bit = UINT64_C(1) << path_actor(dpor, k);
        bool begins = !(seen & bit);
        for (uint32_t m = i + 1; m < k && begins; m++)
            begins = comes_before(dpor, instant, i, m) || !comes_before(dpor, instant, m, k);
        seen |= bit;
        if (begins) can_begin |= bit;
    }
    return can_begin & dpor->shapes.options[dpor->path.steps[i].options].actors;
}

/* Steps i and j conflict, and nothing between forces their order. */
static enum fl_error reverse(struct dpor *dpor, uint32_t run, const struct instant *instant,
                             uint32_t i, uint32_t j)
{
    uint32_t at = run_at(dpor, run, i);
    uint64_t who = beginners(dpor, instant, i, j);
    if (!who || (who & taken_at(dpor, at, i))) return FL_OK;
    uint64_t own = UINT64_C(1) << path_actor(dpor, j);
    uint32_t actor = (uint32_t)__builtin_ctzll(who & own ? own : who);
    uint32_t task = shapes_task_of(&dpor->shapes, dpor->path.steps[i].options, actor);
    return add_run(dpor, at, i, task);
}

static void join(uint32_t *clock, const uint32_t *other)
{
    for (uint32_t i = 0; i < SHAPES_ACTORS_MAX; i++)
        if (other[i] > clock[i]) clock[i] = other[i];
}

/* The clock of step j, and the races of which it is the second. */
static enum fl_error take_second(struct dpor *dpor, uint32_t run, const struct instant *instant,
                                 uint32_t j)
{
    const struct path *path = &dpor->path;
    uint32_t own = path_actor(dpor, j), *clock = clock_of(dpor, instant, j);
    bool is_new = j >= dpor->runs[run].from;
    uint32_t racing[SHAPES_ACTORS_MAX], count = 0; /* one of each at most */
    memset(clock, 0, SHAPES_ACTORS_MAX * sizeof *clock);
    for (uint32_t i = j; i-- > instant->begin;) {
        uint32_t actor = path_actor(dpor, i);
        if (clock[actor] > i) continue;
        bool same = actor == own;
        if (!same &&
            !shapes_conflict(&dpor->shapes, path->steps[i].accesses, path->steps[j].accesses))
            continue;
        join(clock, clock_of(dpor, instant, i));
        if (!same) racing[count++] = i;
    }
    clock[own] = j + 1;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < count && is_new && !err; i++)
        err = reverse(dpor, run, instant, racing[i], j);
    return err;
}

static enum fl_error take_instant(struct dpor *dpor, uint32_t run, const struct instant *instant)
{
    uint32_t *clocks =
        room_for(dpor->clocks, &dpor->clock_capacity,
                 (instant->end - instant->begin) * SHAPES_ACTORS_MAX, sizeof *clocks);
    if (!clocks) return FL_ENOMEM;
    dpor->clocks = clocks;
    enum fl_error err = FL_OK;
    for (uint32_t j = instant->begin; j < instant->end && !err; j++)
        err = take_second(dpor, run, instant, j);
    return err;
}

/* Of the instants in which the run has steps of its own. */
static enum fl_error take_races(struct dpor *dpor, uint32_t run)
{
    const struct path *path = &dpor->path;
    struct instant instant = {0};
    enum fl_error err = FL_OK;
    while (instant.begin < path->count && !err) {
        instant.end = instant.begin + 1;
        while (instant.end < path->count && !path->steps[instant.end].later)
            instant.end++;
        if (instant.end > dpor->runs[run].from) err = take_instant(dpor, run, &instant);
        instant.begin = instant.end;
    }
    return err;
}

/* A run whose beginning is not its ancestors' is no run of these. */
static bool begins_as_its_ancestors(const struct dpor *dpor, uint32_t run)
{
    const struct path *path = &dpor->path;
    uint32_t from = dpor->runs[run].from;
    if (path->count <= from) return false;
    for (uint32_t at = 0; at < from; at++) {
        const struct path_step *step = own_step(dpor, owner_of(dpor, run, at), at);
        if (step->options != path->steps[at].options || step->accesses != path->steps[at].accesses)
            return false;
    }
    return true;
}

enum fl_error dpor_take(struct dpor *dpor, uint32_t node, struct fl_span steps, bool *ret_whole)
{
    enum fl_error err = path_read(&dpor->path, &dpor->shapes, steps, ret_whole);
    if (!err && !begins_as_its_ancestors(dpor, node)) err = FL_EPARSE;
    if (!err) err = leave_what_is_known(dpor, node);
    if (!err) err = keep_own_steps(dpor, node);
    if (!err) err = take_races(dpor, node);
    dpor->told++;
    if (!*ret_whole) dpor->cut_short++;
    return err;
}

void dpor_cut(struct dpor *dpor)
{
    dpor->told++;
    dpor->cut = true;
}

bool dpor_complete(const struct dpor *dpor)
{
    return dpor->told == dpor->count && !dpor->cut;
}

struct dpor_sums dpor_sums(const struct dpor *dpor)
{
    return (struct dpor_sums){dpor->told, dpor->cut_short, dpor->instants.count};
}
