/* tests/conformance/exchange.h - each server gives a value to the other: what one dumps, the other
 * restores. */
#ifndef CONFORMANCE_EXCHANGE_H
#define CONFORMANCE_EXCHANGE_H

#include "tests/conformance/duel.h"

/* The value of a key of database 0, which loses its expiry; nothing when it is absent on both
 * sides. False: one of them could not, see duel->why. */
bool exchange_value(struct duel *duel, struct fl_span key);

#endif
