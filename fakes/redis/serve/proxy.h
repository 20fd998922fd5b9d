/* fakes/redis/serve/proxy.h - the rules of the wire before a real Redis.
 *
 * Each client has a connection to the server to itself; commands and replies of both protocols pass
 * in their order, and what the rules say happens to them. Time is the machine's. */
#ifndef FAKE_REDIS_SERVE_PROXY_H
#define FAKE_REDIS_SERVE_PROXY_H

#include "fakes/redis/serve/face.h"

struct fake_proxy_options {
    struct fake_face_options face;
    const char *upstream; /* "HOST:PORT" or a path */
    size_t clients_max;   /* 0: FAKE_FACE_CLIENTS_MAX */
};

struct fake_proxy; /* opaque */

/* As fake_serve_new. The server need not be there yet: who comes while it is not is reset. */
FL_CHECKED enum fl_error fake_proxy_new(const struct fake_proxy_options *options,
                                        struct fake_proxy **ret_proxy,
                                        char ret_problem[FAKE_FACE_PROBLEM_BYTES]);
void fake_proxy_free(struct fake_proxy *proxy); /* NULL is fine */
FL_CHECKED enum fl_error fake_proxy_describe(const struct fake_proxy *proxy, struct fl_buf *out);
FL_CHECKED enum fl_error fake_proxy_run(struct fake_proxy *proxy);

#endif
