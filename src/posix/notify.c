/* src/posix/notify.c - the protocol is one datagram; libsystemd would be 800 KB for it, and Sidekiq
 * brings a copy of its own, too. */
#include "posix/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/span.h"

static int64_t read_watchdog(const char *watchdog_us, const char *watchdog_pid)
{
    long long period_us = 0, pid = 0;
    if (!watchdog_us || !fl_span_int64(fl_span_from(watchdog_us), &period_us)) return 0;
    if (watchdog_pid && (!fl_span_int64(fl_span_from(watchdog_pid), &pid) || pid != getpid()))
        return 0;
    return period_us > 0 ? period_us : 0;
}

static int open_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    if (length < 2 || length >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@'))
        return -1;
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (connect(fd, (const struct sockaddr *)&address, bytes) == 0) return fd;
    close(fd);
    return -1;
}

enum fl_error fl_notify_init(struct fl_notify *notify, const char *socket_name,
                             const char *watchdog_us, const char *watchdog_pid)
{
    *notify = (struct fl_notify){.fd = -1};
    if (!socket_name || !*socket_name) return FL_OK;
    notify->fd = open_socket(socket_name);
    if (notify->fd < 0) return FL_EINVAL;
    notify->watchdog_us = read_watchdog(watchdog_us, watchdog_pid);
    return FL_OK;
}

void fl_notify_init_fd(struct fl_notify *notify, int fd)
{
    *notify = (struct fl_notify){.fd = fd};
}

void fl_notify_send(const struct fl_notify *notify, const char *text)
{
    if (notify->fd >= 0) send(notify->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void fl_notify_release(struct fl_notify *notify)
{
    if (notify->fd >= 0) close(notify->fd);
    notify->fd = -1;
}
