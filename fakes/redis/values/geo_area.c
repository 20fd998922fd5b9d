#include "fakes/redis/values/geo_area.h"

#include <math.h>

/* Half the equator in the Mercator projection. */
static const double mercator_max_m = 20037726.37;

bool fake_geo_inside(const struct fake_geo_shape *shape, struct fake_geo_point point,
                     double *ret_distance_m)
{
    struct fake_geo_point center = shape->center;
    if (shape->is_box) {
        struct fake_geo_point abeam = {center.longitude, point.latitude};
        if (fake_geo_latitude_distance(point.latitude, center.latitude) > shape->height_m / 2)
            return false;
        if (fake_geo_distance(point, abeam) > shape->width_m / 2) return false;
    }
    *ret_distance_m = fake_geo_distance(center, point);
    return shape->is_box || *ret_distance_m <= shape->radius_m;
}

static double degrees(double radians)
{
    return radians / (M_PI / 180.0);
}

static double degrees_of_longitude(double meters, double latitude)
{
    return degrees(meters / FAKE_GEO_EARTH_RADIUS_M / cos(latitude * (M_PI / 180.0)));
}

/* The smallest area along the meridians that holds the shape. */
static struct fake_geo_area bounds_of(const struct fake_geo_shape *shape)
{
    double height_m = shape->is_box ? shape->height_m / 2 : shape->radius_m;
    double width_m = shape->is_box ? shape->width_m / 2 : shape->radius_m;
    struct fake_geo_point center = shape->center;
    double latitude = degrees(height_m / FAKE_GEO_EARTH_RADIUS_M);
    double nearer_pole = center.latitude + (center.latitude < 0 ? -latitude : latitude);
    double longitude = degrees_of_longitude(width_m, nearer_pole);
    return (struct fake_geo_area){
        .min = {center.longitude - longitude, center.latitude - latitude},
        .max = {center.longitude + longitude, center.latitude + latitude},
    };
}

/* Cells of so many steps are about as wide as the shape; less near the poles, where they are
 * narrow. */
static uint8_t estimate_steps(double range_m, double latitude)
{
    if (range_m == 0) return FAKE_GEO_STEPS_MAX;
    int steps = 1;
    for (; range_m < mercator_max_m; range_m *= 2)
        steps++;
    steps -= 2;
    if (fabs(latitude) > 66) steps--;
    if (fabs(latitude) > 80) steps--;
    return (uint8_t)(steps < 1 ? 1 : steps > FAKE_GEO_STEPS_MAX ? FAKE_GEO_STEPS_MAX : steps);
}

/* Whether the cells around reach to the bounds. */
static bool covers(struct fake_geo_cell cell, struct fake_geo_area bounds)
{
    struct fake_geo_area north = fake_geo_area_of(fake_geo_neighbour(cell, 0, 1));
    struct fake_geo_area south = fake_geo_area_of(fake_geo_neighbour(cell, 0, -1));
    struct fake_geo_area east = fake_geo_area_of(fake_geo_neighbour(cell, 1, 0));
    struct fake_geo_area west = fake_geo_area_of(fake_geo_neighbour(cell, -1, 0));
    return north.max.latitude >= bounds.max.latitude && south.min.latitude <= bounds.min.latitude &&
           east.max.longitude >= bounds.max.longitude && west.min.longitude <= bounds.min.longitude;
}

void fake_geo_cells(const struct fake_geo_shape *shape,
                    struct fake_geo_cell cells[static FAKE_GEO_CELLS_MAX])
{
    static const struct {
        int east, north;
    } order[FAKE_GEO_CELLS_MAX] = {{0, 0}, {0, 1},  {0, -1}, {1, 0},  {-1, 0},
                                   {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};
    struct fake_geo_area bounds = bounds_of(shape);
    double half_width = shape->width_m / 2, half_height = shape->height_m / 2;
    double range_m =
        shape->is_box ? sqrt(half_width * half_width + half_height * half_height) : shape->radius_m;
    uint8_t steps = estimate_steps(range_m, shape->center.latitude);
    struct fake_geo_cell cell = fake_geo_cell_of(shape->center, steps);
    if (steps > 1 && !covers(cell, bounds)) cell = fake_geo_cell_of(shape->center, --steps);
    struct fake_geo_area area = fake_geo_area_of(cell);
    bool prunes = steps >= 2;
    for (unsigned i = 0; i < FAKE_GEO_CELLS_MAX; i++) {
        int east = order[i].east, north = order[i].north;
        bool useless = prunes && ((north < 0 && area.min.latitude < bounds.min.latitude) ||
                                  (north > 0 && area.max.latitude > bounds.max.latitude) ||
                                  (east < 0 && area.min.longitude < bounds.min.longitude) ||
                                  (east > 0 && area.max.longitude > bounds.max.longitude));
        cells[i] = useless ? (struct fake_geo_cell){0} : fake_geo_neighbour(cell, east, north);
    }
}
