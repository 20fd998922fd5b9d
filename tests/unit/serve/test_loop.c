/* Who is called first when many can go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "fakes/redis/serve/loop.h"

struct side {
    struct fake_watch watch;
    struct fake_loop *loop;
    struct side *removes; /* when it is called; NULL: nobody */
    int other;            /* the far end */
    unsigned called, *order;
};

static void on_ready(struct fake_watch *watch, unsigned ready)
{
    struct side *side = (struct side *)(void *)watch;
    char bytes[16];
    side->called = ++*side->order;
    if (ready & FAKE_READY_READ) (void)!recv(watch->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (side->removes) fake_loop_remove(side->loop, &side->removes->watch);
}

static void open_side(struct side *side, struct fake_loop *loop, unsigned *order)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    *side = (struct side){.watch = {fds[0], FAKE_READY_READ, on_ready},
                          .loop = loop,
                          .other = fds[1],
                          .order = order};
    assert_int_equal(fake_loop_add(loop, &side->watch), FL_OK);
}

static void close_side(struct side *side)
{
    close(side->watch.fd);
    if (side->other >= 0) close(side->other);
}

static void hang_up(struct side *side)
{
    close(side->other);
    side->other = -1;
}

static void say(struct side *side)
{
    assert_int_equal(send(side->other, "x", 1, MSG_NOSIGNAL), 1);
}

struct fixture {
    struct fake_loop loop;
    struct side first, second;
    unsigned order;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture.order = 0;
    *state = &fixture;
    if (fake_loop_init(&fixture.loop) != FL_OK) return -1;
    open_side(&fixture.first, &fixture.loop, &fixture.order);
    open_side(&fixture.second, &fixture.loop, &fixture.order);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    close_side(&f->first);
    close_side(&f->second);
    fake_loop_release(&f->loop);
    return 0;
}

static void who_has_hung_up_comes_first(void **state)
{
    struct fixture *f = *state;
    say(&f->first); /* it was ready before the other hung up */
    hang_up(&f->second);
    assert_int_equal(fake_loop_turn(&f->loop, 0), FL_OK);
    assert_int_equal(f->second.called, 1);
    assert_int_equal(f->first.called, 2);
}

static void who_was_removed_is_not_called(void **state)
{
    struct fixture *f = *state;
    say(&f->first);
    say(&f->second);
    f->first.removes = &f->second;
    f->second.removes = &f->first;
    assert_int_equal(fake_loop_turn(&f->loop, 0), FL_OK);
    assert_int_equal(f->first.called + f->second.called, 1);
}

static void who_wants_nothing_is_not_told_of_a_hangup(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fake_loop_want(&f->loop, &f->first.watch, 0), FL_OK);
    hang_up(&f->first);
    assert_int_equal(fake_loop_turn(&f->loop, 0), FL_OK);
    assert_int_equal(f->first.called, 0);
    assert_int_equal(fake_loop_want(&f->loop, &f->first.watch, FAKE_READY_READ), FL_OK);
    assert_int_equal(fake_loop_turn(&f->loop, 0), FL_OK);
    assert_int_equal(f->first.called, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_hung_up_comes_first),
        TEST(who_was_removed_is_not_called),
        TEST(who_wants_nothing_is_not_told_of_a_hangup),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
