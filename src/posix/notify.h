/* src/posix/notify.h - tells a service manager how this process is, by systemd's datagrams
 * (sd_notify). */
#ifndef FL_POSIX_NOTIFY_H
#define FL_POSIX_NOTIFY_H

#include <stdint.h>

#include "core/error.h"

struct fl_notify {
    int fd;              /* -1: nobody listens */
    int64_t watchdog_us; /* it wants a sign of life at least this often; 0: it does not */
};

/* What the environment says: NOTIFY_SOCKET, a path or an abstract name behind an @, and
 * WATCHDOG_USEC, which holds for the process WATCHDOG_PID alone. NULL: not set. FL_EINVAL: no such
 * socket; then nobody listens. */
FL_CHECKED enum fl_error fl_notify_init(struct fl_notify *notify, const char *socket_name,
                                        const char *watchdog_us, const char *watchdog_pid);
/* On a datagram socket that is open already. */
void fl_notify_init_fd(struct fl_notify *notify, int fd);
/* "READY=1", "STATUS=..."; several with line ends between. A manager that does not listen any more
 * is nobody's concern. */
void fl_notify_send(const struct fl_notify *notify, const char *text);
void fl_notify_release(struct fl_notify *notify);

#endif
