/* tests/conformance/server.h - a real redis-server in a directory of its own, for as long as a test
 * runs. */
#ifndef CONFORMANCE_SERVER_H
#define CONFORMANCE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct server {
    pid_t pid; /* 0: adopted */
    char directory[64];
    char socket_path[96];
};

enum server_start { SERVER_STARTED, SERVER_ABSENT, SERVER_FAILED };

/* SERVER_ABSENT: no redis-server is installed. Returns when it accepts connections. */
enum server_start server_start(struct server *server);
/* One that somebody else has started and will stop: a proxy before it, or a fake that is served. */
void server_adopt(struct server *server, const char *socket_path);
/* A connected socket, or -1. */
int server_connect(const struct server *server);
/* Kills it and removes its directory, if it was started here. */
void server_stop(struct server *server);

#endif
