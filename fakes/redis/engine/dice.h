/* fakes/redis/engine/dice.h - the engine's own chance: splitmix64, the same numbers for the same
 * seed. */
#ifndef FAKE_REDIS_DICE_H
#define FAKE_REDIS_DICE_H

#include <stdint.h>

struct fake_dice {
    uint64_t state;
};

static inline uint64_t fake_dice_roll(struct fake_dice *dice)
{
    uint64_t z = (dice->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
