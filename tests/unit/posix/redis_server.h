/* tests/unit/posix/redis_server.h - a real redis-server on a socket of its own, for one test. */
#ifndef TESTS_POSIX_REDIS_SERVER_H
#define TESTS_POSIX_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct redis_server {
    char folder[64], url[128];
    pid_t pid;
};

/* False when there is no redis-server on this machine. Returns once it accepts connections. */
bool redis_server_start(struct redis_server *server);
void redis_server_kill(struct redis_server *server); /* at once; its socket stays */
void redis_server_stop(struct redis_server *server); /* and removes all that it left */

#endif
