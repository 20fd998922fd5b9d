/* harness/explore/room.h - an array that grows to what is wanted of it, by doubling. */
#ifndef HARNESS_EXPLORE_ROOM_H
#define HARNESS_EXPLORE_ROOM_H

#include <stdint.h>
#include <stdlib.h>

#include "core/error.h"

/* The array with room for `wanted` elements, of which its owner has a bound; NULL: out of memory,
 * and the array is what it was. */
FL_CHECKED static inline void *room_for(void *array, uint32_t *capacity, uint32_t wanted,
                                        size_t element_bytes)
{
    uint32_t larger = *capacity ? *capacity : 64;
    if (array && wanted <= *capacity) return array;
    while (larger < wanted)
        larger *= 2;
    void *grown = realloc(array, larger * element_bytes);
    if (grown) *capacity = larger;
    return grown;
}

#endif
