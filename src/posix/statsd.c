#include "posix/statsd.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_BYTES = 256 };

static const char *suffix(enum fl_metric_kind kind)
{
    switch (kind) {
    case FL_METRIC_COUNT: return "c";
    case FL_METRIC_GAUGE: return "g";
    case FL_METRIC_TIMING_MS: break;
    }
    return "ms";
}

/* What the network does with it is nobody's concern: the result is not looked at. */
static void send_metric(void *self, const struct fl_metric *metric)
{
    const struct fl_posix_statsd *statsd = self;
    char text[FL_STATSD_DATAGRAM_BYTES];
    int length =
        snprintf(text, sizeof text, "%s:%" PRId64 "|%s%s%s", metric->name, metric->value,
                 suffix(metric->kind), metric->tags ? "|#" : "", metric->tags ? metric->tags : "");
    if (length < 0 || (size_t)length >= sizeof text) return;
    send(statsd->fd, text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static const struct fl_statsd_ops ops = {.send = send_metric};

static int open_datagram(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found)) return -1;
    int fd = -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen)) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

enum fl_error fl_posix_statsd_init(struct fl_posix_statsd *statsd, const char *address)
{
    char host[HOST_BYTES];
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || !colon[1]) return FL_EINVAL;
    size_t length = (size_t)(colon - address);
    if (length >= sizeof host || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return FL_EINVAL;
    memcpy(host, address, length);
    host[length] = '\0';
    int fd = open_datagram(host, colon + 1);
    if (fd < 0) return FL_ECONNECT;
    statsd->fd = fd;
    return FL_OK;
}

void fl_posix_statsd_release(struct fl_posix_statsd *statsd)
{
    close(statsd->fd);
}

struct fl_statsd fl_posix_statsd_port(struct fl_posix_statsd *statsd)
{
    return (struct fl_statsd){&ops, statsd};
}
