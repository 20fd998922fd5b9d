/* src/posix/statsd.h - the metrics port: one UDP datagram a metric. */
#ifndef FL_POSIX_STATSD_H
#define FL_POSIX_STATSD_H

#include "core/error.h"
#include "ports/statsd.h"

enum { FL_STATSD_DATAGRAM_BYTES = 1024 }; /* longer metrics are dropped */

struct fl_posix_statsd {
    int fd;
};

/* "host:port". FL_EINVAL: not of that form; FL_ECONNECT: the host is not known. */
FL_CHECKED enum fl_error fl_posix_statsd_init(struct fl_posix_statsd *statsd, const char *address);
void fl_posix_statsd_release(struct fl_posix_statsd *statsd);
struct fl_statsd fl_posix_statsd_port(struct fl_posix_statsd *statsd);

#endif
