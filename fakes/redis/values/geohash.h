/* fakes/redis/values/geohash.h - places on the earth as scores of sorted sets: 52 bits that
 * interleave latitude (even bits) and longitude, so that near places have near scores. */
#ifndef FAKE_REDIS_GEOHASH_H
#define FAKE_REDIS_GEOHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_GEO_STEPS_MAX = 26, FAKE_GEO_TEXT_BYTES = 11 };

#define FAKE_GEO_LATITUDE_MAX   85.05112878
#define FAKE_GEO_EARTH_RADIUS_M 6372797.560856

struct fake_geo_point {
    double longitude, latitude; /* in degrees */
};

/* A cell of the grid that halves the world `steps` times in both directions; steps 0: none. */
struct fake_geo_cell {
    uint64_t bits;
    uint8_t steps;
};

struct fake_geo_area {
    struct fake_geo_point min, max;
};

bool fake_geo_valid(struct fake_geo_point point);
struct fake_geo_cell fake_geo_cell_of(struct fake_geo_point point, uint8_t steps);
struct fake_geo_area fake_geo_area_of(struct fake_geo_cell cell);
/* The neighbour so many cells to the east and to the north (-1, 0 or 1 each), round the world. */
struct fake_geo_cell fake_geo_neighbour(struct fake_geo_cell cell, int east, int north);

/* Scores are cells of FAKE_GEO_STEPS_MAX steps. */
double fake_geo_score(struct fake_geo_point point);
struct fake_geo_point fake_geo_point_of(double score);
/* The scores that lie in a cell: from *ret_first up to below *ret_end. */
void fake_geo_scores(struct fake_geo_cell cell, double *ret_first, double *ret_end);
/* The geohash that the rest of the world knows, in base 32; no NUL. */
void fake_geo_text(double score, char text[static FAKE_GEO_TEXT_BYTES]);

/* Meters along a great circle, and along a meridian. */
double fake_geo_distance(struct fake_geo_point a, struct fake_geo_point b);
double fake_geo_latitude_distance(double a, double b);

#endif
