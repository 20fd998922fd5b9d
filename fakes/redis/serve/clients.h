/* fakes/redis/serve/clients.h - the connections of the served fake: bytes from sockets into
 * sessions, and back.
 *
 * One read for each readable connection and one write for each that has output, once a turn. A
 * client that hangs up is forgotten at once, as Redis does, with what it has not read; so is one
 * that lets more than FAKE_SERVE_UNREAD_BYTES_MAX pile up. */
#ifndef FAKE_REDIS_SERVE_CLIENTS_H
#define FAKE_REDIS_SERVE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/serve/carrier.h"
#include "fakes/redis/serve/listener.h"
#include "fakes/redis/serve/serve_clock.h"

enum {
    FAKE_SERVE_READ_BYTES = 256 * 1024,                  /* of one client, a turn */
    FAKE_SERVE_UNREAD_BYTES_MAX = 256 * 1024 * 1024,     /* answered to one client */
    FAKE_SERVE_UNREAD_SUM_BYTES_MAX = 1024 * 1024 * 1024 /* and to all of them */
};

struct fake_client {
    struct fake_watch watch;
    struct fake_clients *clients;
    struct fake_redis_session *session;
    struct fake_client *previous, *next; /* in the order of their coming */
    struct fake_client *next_dirty;
    bool is_dirty;       /* has output, or the session has ended: see to it before the turn ends */
    size_t unread_bytes; /* after the last write */
    struct fake_carrier *carrier; /* owned; NULL: no rule is about it, its bytes go straight */
    struct fake_client *previous_carried, *next_carried;
    int64_t due_us; /* of the carrier */
    bool is_reset;  /* a rule ends the connection with a reset */
};

struct fake_clients {
    struct fake_loop *loop;         /* borrowed, like the next three */
    struct fake_serve_clock *clock; /* refreshed before a session is fed */
    struct fake_redis *engine;
    struct fake_wire *wire;
    size_t count_max;
    size_t count;
    struct fake_client *first, *last;
    struct fake_client *first_dirty;
    struct fake_client *first_carried;
    size_t unread_bytes;                      /* of all */
    bool is_paused;                           /* nobody is read or written */
    char *read_buffer;                        /* owned */
    char names[FAKE_CARRIER_NAMES_BYTES_MAX]; /* of the client that a rule looks at */
};

/* FL_ENOMEM. */
FL_CHECKED enum fl_error fake_clients_init(struct fake_clients *clients, size_t count_max);
void fake_clients_release(struct fake_clients *clients);
/* A listener's callbacks, with a struct fake_clients as context. */
void fake_clients_accept(void *context, int fd, const char *peer);
void fake_clients_refuse(void *context, int fd);
/* The engine's on_output, with a struct fake_clients as context. */
void fake_clients_on_output(void *context, struct fake_redis_session *session);
/* Writes what there is to write; at the end of each turn. */
void fake_clients_flush(struct fake_clients *clients);
/* Hangs up, now. */
void fake_clients_drop(struct fake_client *client);
/* The earliest instant at which a rule lets something go on; FL_NEVER_US. */
int64_t fake_clients_due_us(const struct fake_clients *clients);
/* Lets go on what is due by now. */
void fake_clients_go_on(struct fake_clients *clients);
/* It has something to write, or may be at its end: the flush will see. */
void fake_clients_touch(struct fake_client *client);
/* The server has ended many sessions at once. */
void fake_clients_touch_all(struct fake_clients *clients);
void fake_clients_pause(struct fake_clients *clients);
void fake_clients_resume(struct fake_clients *clients);

#endif
