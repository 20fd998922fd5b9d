/* fakes/redis/serve/carrier.h - carries a client's commands to a server and the replies back, as
 * the rules of the wire will have it.
 *
 * It sees whole commands, asks the rules once for each, and hands over, answers, delays or loses
 * it; commands of one client stay in their order, and so do its replies. The server is the fake in
 * this process or a real one behind a proxy: the owner says which by hand_over. */
#ifndef FAKE_REDIS_SERVE_CARRIER_H
#define FAKE_REDIS_SERVE_CARRIER_H

#include "fakes/redis/engine/input.h"
#include "fakes/redis/serve/delivery.h"

enum {
    FAKE_CARRIER_AWAITED_MAX = 64 * 1024, /* handed over and not answered; more must wait */
    FAKE_CARRIER_NAMES_BYTES_MAX = 1024,
};

struct fake_awaited {
    struct fake_awaited *next;
    struct fake_wire_decision decision;
    bool is_answered; /* by the rule, in its turn */
    bool breaks;
    bool is_lost; /* the second reply to a command that was handed over twice */
};

struct fake_carrier {
    struct fake_wire *wire; /* borrowed */
    /* One whole command, as it was sent. The owner calls fake_carrier_reply, now or later. */
    void (*hand_over)(void *context, struct fl_span command, const struct fl_span *args,
                      size_t count);
    /* The stream is broken, or will be carried raw from here on: no commands any more. */
    void (*hand_over_raw)(void *context, struct fl_span bytes);
    bool (*is_busy)(void *context); /* the server cannot take a command now */
    struct fl_span (*names)(
        void *context); /* what rules may call the client, with blanks between */
    void *context;

    struct fl_buf requests;
    size_t taken; /* of them, from the front */
    struct fake_input input;
    bool has_command; /* decided and not yet done with */
    size_t command_bytes;
    struct fake_wire_decision decision;
    unsigned copies; /* still to be handed over */
    int64_t request_due_us;

    struct fake_awaited *first, *last; /* owned; in the order in which replies come */
    size_t awaited;
    bool is_open; /* the reply that the delivery has last is not whole */
    bool is_deaf; /* whatever the client sends is lost */
    bool is_raw;
    bool has_failed; /* out of memory or bounds: hang up */
    struct fake_delivery delivery;
};

/* The wire, the functions and the context are filled in by the caller before or after. */
void fake_carrier_init(struct fake_carrier *carrier);
void fake_carrier_release(struct fake_carrier *carrier);
/* The client has sent these. */
void fake_carrier_receive(struct fake_carrier *carrier, struct fl_span bytes, int64_t now_us);
/* Time has passed, or the server is not busy any more. */
void fake_carrier_go_on(struct fake_carrier *carrier, int64_t now_us);
/* The server's bytes: of the reply to the first command that has none yet, or of nobody's. */
void fake_carrier_reply(struct fake_carrier *carrier, struct fl_span bytes, bool is_whole,
                        int64_t now_us);
void fake_carrier_push(struct fake_carrier *carrier, struct fl_span bytes, int64_t now_us);
/* The instant behind now when a delayed command goes on; FL_NEVER_US: none does by itself. */
int64_t fake_carrier_due_us(const struct fake_carrier *carrier, int64_t now_us);
/* Nothing is on the way, and nothing that was decided lasts. */
bool fake_carrier_is_idle(const struct fake_carrier *carrier);

#endif
