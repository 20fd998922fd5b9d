#include "fakes/redis/values/geohash.h"

#include <math.h>

static const double latitude_max = FAKE_GEO_LATITUDE_MAX, longitude_max = 180;

bool fake_geo_valid(struct fake_geo_point point)
{
    return fabs(point.longitude) <= longitude_max && fabs(point.latitude) <= latitude_max;
}

/* ---- interleaving ---- */

static const uint64_t even = UINT64_C(0x5555555555555555);

/* Bit i goes to bit 2i. */
static uint64_t spread(uint32_t value)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 32; i++)
        bits |= (uint64_t)(value >> i & 1) << 2 * i;
    return bits;
}

static uint32_t gather(uint64_t bits)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 32; i++)
        value |= (uint32_t)(bits >> 2 * i & 1) << i;
    return value;
}

/* At the very edge the offset is 2^steps, one bit too many, which Redis keeps. */
static uint64_t encode(struct fake_geo_point point, double north, uint8_t steps)
{
    double latitude = (point.latitude + north) / (2 * north);
    double longitude = (point.longitude + longitude_max) / (2 * longitude_max);
    latitude *= (double)(UINT64_C(1) << steps);
    longitude *= (double)(UINT64_C(1) << steps);
    return spread((uint32_t)latitude) | spread((uint32_t)longitude) << 1;
}

struct fake_geo_cell fake_geo_cell_of(struct fake_geo_point point, uint8_t steps)
{
    return (struct fake_geo_cell){encode(point, latitude_max, steps), steps};
}

struct fake_geo_area fake_geo_area_of(struct fake_geo_cell cell)
{
    uint32_t latitude = gather(cell.bits), longitude = gather(cell.bits >> 1);
    double cells = (double)(UINT64_C(1) << cell.steps);
    const double height = 2 * latitude_max, width = 2 * longitude_max;
    return (struct fake_geo_area){
        .min = {-longitude_max + longitude / cells * width,
                -latitude_max + latitude / cells * height},
        .max = {-longitude_max + (longitude + 1.0) / cells * width,
                -latitude_max + (latitude + 1.0) / cells * height},
    };
}

/* Moves the bits of one axis, with those of the other set so that carries pass through. */
static uint64_t step_along(uint64_t axis, uint64_t axis_mask, uint64_t other_mask, int by)
{
    if (by == 0) return axis;
    uint64_t moved = by > 0 ? axis + (other_mask + 1) : (axis | other_mask) - (other_mask + 1);
    return moved & axis_mask;
}

struct fake_geo_cell fake_geo_neighbour(struct fake_geo_cell cell, int east, int north)
{
    uint64_t used = UINT64_MAX >> (64u - 2u * cell.steps);
    uint64_t latitudes = even & used, longitudes = ~even & used;
    uint64_t latitude = step_along(cell.bits & even, latitudes, longitudes, north);
    uint64_t longitude = step_along(cell.bits & ~even, longitudes, latitudes, east);
    return (struct fake_geo_cell){latitude | longitude, cell.steps};
}

/* ---- scores ---- */

double fake_geo_score(struct fake_geo_point point)
{
    return (double)fake_geo_cell_of(point, FAKE_GEO_STEPS_MAX).bits;
}

/* As x86-64 casts a score that is no cell at all. */
static uint64_t bits_of(double score)
{
    if (score >= 0x1p64) return 0;
    if (score >= 0x1p63) return (uint64_t)score;
    if (score < -0x1p63) return UINT64_C(1) << 63;
    return (uint64_t)(int64_t)score;
}

static double clamp(double value, double max)
{
    return value > max ? max : value < -max ? -max : value;
}

struct fake_geo_point fake_geo_point_of(double score)
{
    struct fake_geo_area area =
        fake_geo_area_of((struct fake_geo_cell){bits_of(score), FAKE_GEO_STEPS_MAX});
    return (struct fake_geo_point){
        clamp((area.min.longitude + area.max.longitude) / 2, longitude_max),
        clamp((area.min.latitude + area.max.latitude) / 2, latitude_max),
    };
}

void fake_geo_scores(struct fake_geo_cell cell, double *ret_first, double *ret_end)
{
    unsigned shift = 2u * (FAKE_GEO_STEPS_MAX - (unsigned)cell.steps);
    *ret_first = (double)(cell.bits << shift);
    *ret_end = (double)((cell.bits + 1) << shift);
}

void fake_geo_text(double score, char text[static FAKE_GEO_TEXT_BYTES])
{
    static const char digits[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    enum { DIGIT_BITS = 5, BITS = 2 * FAKE_GEO_STEPS_MAX };
    uint64_t bits = encode(fake_geo_point_of(score), 90, FAKE_GEO_STEPS_MAX);
    for (unsigned i = 0; i < FAKE_GEO_TEXT_BYTES; i++) {
        unsigned used = (i + 1) * DIGIT_BITS;
        text[i] = digits[used > BITS ? 0 : bits >> (BITS - used) & 31]; /* the last bits are none */
    }
}

/* ---- distances ---- */

static double radians(double degrees)
{
    return degrees * (M_PI / 180.0);
}

double fake_geo_latitude_distance(double a, double b)
{
    return FAKE_GEO_EARTH_RADIUS_M * fabs(radians(b) - radians(a));
}

/* The haversine formula. */
double fake_geo_distance(struct fake_geo_point a, struct fake_geo_point b)
{
    double longitude_a = radians(a.longitude), longitude_b = radians(b.longitude);
    double v = sin((longitude_b - longitude_a) / 2);
    if (v == 0) return fake_geo_latitude_distance(a.latitude, b.latitude);
    double latitude_a = radians(a.latitude), latitude_b = radians(b.latitude);
    double u = sin((latitude_b - latitude_a) / 2);
    double h = u * u + cos(latitude_a) * cos(latitude_b) * v * v;
    return 2.0 * FAKE_GEO_EARTH_RADIUS_M * asin(sqrt(h));
}
