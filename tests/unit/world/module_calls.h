/* tests/unit/world/module_calls.h - what module_calls.c tells its test, which hands it over in the
 * job's place. */
#ifndef TESTS_UNIT_WORLD_MODULE_CALLS_H
#define TESTS_UNIT_WORLD_MODULE_CALLS_H

#include <stdint.h>

struct call_result {
    int64_t number;
    char text[256]; /* the function to call; then what it answered */
};

#endif
