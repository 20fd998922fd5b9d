/* What a service manager hears, on sockets with a path and with an abstract name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/notify.h"

static int open_manager(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    fl_assert(fd >= 0);
    fl_assert(bind(fd, (struct sockaddr *)&address,
                   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0);
    return fd;
}

static void assert_hears(const char *name)
{
    struct fl_notify notify;
    char heard[64] = "";
    int manager = open_manager(name);
    assert_int_equal(fl_notify_init(&notify, name, NULL, NULL), FL_OK);
    fl_notify_send(&notify, "READY=1\nSTATUS=0 of 5 busy");
    assert_true(recv(manager, heard, sizeof heard - 1, MSG_DONTWAIT) > 0);
    assert_string_equal(heard, "READY=1\nSTATUS=0 of 5 busy");
    close(manager);
    fl_notify_send(&notify, "STOPPING=1"); /* nobody listens any more */
    fl_notify_release(&notify);
}

static void a_socket_with_a_path_hears(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof name, "/tmp/faultline-notify-%d", getpid());
    assert_hears(name);
    unlink(name);
}

static void a_socket_with_an_abstract_name_hears(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof name, "@faultline-notify-%d", getpid());
    assert_hears(name);
}

static void without_a_manager_nothing_is_said(void **state)
{
    struct fl_notify notify;
    (void)state;
    assert_int_equal(fl_notify_init(&notify, NULL, "1000000", NULL), FL_OK);
    assert_int_equal(notify.watchdog_us, 0);
    fl_notify_send(&notify, "READY=1");
    fl_notify_release(&notify);
    assert_int_equal(fl_notify_init(&notify, "/nowhere/socket", NULL, NULL), FL_EINVAL);
    assert_int_equal(fl_notify_init(&notify, "relative", NULL, NULL), FL_EINVAL);
    fl_notify_send(&notify, "READY=1");
}

static void a_watchdog_is_for_the_process_it_names(void **state)
{
    struct fl_notify notify;
    char name[64], pid[32], other[32];
    (void)state;
    snprintf(name, sizeof name, "@faultline-watchdog-%d", getpid());
    snprintf(pid, sizeof pid, "%d", getpid());
    snprintf(other, sizeof other, "%d", getpid() + 1);
    int manager = open_manager(name);
    const struct {
        const char *us, *pid;
        int64_t want_us;
    } rows[] = {{"30000000", NULL, 30000000},
                {"30000000", pid, 30000000},
                {"30000000", other, 0},
                {"soon", pid, 0},
                {"-1", pid, 0},
                {NULL, pid, 0}};
    for (size_t i = 0; i < FL_COUNT(rows); i++) {
        assert_int_equal(fl_notify_init(&notify, name, rows[i].us, rows[i].pid), FL_OK);
        assert_int_equal(notify.watchdog_us, rows[i].want_us);
        fl_notify_release(&notify);
    }
    close(manager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_with_a_path_hears),
        cmocka_unit_test(a_socket_with_an_abstract_name_hears),
        cmocka_unit_test(without_a_manager_nothing_is_said),
        cmocka_unit_test(a_watchdog_is_for_the_process_it_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
