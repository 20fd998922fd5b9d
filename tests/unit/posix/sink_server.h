/* tests/unit/posix/sink_server.h - a server on 127.0.0.1 that holds one conversation from a script,
 * on a thread of its own. */
#ifndef TESTS_POSIX_SINK_SERVER_H
#define TESTS_POSIX_SINK_SERVER_H

#include <pthread.h>
#include <stddef.h>

enum { SINK_LINES_MAX = 32, SINK_BYTES_MAX = 64 * 1024 };

/* Answers `say` once the received text ends in `when`; `when` NULL: at once. The last row has a
 * NULL `say`: the server then closes. */
struct sink_line {
    const char *when, *say;
};

struct sink_server {
    const struct sink_line *script; /* borrowed */
    int listener, port;
    pthread_t thread;
    char received[SINK_BYTES_MAX]; /* complete once the server was joined */
    size_t length;
};

/* `script` NULL: accepts nobody, and its port refuses. */
void sink_server_start(struct sink_server *server, const struct sink_line *script);
/* Waits until the conversation has ended. */
void sink_server_join(struct sink_server *server);

#endif
