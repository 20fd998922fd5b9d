#include "sink_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/assert.h"

static bool ends_in(const struct sink_server *server, const char *when)
{
    size_t length = strlen(when);
    return server->length >= length &&
           memcmp(server->received + server->length - length, when, length) == 0;
}

/* False when the client has hung up. */
static bool receive_until(struct sink_server *server, int fd, const char *when)
{
    while (when && !ends_in(server, when)) {
        fl_assert(server->length < sizeof server->received - 1);
        ssize_t got = recv(fd, server->received + server->length,
                           sizeof server->received - 1 - server->length, 0);
        if (got <= 0) return false;
        server->length += (size_t)got;
    }
    return true;
}

static void *converse(void *argument)
{
    struct sink_server *server = argument;
    int fd = accept(server->listener, NULL, NULL);
    fl_assert(fd >= 0);
    for (const struct sink_line *line = server->script; line->say; line++) {
        if (!receive_until(server, fd, line->when)) break;
        send(fd, line->say, strlen(line->say), MSG_NOSIGNAL);
    }
    close(fd);
    return NULL;
}

void sink_server_start(struct sink_server *server, const struct sink_line *script)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    *server = (struct sink_server){.script = script};
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fl_assert(bind(server->listener, (const struct sockaddr *)&address, sizeof address) == 0);
    fl_assert(getsockname(server->listener, (struct sockaddr *)&address, &length) == 0);
    server->port = ntohs(address.sin_port);
    if (!script) return; /* bound, but not listening */
    fl_assert(listen(server->listener, 1) == 0);
    fl_assert(pthread_create(&server->thread, NULL, converse, server) == 0);
}

void sink_server_join(struct sink_server *server)
{
    if (server->script) pthread_join(server->thread, NULL);
    close(server->listener);
    server->received[server->length] = '\0';
}
