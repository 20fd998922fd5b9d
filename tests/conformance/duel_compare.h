/* tests/conformance/duel_compare.h - what both sides of a duel have said, against each other. */
#ifndef CONFORMANCE_DUEL_COMPARE_H
#define CONFORMANCE_DUEL_COMPARE_H

#include "tests/conformance/duel.h"

/* Takes from the real server as many replies as the fake has given, on each connection. With
 * `look_for_more` it may not have said more either. False: they differ, see `why`. */
bool duel_compare(struct duel *duel, bool look_for_more);
/* Notes the difference for people; false. */
bool duel_differ(struct duel *duel, size_t connection, struct fl_span fake, struct fl_span real);
/* On the connection that belongs to no side. False: it is dead. */
bool duel_ask_control(struct duel *duel, struct fl_span command);
/* Makes sure that the real server has done all that was sent before. */
bool duel_sync(struct duel *duel);

#endif
