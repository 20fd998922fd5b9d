/* fakes/redis/wire/wire.h - rules for what goes wrong on the way to a Redis and back: decisions
 * only.
 *
 * No sockets and no clock: whoever carries bytes between a client and a server (the fake in
 * process, the fake behind a port, a proxy before a real Redis) asks before each command and each
 * new connection, and does what the decision says. The same calls with the same seed give the same
 * decisions. Each rule counts what it matched and how often it fired: a rule that never fired is a
 * mistake that the caller should report.
 *
 * What is asked costs nothing while there is no rule. Out of memory fails the adding of a rule,
 * never a decision. Not thread-safe. */
#ifndef FAKE_REDIS_WIRE_H
#define FAKE_REDIS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

enum { FAKE_WIRE_RULES_MAX = 1024 };

enum fake_wire_verb {
    FAKE_WIRE_ERROR,       /* answered with `text` in the server's place: nothing is applied */
    FAKE_WIRE_DELAY,       /* the request reaches the server `duration_us` later */
    FAKE_WIRE_DELAY_REPLY, /* applied at once, the reply leaves `duration_us` later */
    FAKE_WIRE_DROP,      /* the request and all after it never arrive; the connection stays open */
    FAKE_WIRE_STALL,     /* applied, but from this reply on nothing arrives; it stays open */
    FAKE_WIRE_RESET,     /* the connection is reset before the command is applied */
    FAKE_WIRE_LOSE_ACK,  /* applied; the connection is reset before the first byte of the reply */
    FAKE_WIRE_CUT_REPLY, /* applied; `bytes` of the reply arrive, then the connection is closed */
    FAKE_WIRE_SLICE,     /* the reply comes in pieces of `bytes`, `duration_us` apart */
    FAKE_WIRE_REPEAT,    /* applied twice; the first reply is the one that is heard */
    FAKE_WIRE_REFUSE,    /* new connections are refused for `duration_us` */
};

/* What matches; an empty glob matches all. A rule without command, key and argument that refuses
 * is about attempts to connect: it counts those, and 0 us refuse one attempt only. With one of them
 * it begins when such a command comes, and refuses clients that the glob names from then on. */
struct fake_wire_rule {
    enum fake_wire_verb verb;
    struct fl_span text;           /* ERROR: the line without "-" and without an end of line */
    size_t bytes;                  /* CUT_REPLY, SLICE (from 1) */
    int64_t duration_us;           /* DELAY, DELAY_REPLY, SLICE, REFUSE */
    struct fl_span command;        /* glob, any case: "lpush", "bl*"; with a blank: "script load" */
    struct fl_span key;            /* glob: one of the command's keys */
    struct fl_span argument;       /* glob: one of the arguments, keys among them */
    struct fl_span client;         /* glob on one of the client's names as the caller tells them */
    uint64_t nth;                  /* the first match to fire at; 0 counts as 1 */
    uint64_t every;                /* from there on every so many matches; 0 counts as 1 */
    uint32_t chance_of, chance_in; /* of those; 0/0: always */
    uint64_t times;                /* fires so often at most; 0: always */
};

struct fake_wire; /* opaque: layout in wire.c */

/* `seed` decides what is left to chance. NULL: out of memory. */
struct fake_wire *fake_wire_new(uint64_t seed);
void fake_wire_free(struct fake_wire *wire); /* NULL is fine */

/* Copies the rule. Its id counts up from 1 and is never given twice. FL_EINVAL: a text with an end
 * of line, a bound without sense (0 bytes to a slice, a chance over 1, a negative duration);
 * FL_EBOUND: FAKE_WIRE_RULES_MAX; FL_ENOMEM. */
FL_CHECKED enum fl_error fake_wire_add(struct fake_wire *wire, const struct fake_wire_rule *rule,
                                       uint32_t *ret_id);
/* False: there is none with this id. What it has begun (a refusal) ends with it. */
bool fake_wire_remove(struct fake_wire *wire, uint32_t id);
void fake_wire_clear(struct fake_wire *wire);

struct fake_wire_status {
    uint32_t id;
    const struct fake_wire_rule *rule; /* until it is removed */
    uint64_t matched, fired;
};
size_t fake_wire_count(const struct fake_wire *wire);
/* In the order of adding; i < fake_wire_count. */
struct fake_wire_status fake_wire_at(const struct fake_wire *wire, size_t i);

/* What becomes of the request. */
enum fake_wire_request {
    FAKE_WIRE_PASSES,
    FAKE_WIRE_PASSES_TWICE, /* hand it over twice, keep the second reply back */
    FAKE_WIRE_IS_ANSWERED,  /* by `answer`: do not hand it over */
    FAKE_WIRE_IS_DROPPED,   /* nor anything that comes later on this connection */
    FAKE_WIRE_BREAKS,       /* do not hand it over, reset the connection */
};
/* How the reply ends. */
enum fake_wire_ending {
    FAKE_WIRE_WHOLE,
    FAKE_WIRE_CLOSES, /* an orderly end once reply_bytes_max have arrived */
    FAKE_WIRE_RESETS,
    FAKE_WIRE_STALLS, /* nothing more arrives on this connection, which stays open */
};

struct fake_wire_decision {
    enum fake_wire_request request;
    struct fl_span answer; /* the error line, without "-" and "\r\n"; until the rule is removed */
    int64_t request_delay_us; /* before it is handed over or answered */
    int64_t reply_delay_us;   /* before the first byte of the reply */
    enum fake_wire_ending ending;
    size_t reply_bytes_max; /* so many arrive before the ending; SIZE_MAX when it is whole */
    size_t slice_bytes;     /* 0: not in pieces */
    int64_t slice_pause_us;
};

/* A whole command has come from a client. All rules that fire have their share: delays add up; the
 * first that stops the request and the first that ends the reply win. `client` may have several
 * names, with blanks between. `now_us` is any clock that does not go back. */
struct fake_wire_decision fake_wire_command(struct fake_wire *wire, struct fl_span client,
                                            const struct fl_span *args, size_t count,
                                            int64_t now_us);
/* A client tries to connect: true when it is refused. */
bool fake_wire_refuses(struct fake_wire *wire, struct fl_span client, int64_t now_us);

/* How many of the next bytes go out in one piece, `sent` bytes of this reply being gone and
 * `available` more being here. 0: no more may go; the ending is due (or nothing is available). */
size_t fake_wire_piece(const struct fake_wire_decision *decision, size_t sent, size_t available);

#endif
