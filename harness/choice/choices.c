/* Recording must never disturb a draw: when memory for it runs out, the run goes on and the record
 * is what fails, in sim_choices_format. */
#include "harness/choice/choices.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/choice/choices_record.h"

static enum fl_error make(enum sim_source source, uint64_t seed, struct sim_choices **ret_choices)
{
    struct sim_choices *choices = calloc(1, sizeof(*choices));
    if (!choices) return FL_ENOMEM;
    choices->source = source;
    choices->points.seed = seed;
    choices->running = SIM_NO_NAME;
    *ret_choices = choices;
    return FL_OK;
}

enum fl_error sim_choices_from_seed(uint64_t seed, struct sim_choices **ret_choices)
{
    return make(SIM_SOURCE_SEED, seed, ret_choices);
}

enum fl_error sim_choices_fifo(uint64_t seed, struct sim_choices **ret_choices)
{
    return make(SIM_SOURCE_FIFO, seed, ret_choices);
}

enum fl_error sim_choices_simplest(struct sim_choices **ret_choices)
{
    return make(SIM_SOURCE_SIMPLEST, 0, ret_choices);
}

enum fl_error sim_choices_by_priority(uint64_t seed, uint32_t depth, uint64_t horizon,
                                      struct sim_choices **ret_choices)
{
    if (depth < 1 || depth > SIM_PRIORITIES_DEPTH_MAX) return FL_EINVAL;
    enum fl_error err = make(SIM_SOURCE_SEED, seed, ret_choices);
    if (err) return err;
    (*ret_choices)->instant = (*ret_choices)->by_priority = true;
    sim_priorities_init(&(*ret_choices)->priorities, seed, depth, horizon);
    return FL_OK;
}

void sim_choices_free(struct sim_choices *choices)
{
    if (!choices) return;
    sim_points_release(&choices->points);
    sim_steps_free(choices->steps);
    sim_turns_free(choices->turns);
    free(choices->made);
    free(choices->recorded);
    free(choices);
}

static enum fl_error reserve(struct sim_choices *choices)
{
    if (choices->made_count < choices->made_capacity) return FL_OK;
    if (choices->made_capacity == SIM_CHOICES_MAX) return FL_EBOUND;
    size_t capacity = choices->made_capacity ? choices->made_capacity * 2 : 256;
    struct sim_choice *made = realloc(choices->made, capacity * sizeof(*made));
    if (!made) return FL_ENOMEM;
    choices->made = made;
    choices->made_capacity = capacity;
    return FL_OK;
}

static void record(struct sim_choices *choices, struct sim_choice choice)
{
    if (!choices->made_err) choices->made_err = reserve(choices);
    if (!choices->made_err) choices->made[choices->made_count++] = choice;
}

/* The recorded choice for the point's present occurrence; NULL when there is none. */
static const struct sim_recorded *recorded_now(struct sim_choices *choices, struct sim_point *point)
{
    while (point->recorded < point->recorded_behind) {
        const struct sim_recorded *next = &choices->recorded[point->recorded];
        if (next->occurrence > point->occurrences) return NULL;
        point->recorded++;
        if (next->occurrence == point->occurrences) {
            choices->recorded_used++;
            return next;
        }
    }
    return NULL;
}

static uint64_t below(struct sim_choices *choices, struct sim_point *point, uint64_t bound)
{
    struct sim_generator *generator = &choices->points.generators[point->generator];
    unsigned __int128 wide = (unsigned __int128)sim_generator_next(generator) * bound;
    return (uint64_t)(wide >> 64);
}

static bool is_drawn(const struct sim_choices *choices, const struct sim_point *point)
{
    bool timing = point->kind == SIM_CHOICE_SCHEDULE || point->kind == SIM_CHOICE_DELAY;
    return choices->source == SIM_SOURCE_SEED || (choices->source == SIM_SOURCE_FIFO && !timing);
}

