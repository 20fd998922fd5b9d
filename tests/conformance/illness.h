/* tests/conformance/illness.h - brings the real server into the states that refuse commands. */
#ifndef CONFORMANCE_ILLNESS_H
#define CONFORMANCE_ILLNESS_H

#include <stdbool.h>

#include "core/span.h"
#include "tests/conformance/server.h"

struct illness {
    const struct server *server;
    int control; /* a connection of the duel's own */
    int script;  /* the connection whose script never ends; -1: none */
    bool is_ill;
};

void illness_init(struct illness *illness, const struct server *server, int control);
/* Heals, then brings about the states named "oom", "readonly", "noreplicas", "masterdown",
 * "misconf", "busy", or several of them: "oom+misconf". "healthy" and unknown names: none.
 * *ret_states is the same for the fake. False: the server did not do it. */
bool illness_begin(struct illness *illness, struct fl_span names, unsigned *ret_states);
bool illness_end(struct illness *illness);

#endif
