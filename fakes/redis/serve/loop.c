#include "fakes/redis/serve/loop.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

enum fl_error fake_loop_init(struct fake_loop *loop)
{
    loop->count = 0;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->epoll_fd >= 0 ? FL_OK : FL_EIO;
}

void fake_loop_release(struct fake_loop *loop)
{
    if (loop->epoll_fd >= 0) close(loop->epoll_fd);
    loop->epoll_fd = -1;
}

static uint32_t mask_of(unsigned wanted)
{
    uint32_t mask = 0;
    if (wanted & FAKE_READY_READ) mask |= EPOLLIN;
    if (wanted & FAKE_READY_WRITE) mask |= EPOLLOUT;
    return mask | EPOLLRDHUP;
}

/* One that wants nothing is not registered at all: errors would be told of it all the same. */
static enum fl_error change(struct fake_loop *loop, struct fake_watch *watch, int operation)
{
    struct epoll_event event = {.events = mask_of(watch->wanted), .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, operation, watch->fd, &event) == 0 ? FL_OK : FL_EIO;
}

enum fl_error fake_loop_add(struct fake_loop *loop, struct fake_watch *watch)
{
    return watch->wanted ? change(loop, watch, EPOLL_CTL_ADD) : FL_OK;
}

enum fl_error fake_loop_want(struct fake_loop *loop, struct fake_watch *watch, unsigned wanted)
{
    unsigned before = watch->wanted;
    if (before == wanted) return FL_OK;
    watch->wanted = wanted;
    if (!wanted) return change(loop, watch, EPOLL_CTL_DEL);
    return change(loop, watch, before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD);
}

static void forget_events(struct fake_loop *loop, const struct fake_watch *watch)
{
    for (int i = 0; i < loop->count; i++)
        if (loop->events[i].data.ptr == watch) loop->events[i].data.ptr = NULL;
}

void fake_loop_remove(struct fake_loop *loop, struct fake_watch *watch)
{
    if (watch->wanted) epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    forget_events(loop, watch);
}

static unsigned ready_of(uint32_t events)
{
    unsigned ready = 0;
    if (events & EPOLLIN) ready |= FAKE_READY_READ;
    if (events & EPOLLOUT) ready |= FAKE_READY_WRITE;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) ready |= FAKE_READY_HANGUP;
    return ready;
}

/* Calls those for whom "has hung up" is as asked. */
static void call(struct fake_loop *loop, unsigned hangup)
{
    for (int i = 0; i < loop->count; i++) {
        unsigned ready = ready_of(loop->events[i].events);
        struct fake_watch *watch = loop->events[i].data.ptr;
        if (watch && (ready & FAKE_READY_HANGUP) == hangup) watch->on_ready(watch, ready);
    }
}

/* Rounded up: a wait that ends early would spin. */
static int timeout_ms(int64_t timeout_us)
{
    if (timeout_us < 0) return -1;
    int64_t ms = timeout_us / 1000 + (timeout_us % 1000 != 0);
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

enum fl_error fake_loop_turn(struct fake_loop *loop, int64_t timeout_us)
{
    loop->count =
        epoll_wait(loop->epoll_fd, loop->events, FAKE_LOOP_EVENTS_MAX, timeout_ms(timeout_us));
    if (loop->count < 0) {
        loop->count = 0;
        return errno == EINTR ? FL_OK : FL_EIO;
    }
    call(loop, FAKE_READY_HANGUP);
    call(loop, 0);
    loop->count = 0;
    return FL_OK;
}