/* What a record does not decide, a seed may. Where calls take no time and no task has a weight,
 * this is but whether faults strike: who runs next is decided elsewhere, and timers that fire at
 * the same instant, as they do where all numbers are 0, are the more orders to look at. */
static bool is_seeded(const struct sim_choices *choices, const struct sim_point *point)
{
    bool all = choices->turns || !choices->instant;
    return choices->then_seeded && (all || point->kind == SIM_CHOICE_FAULT);
}

static uint64_t draw_number(struct sim_choices *choices, struct sim_point *point, uint64_t bound)
{
    bool is_recorded = choices->source == SIM_SOURCE_RECORDED;
    if (is_drawn(choices, point)) return below(choices, point, bound);
    const struct sim_recorded *recorded = is_recorded ? recorded_now(choices, point) : NULL;
    if (recorded && recorded->choice.name == SIM_NO_NAME && recorded->choice.number < bound)
        return recorded->choice.number;
    choices->missed += is_recorded;
    if (is_recorded && is_seeded(choices, point)) return below(choices, point, bound);
    choices->guessed += point->kind == SIM_CHOICE_RANDOM;
    return 0;
}

/* The first option; but with instant calls the task that ran last goes on, so that every other task
 * in a record of such a run is a switch that somebody has chosen. */
static size_t simplest_name(const struct sim_choices *choices, const struct sim_point *point,
                            const char *const *names, size_t count)
{
    if (choices->steps && point->kind == SIM_CHOICE_SCHEDULE)
        return sim_steps_default(choices->steps);
    if (!choices->instant || point->kind != SIM_CHOICE_SCHEDULE || choices->running == SIM_NO_NAME)
        return 0;
    const char *running = choices->points.names.texts[choices->running];
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], running) == 0) return i;
    return 0;
}

static size_t seeded_name(struct sim_choices *choices, struct sim_point *point,
                          const char *const *names, size_t count)
{
    if (!choices->turns || point->kind != SIM_CHOICE_SCHEDULE)
        return (size_t)below(choices, point, count);
    uint64_t drawn = below(choices, point, sim_turns_sum(choices->turns, names, count));
    return sim_turns_pick(choices->turns, names, count, drawn);
}

static size_t draw_name(struct sim_choices *choices, struct sim_point *point,
                        const char *const *names, size_t count)
{
    if (choices->by_priority && point->kind == SIM_CHOICE_SCHEDULE)
        return sim_priorities_pick(&choices->priorities, choices->scheduled, names, count);
    if (is_drawn(choices, point)) return (size_t)below(choices, point, count);
    if (choices->source != SIM_SOURCE_RECORDED) return 0;
    const struct sim_recorded *recorded = recorded_now(choices, point);
    if (recorded && recorded->choice.name != SIM_NO_NAME) {
        const char *want = choices->points.names.texts[recorded->choice.name];
        for (size_t i = 0; i < count; i++) {
            if (strcmp(names[i], want) == 0) return i;
        }
    }
    choices->missed++;
    return is_seeded(choices, point) ? seeded_name(choices, point, names, count)
                                     : simplest_name(choices, point, names, count);
}

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* A name that several options have is one alternative: a record could not tell them apart. */
static void list_alternatives(struct sim_choices *choices, const struct sim_point *point,
                              const char *const *names, size_t count, size_t chosen)
{
    char *const *texts = choices->points.names.texts;
    for (size_t i = 0; i < count && !choices->made_err; i++) {
        if (strcmp(names[i], names[chosen]) == 0 || among(names[i], names, i)) continue;
        choices->made_err =
            fl_buf_printf(choices->alternatives, "%llu ", (unsigned long long)choices->scheduled);
        if (!choices->made_err)
            choices->made_err =
                sim_choice_line(point->kind, texts[point->stream], texts[point->label],
                                point->occurrences, names[i], choices->alternatives);
    }
}

