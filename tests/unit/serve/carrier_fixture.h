/* tests/unit/serve/carrier_fixture.h - a carrier between a client and a server that are both made
 * up.
 */
#ifndef CARRIER_FIXTURE_H
#define CARRIER_FIXTURE_H

#include "fakes/redis/serve/carrier.h"

struct carried {
    struct fake_wire *wire;
    struct fake_carrier carrier;
    struct fl_buf arrived; /* at the server: each command's words, a line each */
    struct fl_buf
        received; /* by the client; "|" after each write, "closed" or "reset" at the end */
    bool is_slow; /* the server answers only when it is told to */
    bool is_busy, is_raw;
    unsigned answered;
    int64_t now_us, due_us;
};

/* False: out of memory. */
bool carried_init(struct carried *carried);
void carried_release(struct carried *carried);
/* Adds a rule in words; false: out of memory, or not a rule. */
bool carried_rule(struct carried *carried, const char *text);
/* The client sends this, and receives what may go. */
void carried_send(struct carried *carried, const char *text);
/* The slow server answers one more command: +1, +2, ... */
void carried_answer(struct carried *carried);
/* Time passes. */
void carried_wait(struct carried *carried, int64_t us);
/* The client receives what may go now. */
void carried_receive(struct carried *carried);

#endif
