/* A draw finds its point by the hash of the three words alone, compared in full; the generators are
 * few and only looked up when a point is new. */
#include "harness/choice/points.h"

#include <stdlib.h>
#include <string.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

uint64_t sim_generator_next(struct sim_generator *generator)
{
    uint64_t *s = generator->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

static uint64_t stream_hash(enum sim_choice_kind kind, const char *stream)
{
    return (sim_names_hash(stream) ^ (uint64_t)kind) * UINT64_C(0xD6E8FEB86659FD93);
}

/* Two streams whose 64-bit hashes are equal would share a generator; that is no error. */
static uint32_t generator_of(struct sim_points *points, uint64_t hash)
{
    for (uint32_t i = 0; i < points->generator_count; i++) {
        if (points->generator_hashes[i] == hash) return i;
    }
    uint32_t number = points->generator_count++;
    uint64_t state = points->seed ^ hash;
    for (int i = 0; i < 4; i++) {
        points->generators[number].state[i] = splitmix(&state);
    }
    points->generator_hashes[number] = hash;
    return number;
}

static void place(struct sim_points *points, uint32_t number)
{
    uint32_t slot = (uint32_t)points->points[number].hash & (points->slot_count - 1);
    while (points->slots[slot]) {
        slot = (slot + 1) & (points->slot_count - 1);
    }
    points->slots[slot] = number + 1;
}

static enum fl_error grow_arrays(struct sim_points *points, uint32_t capacity)
{
    struct sim_point *rows = realloc(points->points, capacity * sizeof(*rows));
    if (!rows) return FL_ENOMEM;
    points->points = rows;
    struct sim_generator *generators = realloc(points->generators, capacity * sizeof(*generators));
    if (!generators) return FL_ENOMEM;
    points->generators = generators;
    uint64_t *hashes = realloc(points->generator_hashes, capacity * sizeof(*hashes));
    if (!hashes) return FL_ENOMEM;
    points->generator_hashes = hashes;
    return FL_OK;
}

static enum fl_error grow(struct sim_points *points)
{
    if (points->capacity == SIM_POINTS_MAX) return FL_EBOUND;
    uint32_t capacity = points->capacity ? points->capacity * 2 : 32;
    enum fl_error err = grow_arrays(points, capacity);
    if (err) return err;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots) return FL_ENOMEM;
    free(points->slots);
    points->slots = slots;
    points->slot_count = capacity * 2;
    points->capacity = capacity;
    for (uint32_t i = 0; i < points->count; i++) {
        place(points, i);
    }
    return FL_OK;
}

static int is(const struct sim_points *points, const struct sim_point *point,
              enum sim_choice_kind kind, const char *stream, const char *label)
{
    return point->kind == kind && strcmp(points->names.texts[point->stream], stream) == 0 &&
           strcmp(points->names.texts[point->label], label) == 0;
}

enum fl_error sim_points_find(struct sim_points *points, enum sim_choice_kind kind,
                              const char *stream, const char *label, uint32_t *ret_point)
{
    uint64_t of_stream = stream_hash(kind, stream);
    uint64_t hash = of_stream ^ rotate(sim_names_hash(label), 23);
    if (points->slot_count) {
        uint32_t slot = (uint32_t)hash & (points->slot_count - 1);
        for (; points->slots[slot]; slot = (slot + 1) & (points->slot_count - 1)) {
            const struct sim_point *point = &points->points[points->slots[slot] - 1];
            if (point->hash == hash && is(points, point, kind, stream, label)) {
                *ret_point = points->slots[slot] - 1;
                return FL_OK;
            }
        }
    }
    struct sim_point point = {.hash = hash, .kind = kind};
    enum fl_error err = points->count == points->capacity ? grow(points) : FL_OK;
    if (!err) err = sim_names_put(&points->names, stream, &point.stream);
    if (!err) err = sim_names_put(&points->names, label, &point.label);
    if (err) return err;
    point.generator = generator_of(points, of_stream);
    points->points[points->count] = point;
    place(points, points->count);
    *ret_point = points->count++;
    return FL_OK;
}

void sim_points_release(struct sim_points *points)
{
    sim_names_release(&points->names);
    free(points->points);
    free(points->generators);
    free(points->generator_hashes);
    free(points->slots);
    *points = (struct sim_points){0};
}
