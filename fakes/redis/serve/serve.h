/* fakes/redis/serve/serve.h - the fake Redis over TCP and unix sockets, for any client.
 *
 * One thread, one loop: a turn reads every readable connection once, executes what has come, and
 * writes to each that has output. Time passes by the machine's clock or stands still; a control
 * channel moves it, looks inside and makes trouble. */
#ifndef FAKE_REDIS_SERVE_H
#define FAKE_REDIS_SERVE_H

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/serve/face.h"

struct fake_serve_options {
    struct fake_face_options face;    /* its seed is the engine's as well */
    struct fake_redis_options engine; /* its clock and hooks are the server's own business */
    bool virtual_clock;
    int64_t virtual_us;    /* where a virtual clock stands at first */
    bool follows_saved;    /* it stands where it stood when the keyspace was saved, if it was */
    size_t clients_max;    /* 0: FAKE_FACE_CLIENTS_MAX */
    const char *password;  /* NULL: none is asked for */
    const char *save_path; /* begins from this file if there is one, and saves to it; NULL: none */
};

struct fake_serve; /* opaque: layout in server.h */

/* Listens when it returns FL_OK. Borrows what options point to. Otherwise `ret_problem` says what
 * is wrong: FL_EINVAL for what was asked, FL_EIO and FL_ENOMEM for what the machine refused. */
FL_CHECKED enum fl_error fake_serve_new(const struct fake_serve_options *options,
                                        struct fake_serve **ret_serve,
                                        char ret_problem[FAKE_FACE_PROBLEM_BYTES]);
void fake_serve_free(struct fake_serve *serve); /* NULL is fine */
/* Where it listens, for people and scripts. */
FL_CHECKED enum fl_error fake_serve_describe(const struct fake_serve *serve, struct fl_buf *out);
/* Serves until it is stopped, and saves. Otherwise `ret_problem` says what has failed. */
FL_CHECKED enum fl_error fake_serve_run(struct fake_serve *serve,
                                        char ret_problem[FAKE_FACE_PROBLEM_BYTES]);

#endif
