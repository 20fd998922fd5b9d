/* src/posix/status_server.h - answers GET on 127.0.0.1 with short texts, for probes and scrapers.
 *
 * One connection at a time, each for FL_STATUS_CONNECTION_US at most and for one request; the
 * others wait in the kernel's queue. */
#ifndef FL_POSIX_STATUS_SERVER_H
#define FL_POSIX_STATUS_SERVER_H

#include "core/buf.h"
#include "core/error.h"

enum {
    FL_STATUS_REQUEST_BYTES = 4096,
    FL_STATUS_CONNECTION_US = 1000 * 1000,
    FL_STATUS_WAITING_MAX = 16, /* connections in the kernel's queue */
    FL_STATUS_BODY_BYTES_MAX = 256 * 1024,
};

struct fl_status_reply {
    int status;       /* 200 unless set */
    const char *type; /* "text/plain" unless set */
    struct fl_buf body;
};

/* On the server's own thread; `path` has no query. What it cannot write becomes a 500. */
typedef enum fl_error fl_status_answer(void *context, const char *path,
                                       struct fl_status_reply *reply);

struct fl_status_server {
    int listen_fd, end_fd; /* -1: none */
    int port;
    fl_status_answer *answer;
    void *context;
};

/* FL_EEXIST: somebody else listens there; `run` then tries again each second. FL_EIO: no. */
FL_CHECKED enum fl_error fl_status_server_init(struct fl_status_server *server, int port,
                                               fl_status_answer *answer, void *context);
void fl_status_server_run(void *server);                        /* a task's main, until ended */
void fl_status_server_end(struct fl_status_server *server);     /* from any thread */
void fl_status_server_release(struct fl_status_server *server); /* once `run` has returned */

#endif
