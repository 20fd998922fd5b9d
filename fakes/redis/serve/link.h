/* fakes/redis/serve/link.h - one client of the proxy and the connection to the real server that it
 * has to itself. */
#ifndef FAKE_REDIS_SERVE_LINK_H
#define FAKE_REDIS_SERVE_LINK_H

#include <netinet/in.h>
#include <sys/un.h>

#include "fakes/redis/serve/carrier.h"
#include "fakes/redis/serve/expected.h"
#include "fakes/redis/serve/face.h"
#include "fakes/redis/serve/reply_stream.h"

enum {
    FAKE_LINK_READ_BYTES = 256 * 1024,
    /* Above these the side that sends is not read from until the other has caught up. */
    FAKE_LINK_TO_SERVER_BYTES_MAX = 16 * 1024 * 1024,
    FAKE_LINK_TO_CLIENT_BYTES_MAX = 16 * 1024 * 1024,
    FAKE_LINK_REPLY_BYTES_MAX = 1024 * 1024 * 1024, /* one reply, not yet whole */
    FAKE_LINK_NAME_BYTES = 128,
};

struct fake_upstream {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un path;
    } address;
    socklen_t size;
};

struct fake_links {
    struct fake_face *face; /* borrowed, like the next */
    struct fake_upstream *upstream;
    size_t count_max, count;
    struct fake_link *first;
    bool is_paused;
    char *read_buffer; /* owned */
    char names[FAKE_CARRIER_NAMES_BYTES_MAX];
};

struct fake_link {
    struct fake_watch client, server;
    struct fake_links *links;
    struct fake_link *previous, *next;
    struct fake_carrier carrier;
    struct fake_expectations expectations;
    struct fl_buf to_server, from_server;
    struct fake_reply_scan scan;
    bool is_connecting;  /* to the server */
    bool server_is_gone; /* what it has said still goes to the client */
    bool client_is_gone; /* what it has sent still goes to the server, but for what is delayed */
    bool is_finishing;   /* the server was told so; it hangs up when it has done all of it */
    bool is_over, is_reset;
    int64_t due_us;
    char address[FAKE_ADDRESS_BYTES];
    char name[FAKE_LINK_NAME_BYTES], library[FAKE_LINK_NAME_BYTES]; /* as the client has said */
};

/* FL_ENOMEM. */
FL_CHECKED enum fl_error fake_links_init(struct fake_links *links);
void fake_links_release(struct fake_links *links);
/* A listener's callbacks, with a struct fake_links as context. */
void fake_links_accept(void *context, int fd, const char *peer);
void fake_links_refuse(void *context, int fd);
/* Lets go on what is due, and drops what is over. */
void fake_links_go_on(struct fake_links *links);
int64_t fake_links_due_us(const struct fake_links *links);
void fake_links_pause(struct fake_links *links, bool pause);

#endif
