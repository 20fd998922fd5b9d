#include "harness/cli/small_worlds.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/scenario/format.h"

struct world {
    uint8_t jobs_of[SMALL_KINDS_MAX]; /* how many of each kind */
    uint8_t jobs, processes;
};

struct small_worlds {
    const struct plan *plan;
    uint32_t *kind_of;                 /* by job */
    uint32_t members[SMALL_KINDS_MAX]; /* how many jobs are of a kind */
    uint32_t kinds;
    struct world *worlds;
    uint32_t count, capacity;
};

/* --- kinds of jobs --- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool alike(const struct plan_job *a, const struct plan_job *b)
{
    bool same_times = a->when_us == b->when_us && a->in_us == b->in_us && a->at_us == b->at_us;
    return a->kind == b->kind && same_text(a->worker, b->worker) && same_text(a->queue, b->queue) &&
           fl_span_equal(a->retry, b->retry) && a->dead == b->dead && a->bulk == b->bulk &&
           same_times;
}

static enum fl_error find_kinds(struct small_worlds *worlds)
{
    const struct plan *plan = worlds->plan;
    uint32_t firsts[SMALL_KINDS_MAX];
    for (uint32_t i = 0; i < plan->job_count; i++) {
        uint32_t kind = 0;
        while (kind < worlds->kinds && !alike(&plan->jobs[firsts[kind]], &plan->jobs[i]))
            kind++;
        if (kind == SMALL_KINDS_MAX) return FL_EBOUND;
        if (kind == worlds->kinds) firsts[worlds->kinds++] = i;
        worlds->kind_of[i] = kind;
        worlds->members[kind]++;
    }
    return FL_OK;
}

/* --- which worlds there are --- */

static enum fl_error add(struct small_worlds *worlds, const struct world *world)
{
    if (worlds->count == SMALL_WORLDS_MAX) return FL_EBOUND;
    if (worlds->count == worlds->capacity) {
        uint32_t capacity = worlds->capacity ? 2 * worlds->capacity : 64;
        struct world *grown = realloc(worlds->worlds, capacity * sizeof *grown);
        if (!grown) return FL_ENOMEM;
        worlds->worlds = grown;
        worlds->capacity = capacity;
    }
    worlds->worlds[worlds->count++] = *world;
    return FL_OK;
}

/* All ways to take `left` more jobs from the kinds from this one on. */
static enum fl_error choose(struct small_worlds *worlds, struct world *world, uint32_t kind,
                            uint32_t left)
{
    enum fl_error err = FL_OK;
    if (left == 0) return add(worlds, world);
    if (kind == worlds->kinds) return FL_OK;
    uint32_t most = left < worlds->members[kind] ? left : worlds->members[kind];
    for (uint32_t taken = 0; taken <= most && !err; taken++) {
        world->jobs_of[kind] = (uint8_t)taken;
        err = choose(worlds, world, kind + 1, left - taken);
    }
    world->jobs_of[kind] = 0;
    return err;
}

enum fl_error small_worlds_new(const struct plan *plan, uint32_t jobs_max, uint32_t processes_max,
                               struct small_worlds **ret_worlds)
{
    fl_assert(jobs_max <= SMALL_JOBS_MAX);
    fl_assert(processes_max <= SMALL_PROCESSES_MAX);
    struct small_worlds *worlds = calloc(1, sizeof *worlds);
    if (!worlds) return FL_ENOMEM;
    worlds->plan = plan;
    worlds->kind_of = calloc(plan->job_count + 1, sizeof *worlds->kind_of);
    enum fl_error err = worlds->kind_of ? find_kinds(worlds) : FL_ENOMEM;
    for (uint32_t jobs = 1; jobs <= jobs_max && !err; jobs++)
        for (uint32_t processes = 1; processes <= processes_max && !err; processes++) {
            struct world world = {.jobs = (uint8_t)jobs, .processes = (uint8_t)processes};
            err = choose(worlds, &world, 0, jobs);
        }
    if (err)
        small_worlds_free(worlds);
    else
        *ret_worlds = worlds;
    return err;
}

void small_worlds_free(struct small_worlds *worlds)
{
    if (!worlds) return;
    free(worlds->kind_of);
    free(worlds->worlds);
    free(worlds);
}

