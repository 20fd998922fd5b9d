/* fakes/redis/serve/serve.h - the fake Redis over TCP and unix sockets, for any client.
 *
 * One thread, one loop: a turn reads every readable connection once, executes what has come, and
 * writes to each that has output. Time passes by the machine's clock or stands still; a control
 * channel moves it, looks inside and makes trouble. */
#ifndef FAKE_REDIS_SERVE_H
#define FAKE_REDIS_SERVE_H

#include "core/buf.h"
#include "fakes/redis/fake_redis.h"

enum { FAKE_SERVE_PROBLEM_BYTES = 512 };

struct fake_serve_options {
    struct fake_redis_options engine; /* its clock and hooks are the server's own business */
    const char *host;                 /* NULL: 127.0.0.1 */
    int port;                         /* 0: a free one; negative: no TCP */
    const char *unix_path;            /* NULL: none */
    bool virtual_clock;
    int64_t virtual_us; /* where a virtual clock stands at first */
    size_t clients_max; /* 0: FAKE_SERVE_CLIENTS_MAX */
    int stop_fd;        /* once it is readable the server stops; negative: none */
};

struct fake_serve; /* opaque */

/* Listens when it returns FL_OK. Borrows what options point to. Otherwise `ret_problem` says what
 * is wrong: FL_EINVAL for what was asked, FL_EIO and FL_ENOMEM for what the machine refused. */
FL_CHECKED enum fl_error fake_serve_new(const struct fake_serve_options *options,
                                        struct fake_serve **ret_serve,
                                        char ret_problem[FAKE_SERVE_PROBLEM_BYTES]);
void fake_serve_free(struct fake_serve *serve); /* NULL is fine */
/* Where it listens, for people and scripts: "redis://127.0.0.1:6379 unix:///run/r.sock". */
FL_CHECKED enum fl_error fake_serve_describe(const struct fake_serve *serve, struct fl_buf *out);
/* Serves until it is stopped. FL_EIO: the machine has failed us. */
FL_CHECKED enum fl_error fake_serve_run(struct fake_serve *serve);

#endif