/* Counts a schedule choice that has just been drawn. */
static void note_schedule(struct sim_choices *choices, const struct sim_point *point,
                          const char *const *names, size_t count, size_t chosen)
{
    if (choices->alternatives && choices->scheduled >= choices->alternatives_from)
        list_alternatives(choices, point, names, count, chosen);
    choices->scheduled++;
}

/* NULL: it cannot be made, which is noted. A place is the point's number, from 1. */
static struct sim_point *point_at(struct sim_choices *choices, uint32_t *place,
                                  enum sim_choice_kind kind, const char *stream, const char *label)
{
    if (!*place) {
        uint32_t number;
        enum fl_error err = sim_points_find(&choices->points, kind, stream, label, &number);
        if (err) {
            choices->made_err = err;
            return NULL;
        }
        *place = number + 1;
    }
    return &choices->points.points[*place - 1];
}

uint64_t sim_choose_below_at(struct sim_choices *choices, uint32_t *place,
                             enum sim_choice_kind kind, const char *stream, const char *label,
                             uint64_t bound)
{
    fl_assert(bound > 0);
    if (bound == 1) return 0;
    struct sim_point *point = point_at(choices, place, kind, stream, label);
    if (!point) return 0;
    uint64_t value = draw_number(choices, point, bound);
    point->occurrences++;
    record(choices, (struct sim_choice){*place - 1, SIM_NO_NAME, value});
    return value;
}

uint64_t sim_choose_below(struct sim_choices *choices, enum sim_choice_kind kind,
                          const char *stream, const char *label, uint64_t bound)
{
    uint32_t place = 0;
    return sim_choose_below_at(choices, &place, kind, stream, label, bound);
}

size_t sim_choose_name_at(struct sim_choices *choices, uint32_t *place, enum sim_choice_kind kind,
                          const char *stream, const char *label, const char *const *names,
                          size_t count)
{
    fl_assert(count > 0);
    if (count == 1 && choices->turns && kind == SIM_CHOICE_SCHEDULE)
        sim_turns_take(choices->turns, names[0]);
    if (count == 1) return 0;
    struct sim_point *point = point_at(choices, place, kind, stream, label);
    if (!point) return 0;
    size_t index = draw_name(choices, point, names, count);
    if (kind == SIM_CHOICE_SCHEDULE) note_schedule(choices, point, names, count, index);
    if (kind == SIM_CHOICE_SCHEDULE && choices->turns) sim_turns_take(choices->turns, names[index]);
    point->occurrences++;
    struct sim_choice choice = {.point = *place - 1};
    enum fl_error err = sim_names_put(&choices->points.names, names[index], &choice.name);
    if (err) choices->made_err = err;
    if (kind == SIM_CHOICE_SCHEDULE && !err) choices->running = choice.name;
    record(choices, choice);
    return index;
}

size_t sim_choose_name(struct sim_choices *choices, enum sim_choice_kind kind, const char *stream,
                       const char *label, const char *const *names, size_t count)
{
    uint32_t place = 0;
    return sim_choose_name_at(choices, &place, kind, stream, label, names, count);
}

uint64_t sim_choices_guessed(const struct sim_choices *choices)
{
    return choices->guessed;
}

uint64_t sim_choices_misses(const struct sim_choices *choices)
{
    return choices->missed + (choices->recorded_count - choices->recorded_used);
}

bool sim_choices_instant(const struct sim_choices *choices)
{
    return choices->instant;
}

bool sim_choices_swarm(const struct sim_choices *choices)
{
    return choices->swarm;
}

uint64_t sim_choices_scheduled(const struct sim_choices *choices)
{
    return choices->scheduled;
}

void sim_choices_list_alternatives(struct sim_choices *choices, uint64_t from, struct fl_buf *out)
{
    choices->alternatives = out;
    choices->alternatives_from = from;
}

struct sim_steps *sim_choices_steps(const struct sim_choices *choices)
{
    return choices->steps;
}

bool sim_choices_count_turns(const struct sim_choices *choices)
{
    return choices->turns != NULL;
}
