/* harness/run/keyring.c - the keys of every simulated process and client. That they are known to
 * all does no harm: what they protect is made up. */
#include "core/keyring.h"
#include "harness/run/stage.h"

const struct fl_keyring run_keyring = {
    .keys = {{1, "0123456789abcdef0123456789abcdef"}, {2, "fedcba9876543210fedcba9876543210"}},
    .count = 2,
    .active = 2,
};
