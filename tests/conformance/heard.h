/* tests/conformance/heard.h - when two connections have heard the same without having asked.
 *
 * Equal but for what a hash table or the clock decides: which of a connection's patterns hears
 * first, in which order it leaves all its channels, addresses and times in lines of MONITOR. */
#ifndef CONFORMANCE_HEARD_H
#define CONFORMANCE_HEARD_H

#include <stdbool.h>

#include "core/span.h"

/* How many items from the front of the text belong together, since their order is open; the first
 * is a confirmation or a message. *ret_bytes is their length. */
size_t heard_run(struct fl_span text, size_t *ret_bytes);
/* Compares two such runs. */
bool heard_is(struct fl_span a, struct fl_span b);

#endif
