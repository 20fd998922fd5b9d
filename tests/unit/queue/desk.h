/* tests/unit/queue/desk.h - ports for one module of the queue at a time: a fake Redis behind the
 * real codec, a clock that is moved by hand, scripted chance, one task.
 *
 * The answers of single exchanges can be lost or refused, by their number from now on. */
#ifndef TESTS_UNIT_QUEUE_DESK_H
#define TESTS_UNIT_QUEUE_DESK_H

#include <stdbool.h>

#include "core/buf.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"
#include "ports/ports.h"
#include "redis/connection.h"

#define DESK_START_US INT64_C(1795451428120701) /* 2026-11-23T16:30:28.120701Z */

enum desk_fault { DESK_NONE, DESK_REFUSED, DESK_LOST };

struct desk {
    struct fake_clock clock;
    struct fake_redis *engine;
    struct fl_connection *connection;
    struct fl_redis_login login;
    struct fl_ports ports;
    uint64_t draw; /* what every draw gives, below its bound */
    int exchanges; /* so far */
    int fault_at;  /* the exchange of this number meets `fault`; 0: none */
    enum desk_fault fault;
    struct fl_buf log;  /* each line's message and a line break */
    struct fl_buf sent; /* each command as words, a line each */
    void (*before_exchange)(struct desk *desk);
    void (*on_endless_wait)(struct desk *desk); /* of the only task; NULL: the test fails */
    void *context;                              /* the test's */
};

void desk_open(struct desk *desk);
void desk_close(struct desk *desk);
/* Runs words separated by blanks as one command; asserts that it is no error. */
void desk_redis(struct desk *desk, const char *words);
/* The same with a last word that may contain blanks. */
void desk_redis_value(struct desk *desk, const char *words, const char *value);
/* The whole keyspace as text equals `want` (fake_redis_dump). */
void desk_expect(struct desk *desk, const char *want);
/* The next exchange, or the one after `skip` others, meets the fault. */
void desk_fail(struct desk *desk, enum desk_fault fault, int skip);

#endif
