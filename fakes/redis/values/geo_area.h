/* fakes/redis/values/geo_area.h - which cells of the grid a circle or a box may touch, in the order
 * in which Redis looks into them. */
#ifndef FAKE_REDIS_GEO_AREA_H
#define FAKE_REDIS_GEO_AREA_H

#include "fakes/redis/values/geohash.h"

enum { FAKE_GEO_CELLS_MAX = 9 };

struct fake_geo_shape {
    bool is_box;
    struct fake_geo_point center;
    double radius_m;          /* of a circle */
    double width_m, height_m; /* of a box */
};

/* True: the point is inside, so many meters from the center. */
bool fake_geo_inside(const struct fake_geo_shape *shape, struct fake_geo_point point,
                     double *ret_distance_m);
/* Fills the cells, some of which may have no steps: nothing to look for there. */
void fake_geo_cells(const struct fake_geo_shape *shape,
                    struct fake_geo_cell cells[static FAKE_GEO_CELLS_MAX]);

#endif
