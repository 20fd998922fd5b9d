/* fakes/redis/serve/loop.h - waits for many descriptors at once and calls whoever can go on.
 *
 * In one turn those whose peer has hung up come first: who is gone leaves before anybody else's
 * command is executed. A watch may be removed, and its storage freed, by any callback. */
#ifndef FAKE_REDIS_SERVE_LOOP_H
#define FAKE_REDIS_SERVE_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>

#include "core/error.h"

enum { FAKE_LOOP_EVENTS_MAX = 1024 };

enum fake_ready {
    FAKE_READY_READ = 1,
    FAKE_READY_WRITE = 2,
    FAKE_READY_HANGUP = 4, /* the peer sends no more; what it sent can still be read */
};

/* Lies in the struct of whoever waits. */
struct fake_watch {
    int fd;
    unsigned wanted; /* READ, WRITE or both, and a hangup is told as well; 0: nothing at all */
    void (*on_ready)(struct fake_watch *watch, unsigned ready);
};

struct fake_loop {
    int epoll_fd;
    int count; /* of the turn that is being worked off */
    struct epoll_event events[FAKE_LOOP_EVENTS_MAX];
};

/* FL_EIO. */
FL_CHECKED enum fl_error fake_loop_init(struct fake_loop *loop);
void fake_loop_release(struct fake_loop *loop);
/* Begins to wait for watch->fd, which must not block. FL_EIO: the kernel has no room. */
FL_CHECKED enum fl_error fake_loop_add(struct fake_loop *loop, struct fake_watch *watch);
/* FL_EIO as above, when it wanted nothing before. */
FL_CHECKED enum fl_error fake_loop_want(struct fake_loop *loop, struct fake_watch *watch,
                                        unsigned wanted);
/* The descriptor stays open, and is the caller's to close, afterwards. */
void fake_loop_remove(struct fake_loop *loop, struct fake_watch *watch);
/* One turn: waits at most so long (negative: for ever), then calls who is ready. FL_EIO. */
FL_CHECKED enum fl_error fake_loop_turn(struct fake_loop *loop, int64_t timeout_us);

#endif