uint32_t small_worlds_count(const struct small_worlds *worlds)
{
    return worlds->count;
}

/* --- one of them --- */

static enum fl_error take_jobs(const struct small_worlds *worlds, const struct world *world,
                               struct fl_arena *arena, struct plan *plan)
{
    struct plan_job *jobs = fl_arena_alloc_array(arena, world->jobs + 1u, sizeof *jobs);
    uint32_t taken[SMALL_KINDS_MAX] = {0};
    if (!jobs) return FL_ENOMEM;
    plan->job_count = 0;
    for (uint32_t i = 0; i < worlds->plan->job_count; i++) {
        uint32_t kind = worlds->kind_of[i];
        if (taken[kind] == world->jobs_of[kind]) continue;
        taken[kind]++;
        jobs[plan->job_count++] = worlds->plan->jobs[i];
    }
    plan->jobs = jobs;
    return FL_OK;
}

/* The first so many; where there are fewer, more like the last. */
static enum fl_error take_processes(const struct world *world, struct fl_arena *arena,
                                    struct plan *plan)
{
    static const struct plan_processes standard = {.count = 1};
    const struct plan_processes *given = plan->processes_count ? plan->processes : &standard;
    uint32_t count = plan->processes_count ? plan->processes_count : 1, left = world->processes;
    struct plan_processes *groups = fl_arena_alloc_array(arena, count, sizeof *groups);
    if (!groups) return FL_ENOMEM;
    plan->processes_count = 0;
    for (uint32_t i = 0; i < count && left; i++) {
        struct plan_processes *group = &groups[plan->processes_count++];
        *group = given[i];
        if (group->count > left || i + 1 == count) group->count = left;
        left -= group->count;
    }
    plan->processes = groups;
    return FL_OK;
}

static bool has_job(const struct plan *plan, const char *glob)
{
    if (!glob) return true;
    for (uint32_t i = 0; i < plan->job_count; i++)
        if (fl_span_glob(fl_span_from(glob), fl_span_from(plan->jobs[i].name))) return true;
    return false;
}

/* "p2" of a world of two. */
static bool has_process(const struct world *world, const char *name)
{
    long long number;
    if (!name || name[0] != 'p') return true;
    if (!fl_span_int64(fl_span_from(name + 1), &number)) return true;
    return number <= world->processes;
}

static bool means_something(const struct plan *plan, const struct world *world,
                            const struct plan_expect *expect)
{
    bool of_process = expect->kind == PLAN_EXPECT_EXIT || expect->kind == PLAN_EXPECT_MEMORY;
    return has_job(plan, expect->job) && has_job(plan, expect->other_job) &&
           (!of_process || has_process(world, expect->text));
}

static enum fl_error take_claims(const struct world *world, struct fl_arena *arena,
                                 struct plan *plan)
{
    struct plan_expect *expects =
        fl_arena_alloc_array(arena, plan->expect_count + 1, sizeof *expects);
    uint32_t count = 0;
    if (!expects) return FL_ENOMEM;
    for (uint32_t i = 0; i < plan->expect_count; i++)
        if (means_something(plan, world, &plan->expects[i])) expects[count++] = plan->expects[i];
    plan->expects = expects;
    plan->expect_count = count;
    return FL_OK;
}

enum fl_error small_worlds_write(const struct small_worlds *worlds, uint32_t index,
                                 struct small_world *ret_world, struct fl_buf *out)
{
    fl_assert(index < worlds->count);
    const struct world *world = &worlds->worlds[index];
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct plan plan = *worlds->plan;
    plan.faults = NULL;
    plan.fault_count = plan.choice_count = 0;
    plan.fifo = plan.instant = false;
    plan.seed_last = plan.seed_first;
    plan.explore = (struct plan_explore){0};
    plan.heal_us = -1;
    plan.heal_after_fault = NULL;
    plan.heal_when = NULL;
    enum fl_error err = take_jobs(worlds, world, &arena, &plan);
    if (!err) err = take_processes(world, &arena, &plan);
    if (!err) err = take_claims(world, &arena, &plan);
    if (!err) err = scenario_format(&plan, out);
    if (!err && !plan.expect_count) err = fl_buf_append_text(out, "expect   jobs lost = 0\n");
    fl_arena_release(&arena);
    *ret_world = (struct small_world){world->jobs, world->processes};
    return err;
}
